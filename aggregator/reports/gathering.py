"""The facts about a community, or about the whole fleet, from the database and the configuration."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.clusters.reporting import Community
from aggregator.clusters.values import Access, Config, Hub
from aggregator.errors import BadQuery
from aggregator.reports.comparing import BACK
from aggregator.reports.contents import MONTH, MOST, NUMBERS, OF_CROWDS, OF_DAYS, PAST, report
from aggregator.reports.facts import CrowdFacts, Facts, Happened, HubFacts, Where
from aggregator.reports.facts_rows import buckets_of, first_days, people_in, titles, what_happened
from aggregator.reports.happened import elsewhere
from aggregator.reports.periods import Period
from aggregator.reports.values import Audience, Links, Report
from aggregator.rollups.buckets import HOUR, Resolution
from aggregator.rollups.catalogue import About
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
class Sources:
    """Where facts come from; `fleet` is what happened in the period, for whoever makes many reports about the same one."""

    connection: AsyncConnection
    config: Config
    fleet: Happened | None = None


async def community_report(sources: Sources, name: str, wanted: Wanted) -> Report:
    """The report of a community; raises BadQuery where there is none of that name."""
    config = sources.config
    community = next((each for each in config.communities if each.name == name), None) or _named_by_hubs(config, name)
    known = await known_subjects(sources.connection)
    hubs = [each for each in known if each.about is About.HUB and each.community == name]
    crowd = next((each for each in known if each.about is About.COMMUNITY and each.community == name), None)
    facts = await _facts(sources, wanted, Audience.COMMUNITY, hubs, crowd)
    return report(replace(facts, name=name, title=community.title or name))


async def operators_report(sources: Sources, wanted: Wanted) -> Report:
    """The report about all hubs, for those who run them."""
    known = await known_subjects(sources.connection)
    hubs = [each for each in known if each.about is About.HUB]
    crowd = next((each for each in known if each.about is About.FLEET), None)
    return report(await _facts(sources, wanted, Audience.OPERATORS, hubs, crowd))


def _named_by_hubs(config: Config, name: str) -> Community:
    hubs = (hub for cluster in config.clusters for hub in cluster.hubs)
    if any(hub.community == name for hub in hubs):
        return Community(name, name)
    names = ", ".join(sorted(each.name for each in config.communities)) or "none"
    raise BadQuery(f"there is no community {name!r}; the configuration has: {names}")


async def _facts(
    sources: Sources, wanted: Wanted, audience: Audience, known: Sequence[Known], crowd: Known | None
) -> Facts:
    connection, period = sources.connection, wanted.period
    fleet = sources.fleet or await what_happened(connection, period.start, period.end)
    told = await _hubs(sources, period, known, fleet)
    everywhere = audience is Audience.OPERATORS
    return Facts(
        audience=audience,
        period=period,
        name="",
        title="",
        hubs=told,
        elsewhere=elsewhere(fleet, [(hub.cluster, hub.namespace) for hub in told]) if everywhere else (),
        crowd=await _crowd(connection, period, crowd, [hub for hub in known if not hub.ephemeral], OF_CROWDS[audience]),
        now=wanted.now,
        asked=await when_asked(connection),
        checked_at=await last_done(connection, CHECKS),
        next_at=wanted.next_at,
        links=wanted.links,
    )


async def _hubs(sources: Sources, period: Period, known: Sequence[Known], fleet: Happened) -> tuple[HubFacts, ...]:
    connection = sources.connection
    ids = [hub.id for hub in known]
    start, end = milliseconds(period.start), milliseconds(period.end)
    # Days of other zones begin and end up to 14 hours away.
    hours = range(start // HOUR - 26, end // HOUR + 26)
    by_hour = await buckets_of(connection, ids, Resolution.HOUR, hours, (MOST,))
    by_day = await buckets_of(connection, ids, Resolution.DAY, _past(period), OF_DAYS)
    periods = await buckets_of(connection, ids, period.resolution, _earlier(period), NUMBERS)
    names, declared = await titles(connection), _declared(sources.config)
    return tuple(
        HubFacts(
            hub.cluster,
            hub.namespace,
            names[hub.id],
            hub.zone,
            hub.ephemeral,
            hub.since,
            declared.get((hub.cluster, hub.namespace)),
            periods[hub.id],
            by_day[hub.id],
            {number: seen for number, seen in by_hour[hub.id].items() if _lies_in(number, period, hub)},
            fleet.outages.get((hub.cluster, hub.namespace), ()),
            fleet.alerts.get((hub.cluster, hub.namespace), ()),
            fleet.findings.get((hub.cluster, hub.namespace), ()),
        )
        for hub in known
        # Of one that is named since yesterday, weeks before may have been computed.
        if hub.was_there(period.bucket(hub.zone)) or period.number in periods[hub.id]
    )


def _lies_in(hour: int, period: Period, hub: Known) -> bool:
    bucket = period.bucket(hub.zone)
    return hour * HOUR < bucket.end and (hour + 1) * HOUR > bucket.start


async def _crowd(
    connection: AsyncConnection, period: Period, crowd: Known | None, hubs: Sequence[Known], measure: str
) -> CrowdFacts:
    if crowd is None or not hubs:
        return CrowdFacts({}, {}, {}, {})
    ids = [hub.id for hub in hubs]
    ends = [period.earlier(ago).number + period.earlier(ago).days for ago in range(BACK + 1)]
    people = await people_in(connection, ids, [(end - MONTH, end - 1) for end in ends])
    new = await first_days(connection, ids)
    days = await buckets_of(connection, [crowd.id], Resolution.DAY, _past(period), (measure,))
    periods = await buckets_of(connection, [crowd.id], period.resolution, _earlier(period), (measure,))
    return CrowdFacts(periods[crowd.id], days[crowd.id], dict(enumerate(people)), new, min(new) if new else None)


def _past(period: Period) -> range:
    end = period.number + period.days
    # A day is compared with those of the same name in eight weeks before.
    return range(min(end - PAST, period.number), end)


def _earlier(period: Period) -> list[int]:
    return [period.earlier(ago).number for ago in range(BACK + 1)]


def _declared(config: Config) -> Mapping[Where, Access | None]:
    hubs = ((cluster.name, hub) for cluster in config.clusters for hub in cluster.hubs)
    return {(cluster, _namespace(hub)): hub.access for cluster, hub in hubs}


def _namespace(hub: Hub) -> str:
    return hub.namespace or hub.name
