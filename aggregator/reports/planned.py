"""Which reports are due again and again, and of which period each slot tells. Pure."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aggregator.clusters.reporting import Community
from aggregator.clusters.settle import DUE
from aggregator.clusters.values import UTC, Config
from aggregator.reports.periods import Kind, Period, last_period
from aggregator.slots.calendars import Cron
from aggregator.slots.catching_up import Schedule

NAMES = "report/"
"""How the names of their schedules begin."""
OPERATORS = ""
"""Whose reports are about all hubs; no community is called so."""
PATIENCE = timedelta(hours=6)
"""So long a report waits for numbers of a period that is over, but for no more than half of the time by which it may be
late."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A report that is due again and again, of a community or of OPERATORS; `zones` are those of its hubs."""

    community: str
    kind: Kind
    zone: str
    zones: frozenset[str]
    schedule: Schedule
    recipients: tuple[str, ...]
    language: str = "en"
    csv: bool = False
    pdf: bool = False
    draft: bool = False
    has_slack: bool = False

    def period(self, slot: datetime) -> Period:
        """What the report of a slot is about: the latest period that is over then."""
        return last_period(self.kind, self.zone, slot)

    def over(self, slot: datetime) -> datetime:
        """When that period is over wherever its hubs are: in the west that is later."""
        period = self.period(slot)
        return max(replace(period, zone=zone).end for zone in (self.zone, *self.zones))


def planned(config: Config) -> tuple[Planned, ...]:
    """Every report that somebody is to get."""
    return tuple(_planned(config))


def _planned(config: Config) -> Iterator[Planned]:
    for community in config.communities:
        if community.recipients or community.slack is not None:
            yield from _of(community, _zones(config, community.name))
    if (operators := config.reports.operators) is not None:
        schedule = Schedule(name=f"{NAMES}{OPERATORS}/{Kind.WEEKLY}", calendar=Cron(operators.cron, UTC))
        yield Planned(OPERATORS, Kind.WEEKLY, UTC.key, _zones(config), schedule, operators.recipients)


def _zones(config: Config, community: str | None = None) -> frozenset[str]:
    hubs = (hub for cluster in config.clusters for hub in cluster.hubs)
    return frozenset(hub.timezone.key for hub in hubs if community in (None, hub.community))


def _of(community: Community, zones: frozenset[str]) -> Iterator[Planned]:
    times = Counter[str]()
    for each in community.reports:
        times[each.kind] += 1
        again = f"/{times[each.kind]}" if times[each.kind] > 1 else ""
        zone = each.timezone or UTC
        schedule = Schedule(
            name=f"{NAMES}{community.name}/{each.kind}{again}",
            calendar=Cron(each.cron or DUE[each.kind], zone),
            catch_up=each.catch_up,
            max_lateness=timedelta(seconds=each.max_lateness),
        )
        yield Planned(
            community=community.name,
            kind=Kind(each.kind),
            zone=zone.key,
            zones=zones,
            schedule=schedule,
            recipients=tuple(dict.fromkeys(community.recipients)),
            language=community.language,
            csv=each.csv,
            pdf=each.pdf,
            draft=community.draft,
            has_slack=community.slack is not None,
        )


def waits(plan: Planned, slot: datetime, computed_at: datetime | None, now: datetime) -> bool:
    """Whether the report of a slot is to wait, since numbers of its period have not been computed yet.

    So it is after a downtime, and for hubs further west: what is told must not be that nothing was seen. It is told in the
    end.
    """
    over = plan.over(slot)
    until = min(max(slot, over) + PATIENCE, slot + plan.schedule.max_lateness / 2)
    if plan.schedule.catch_up == "skip" or now >= until:
        return False
    return computed_at is None or computed_at < over
