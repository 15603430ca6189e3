"""Times in which hubs were down: when they begin, go on and end. How many minutes that is: `rollups/downtime.py`. Pure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aggregator.events.going_on import Judgement
from aggregator.events.values import Alert
from aggregator.rules.evidence import Evidence, Where
from aggregator.rules.standing import is_back
from aggregator.rules.verdicts import Verdict

AGAIN = timedelta(minutes=5)
"""A hub that is down again so soon, while its alert still stands, was not back."""


@dataclass(frozen=True, slots=True)
class Incident:
    """A time in which a hub was down; it goes on where it has no end. `cause` is the alert that told of it."""

    cluster: str
    namespace: str
    started_at: datetime
    ended_at: datetime | None
    cause: str

    @property
    def where(self) -> Where:
        return self.cluster, self.namespace


def incidents_now(
    before: Sequence[Incident], evidence: Evidence, judgement: Judgement[Verdict], alerts: Sequence[Alert]
) -> tuple[Incident, ...]:
    """The incidents that begin, go on again or end with what was just judged; those that stay as they are are left out.

    `before` are those without an end and those that ended lately, `alerts` the alerts as they stand now. An incident
    begins when its alert did, and ends when the hub is first seen to work.
    """
    firing = {alert.key: alert for alert in alerts if alert.is_open}
    # Of these another replica may see more than we do.
    left = {(firing[key].label("cluster"), firing[key].label("namespace")) for key in judgement.left & firing.keys()}
    told = {where: firing[each.key] for each in judgement.true if each.key in firing for where in each.hubs}
    seen = {hub.where: hub for hub in evidence.hubs}
    latest = {each.where: each for each in sorted(before, key=lambda each: each.started_at)}
    found = [_down(latest.get(where), where, alert, evidence.at) for where, alert in told.items()]
    found += [
        replace(each, ended_at=evidence.at)
        for where, each in latest.items()
        if each.ended_at is None
        and where not in told
        and (is_back(seen[where]) if where in seen else _is_gone(where, left))
    ]
    return tuple(each for each in found if each is not None)


def _is_gone(where: Where, left: Collection[Where]) -> bool:
    return where not in left and (where[0], "") not in left


def _down(last: Incident | None, where: Where, alert: Alert, now: datetime) -> Incident | None:
    if last is not None and last.ended_at is None:
        return None
    if last is not None and last.ended_at is not None and _goes_on(last.ended_at, alert, now):
        return replace(last, ended_at=None)
    # Who joins the outage of a cluster later is down since now.
    began = alert.active_at if alert.fired_at == now else now
    if last is not None and last.ended_at is not None:
        began = max(began, last.ended_at)
    return Incident(*where, began, None, alert.name)


def _goes_on(ended_at: datetime, alert: Alert, now: datetime) -> bool:
    """Whether the alert has not been over meanwhile."""
    return alert.active_at <= ended_at and now - ended_at <= AGAIN


def down(incidents: Iterable[Incident]) -> frozenset[Where]:
    """The hubs whose being down has no end yet."""
    return frozenset(each.where for each in incidents if each.ended_at is None)
