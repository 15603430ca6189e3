"""Our rules and alerts as they stand, read for whoever shows them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aggregator.clusters.values import Config, Every
from aggregator.events import rows as alert_rows
from aggregator.events.values import Alert, Health
from aggregator.rules import rows
from aggregator.rules.rows import RuleLook
from aggregator.rules.state import MISSED
from aggregator.rules.values import Group
from aggregator.store.database import Database


@dataclass(frozen=True, slots=True)
class OwnRules:
    """The groups that are looked at, each `every` so many seconds where it names no interval, and where that is kept."""

    groups: Sequence[Group]
    every: float
    database: Database

    def interval(self, group: Group) -> timedelta:
        return group.interval or timedelta(seconds=self.every)


@dataclass(frozen=True, slots=True)
class Standing:
    """The alerts that are not over, of all sources, and the last look at each rule by its key."""

    alerts: tuple[Alert, ...]
    looks: Mapping[str, RuleLook]

    def of(self, rule: str) -> tuple[Alert, ...]:
        """The alerts of a rule."""
        return tuple(alert for alert in self.alerts if alert.rule == rule)


async def standing(own: OwnRules, now: datetime) -> Standing:
    """How everything stands; what nobody has looked at for too long says so."""
    async with own.database.reading() as connection:
        alerts = await alert_rows.alerts(connection)
        looks = await rows.looks(connection)
    intervals, usual = intervals_of(own.groups, own.every), timedelta(seconds=own.every)
    fresh = tuple(as_of(alert, now, intervals.get(alert.rule, usual)) for alert in alerts)
    return Standing(fresh, {key: _look_as_of(look, now, intervals.get(key, usual)) for key, look in looks.items()})


def intervals_of(groups: Iterable[Group], every: float) -> Mapping[str, timedelta]:
    """How often each rule is looked at, by its key; `every` is for groups that name no interval, in seconds."""
    usual = timedelta(seconds=every)
    return {group.key(rule): group.interval or usual for group in groups for rule in group.rules}


def as_seen(alerts: Iterable[Alert], groups: Iterable[Group], config: Config, now: datetime) -> tuple[Alert, ...]:
    """The alerts as they are at a moment: those that are not over and that nobody looks at any more are stale."""
    intervals, every = intervals_of(groups, config.every.rules), config.every
    return tuple(
        alert if alert.resolved_at else as_of(alert, now, intervals.get(alert.rule, _without_a_rule(alert, every)))
        for alert in alerts
    )


def _without_a_rule(alert: Alert, every: Every) -> timedelta:
    """How far looks are apart at what no rule file tells of."""
    usual = max(every.rules, every.health)
    return timedelta(seconds={"access": every.access, "report": max(usual, every.schedules)}.get(alert.source, usual))


def as_of(alert: Alert, now: datetime, interval: timedelta) -> Alert:
    """An alert as it is at a moment: stale, where several looks at it are missing."""
    return replace(alert, health=Health.STALE) if _is_stale(alert.looked_at, now, interval) else alert


def _look_as_of(look: RuleLook, now: datetime, interval: timedelta) -> RuleLook:
    if not _is_stale(look.looked_at, now, interval):
        return look
    return replace(look, health=Health.STALE, error=f"nobody has looked since {look.looked_at:%Y-%m-%d %H:%M:%S} UTC")


def _is_stale(looked_at: datetime, now: datetime, interval: timedelta) -> bool:
    return now - looked_at > MISSED * interval
