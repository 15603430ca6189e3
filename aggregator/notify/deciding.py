"""Which groups there are, which of them are due, and who is told what of them: Alertmanager's dispatcher. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aggregator.events.values import Alert, State
from aggregator.notify.deduplicating import Reason, Told, reason_to_tell
from aggregator.notify.muting import MutedBy, muted_by
from aggregator.notify.policy import Policy
from aggregator.notify.routing import Way, group_key, group_labels
from aggregator.notify.silences import Silence, quiet_of
from aggregator.series import Labels

# Alertmanager removes groups that are empty this often; until then who comes in waits for the next flush.
EMPTY_KEPT = timedelta(seconds=30)
# Clocks of replicas differ by less.
SKEW = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Group:
    """A group as it is kept. `due_at` is when it is flushed next, `flushed_at` when it was last."""

    key: str
    labels: Labels
    began_at: datetime
    due_at: datetime
    flushed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything that is decided by, as it was at one moment; `told` is by group and receiver."""

    alerts: tuple[Alert, ...] = ()
    groups: tuple[Group, ...] = ()
    told: Mapping[tuple[str, str], Told] = field(default_factory=dict)
    silences: tuple[Silence, ...] = ()


@dataclass(frozen=True, slots=True)
class Telling:
    """One receiver's part of a flush. Without alerts nothing is said, and only `told` is noted."""

    receiver: str
    reason: Reason
    alerts: tuple[Alert, ...]
    told: Told


@dataclass(frozen=True, slots=True)
class Begin:
    """A new group."""

    group: Group


@dataclass(frozen=True, slots=True)
class Sooner:
    """A group that was never flushed is due earlier: an alert has come that waited long enough elsewhere."""

    group: Group
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Flush:
    """A group that is due, when it is due again, and who is told what."""

    group: Group
    due_at: datetime
    tellings: tuple[Telling, ...] = ()


@dataclass(frozen=True, slots=True)
class End:
    """A group that has been empty for long enough."""

    group: Group


Step = Begin | Sooner | Flush | End


@dataclass(frozen=True, slots=True)
class _Members:
    way: Way
    labels: Labels
    alerts: list[Alert] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Look:
    """What all groups are decided by."""

    told: Mapping[tuple[str, str], Told]
    mute_of: MutedBy
    now: datetime


def decide(policy: Policy, seen: Seen, now: datetime) -> tuple[Step, ...]:
    """What is to be done now, at most one step a group, in the order of their keys."""
    alerts = one_a_fingerprint(seen.alerts)
    quiet = (*policy.quiet, *map(quiet_of, seen.silences))
    look = _Look(seen.told, muted_by(policy.inhibit, quiet, alerts, now), now)
    members = _grouped(policy, alerts)
    kept = {group.key: group for group in seen.groups}
    steps = (
        _begin(key, members[key], now) if key not in kept else _go_on(kept[key], members.get(key), look)
        for key in sorted(members.keys() | kept.keys())
    )
    return tuple(step for step in steps if step is not None)


def receivers_now(policy: Policy, seen: Seen, now: datetime) -> Callable[[Alert], frozenset[str]]:
    """What says who is to know of an alert now: whom it is routed to, unless something mutes it."""
    quiet = (*policy.quiet, *map(quiet_of, seen.silences))
    mute_of = muted_by(policy.inhibit, quiet, one_a_fingerprint(seen.alerts), now)

    def goes_to(alert: Alert) -> frozenset[str]:
        ways = policy.routing.ways(alert) if mute_of(alert) is None else ()
        return frozenset(name for way in ways for name in way.receivers)

    return goes_to


def one_a_fingerprint(alerts: Iterable[Alert]) -> tuple[Alert, ...]:
    """Alerts as receivers tell them apart, by labels alone: of several rules' the one that fires, or fired last."""
    found: dict[str, Alert] = {}
    for alert in alerts:
        if alert.state is not State.PENDING:
            before = found.get(alert.fingerprint)
            found[alert.fingerprint] = alert if before is None else max(before, alert, key=_precedence)
    return tuple(found.values())


def _precedence(alert: Alert) -> tuple[bool, datetime, str]:
    return alert.is_open, alert.resolved_at or alert.looked_at, alert.rule


def _grouped(policy: Policy, alerts: Iterable[Alert]) -> dict[str, _Members]:
    found: dict[str, _Members] = {}
    for alert in alerts:
        for way in policy.routing.ways(alert):
            labels = group_labels(alert, way)
            found.setdefault(group_key(way, labels), _Members(way, labels)).alerts.append(alert)
    return found


def _begin(key: str, members: _Members, now: datetime) -> Begin | None:
    firing = [alert for alert in members.alerts if alert.is_open]
    if not firing:
        return None
    return Begin(Group(key, members.labels, now, _first_due(members.way, firing, now)))


def _first_due(way: Way, firing: Iterable[Alert], now: datetime) -> datetime:
    """After `group_wait`; where an alert has fired for longer than that, at once."""
    first = min(alert.fired_at or alert.active_at for alert in firing)
    return max(now, min(first, now) + way.group_wait)


def _go_on(group: Group, members: _Members | None, look: _Look) -> Step | None:
    there = [] if members is None else [each for each in members.alerts if _belongs(each, group, members.way, look)]
    if members is None or not there:
        return _empty(group, members, look.now)
    if _is_due(group, members.way, look.now):
        tellings = [_telling(group, receiver, members.way, there, look) for receiver in members.way.receivers]
        return Flush(group, _next_due(group, members.way, look.now), tuple(each for each in tellings if each))
    firing = [alert for alert in there if alert.is_open]
    if group.flushed_at is None and firing:
        due = _first_due(members.way, firing, look.now)
        return Sooner(group, due) if due < group.due_at else None
    return None


def _empty(group: Group, members: _Members | None, now: datetime) -> Step | None:
    over = group.flushed_at is not None and group.flushed_at + EMPTY_KEPT <= now
    if over or members is None:
        return End(group)
    return Flush(group, _next_due(group, members.way, now)) if _is_due(group, members.way, now) else None


def _is_due(group: Group, way: Way, now: datetime) -> bool:
    """Also where it is due later than it could be: the interval was longer once, or a clock was wrong."""
    return group.due_at <= now or group.due_at > now + max(way.group_wait, way.group_interval) + SKEW


def _next_due(group: Group, way: Way, now: datetime) -> datetime:
    """By the group's own clock, unless that is over as well or too far ahead."""
    due = group.due_at + way.group_interval
    return due if now < due <= now + way.group_interval else now + way.group_interval


def _belongs(alert: Alert, group: Group, way: Way, look: _Look) -> bool:
    """Whether it concerns anybody whom the group is for."""
    return any(_concerns(alert, group, look.told.get((group.key, receiver))) for receiver in way.receivers)


def _concerns(alert: Alert, group: Group, told: Told | None) -> bool:
    """Whether it fires, or is over and a receiver may have to hear so: since the last flush, or since it was told of."""
    since = group.flushed_at or group.began_at
    if alert.is_open or (alert.resolved_at or since) > since:
        return True
    return told is not None and alert.fingerprint in told.firing | told.owed


def _telling(group: Group, receiver: str, way: Way, alerts: Iterable[Alert], look: _Look) -> Telling | None:
    """What one receiver is told at a flush; None where that is nothing."""
    before = look.told.get((group.key, receiver))
    there = [alert for alert in alerts if _concerns(alert, group, before)]
    heard = [alert for alert in there if look.mute_of(alert) is None]
    if not heard:
        return None
    firing = frozenset(alert.fingerprint for alert in heard if alert.is_open)
    resolved = frozenset(alert.fingerprint for alert in heard) - firing
    muted = frozenset(alert.fingerprint for alert in there) - firing - resolved
    known = frozenset[str]() if before is None else before.firing | before.owed
    stands = Told(look.now, firing, resolved, known & muted)
    reason = reason_to_tell(before, stands, repeat_interval=way.repeat_interval, send_resolved=way.send_resolved)
    if reason is Reason.NOTHING:
        return None
    return Telling(receiver, reason, tuple(each for each in heard if each.is_open or way.send_resolved), stands)
