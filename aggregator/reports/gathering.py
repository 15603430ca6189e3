"""The facts about a community, or about the whole fleet, from the database and the configuration."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.access.window_rows import windows_by_hub
from aggregator.clusters.reporting import Community
from aggregator.clusters.values import Access, Config, Hub
from aggregator.errors import BadQuery
from aggregator.reports.comparing import BACK
from aggregator.reports.contents import MONTH, MOST, NUMBERS, OF_DAYS, PAST, report
from aggregator.reports.facts import CrowdFacts, Facts, Happened, HubFacts, Series, Where
from aggregator.reports.facts_rows import buckets_of, first_days, people_in, titles, what_happened
from aggregator.reports.happened import elsewhere
from aggregator.reports.periods import Period
from aggregator.reports.values import Audience, Links, Report, Window
from aggregator.rollups.buckets import HOUR, Bucket, Resolution
from aggregator.rollups.catalogue import About
from aggregator.rollups.image_rows import images_of
from aggregator.rollups.standing import Asked
from aggregator.rollups.standing_rows import when_asked
from aggregator.rollups.subject_rows import Known, known_subjects
from aggregator.slots.rows import last_done
from aggregator.store.instants import milliseconds

CHECKS = "access"
"""The schedule by which access is looked at."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which report, as of when; what it cannot know by itself is when the next one is due, and where to go on from it."""

    period: Period
    now: datetime
    next_at: datetime | None = None
    links: Links = field(default_factory=Links)


@dataclass(frozen=True, slots=True)
class Fleet:
    """What is the same for every report about a period: who there is, what was declared, what happened."""

    known: tuple[Known, ...]
    titles: Mapping[int, str]
    declared: Mapping[Where, Access | None]
    windows: Mapping[Where, tuple[Window, ...]]
    happened: Happened
    asked: Asked | None
    checked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Sources:
    """Where facts come from; whoever makes many reports about a period reads its `fleet` once."""

    connection: AsyncConnection
    config: Config
    fleet: Fleet | None = None


async def fleet_of(connection: AsyncConnection, config: Config, period: Period) -> Fleet:
    """The fleet, for every report about a period."""
    return Fleet(
        await known_subjects(connection),
        await titles(connection),
        _declared(config),
        {
            where: tuple(Window(each.since, each.end, each.reason) for each in some)
            for where, some in (await windows_by_hub(connection)).items()
        },
        await what_happened(connection, period.start, period.end),
        await when_asked(connection),
        await last_done(connection, CHECKS),
    )


async def community_report(sources: Sources, name: str, wanted: Wanted) -> Report:
    """The report of a community; raises BadQuery where there is none of that name."""
    config = sources.config
    community = next((each for each in config.communities if each.name == name), None) or _named_by_hubs(config, name)
    fleet = sources.fleet or await fleet_of(sources.connection, config, wanted.period)
    hubs = [each for each in fleet.known if each.about is About.HUB and each.community == name]
    crowd = next((each for each in fleet.known if each.about is About.COMMUNITY and each.community == name), None)
    facts = await _facts(sources.connection, fleet, wanted, hubs, crowd)
    return report(replace(facts, name=name, title=community.title or name))


async def operators_report(sources: Sources, wanted: Wanted) -> Report:
    """The report about all hubs, for those who run them."""
    fleet = sources.fleet or await fleet_of(sources.connection, sources.config, wanted.period)
    hubs = [each for each in fleet.known if each.about is About.HUB]
    crowd = next((each for each in fleet.known if each.about is About.FLEET), None)
    facts = await _facts(sources.connection, fleet, wanted, hubs, crowd)
    places = [(hub.cluster, hub.namespace) for hub in facts.hubs]
    return report(replace(facts, audience=Audience.OPERATORS, elsewhere=elsewhere(fleet.happened, places)))


def _named_by_hubs(config: Config, name: str) -> Community:
    hubs = (hub for cluster in config.clusters for hub in cluster.hubs)
    if any(hub.community == name for hub in hubs):
        return Community(name, name)
    names = ", ".join(sorted(each.name for each in config.communities)) or "none"
    raise BadQuery(f"there is no community {name!r}; the configuration has: {names}")


async def _facts(
    connection: AsyncConnection, fleet: Fleet, wanted: Wanted, known: Sequence[Known], crowd: Known | None
) -> Facts:
    """Those about a community, without its name."""
    period = wanted.period
    return Facts(
        audience=Audience.COMMUNITY,
        period=period,
        name="",
        title="",
        hubs=await _hubs(connection, fleet, period, known),
        crowd=await _crowd(connection, period, crowd, [hub for hub in known if not hub.ephemeral]),
        now=wanted.now,
        asked=fleet.asked,
        checked_at=fleet.checked_at,
        next_at=wanted.next_at,
        links=wanted.links,
    )


async def _hubs(
    connection: AsyncConnection, fleet: Fleet, period: Period, known: Sequence[Known]
) -> tuple[HubFacts, ...]:
    ids = [hub.id for hub in known]
    start, end = milliseconds(period.start), milliseconds(period.end)
    # Days of other zones begin and end up to 14 hours away.
    hours = range(start // HOUR - 26, end // HOUR + 26)
    by_hour = await buckets_of(connection, ids, Resolution.HOUR, hours, (MOST,))
    by_day = await buckets_of(connection, ids, Resolution.DAY, _past(period), OF_DAYS)
    periods = await buckets_of(connection, ids, period.resolution, _earlier(period), NUMBERS)
    images = await images_of(connection, ids, period.resolution, _earlier(period))
    happened = fleet.happened
    return tuple(
        HubFacts(
            hub.cluster,
            hub.namespace,
            fleet.titles[hub.id],
            hub.zone,
            hub.ephemeral,
            hub.since,
            fleet.declared.get((hub.cluster, hub.namespace)),
            periods[hub.id],
            by_day[hub.id],
            _within(by_hour[hub.id], period.bucket(hub.zone)),
            happened.outages.get((hub.cluster, hub.namespace), ()),
            happened.alerts.get((hub.cluster, hub.namespace), ()),
            happened.findings.get((hub.cluster, hub.namespace), ()),
            fleet.windows.get((hub.cluster, hub.namespace), ()),
            images.get(hub.id, {}),
        )
        for hub in known
        # Of one that is named since yesterday, weeks before may have been computed.
        if hub.was_there(period.bucket(hub.zone)) or period.number in periods[hub.id]
    )


def _within(hours: Series, period: Bucket) -> Series:
    return {hour: seen for hour, seen in hours.items() if hour * HOUR < period.end and (hour + 1) * HOUR > period.start}


async def _crowd(connection: AsyncConnection, period: Period, crowd: Known | None, hubs: Sequence[Known]) -> CrowdFacts:
    if crowd is None or not hubs:
        return CrowdFacts({}, {}, {}, {})
    ids, measure = [hub.id for hub in hubs], f"{crowd.about}_people"
    ends = [period.earlier(ago).end_number for ago in range(BACK + 1)]
    people = await people_in(connection, ids, [(end - MONTH, end - 1) for end in ends])
    new = await first_days(connection, ids)
    days = await buckets_of(connection, [crowd.id], Resolution.DAY, _past(period), (measure,))
    periods = await buckets_of(connection, [crowd.id], period.resolution, _earlier(period), (measure,))
    return CrowdFacts(periods[crowd.id], days[crowd.id], dict(enumerate(people)), new, min(new) if new else None)


def _past(period: Period) -> range:
    end = period.end_number
    # A day is compared with those of the same name in eight weeks before.
    return range(min(end - PAST, period.number), end)


def _earlier(period: Period) -> list[int]:
    return [period.earlier(ago).number for ago in range(BACK + 1)]


def _declared(config: Config) -> Mapping[Where, Access | None]:
    hubs = ((cluster.name, hub) for cluster in config.clusters for hub in cluster.hubs)
    return {(cluster, _namespace(hub)): hub.access for cluster, hub in hubs}


def _namespace(hub: Hub) -> str:
    return hub.namespace or hub.name
