"""Looks one after another, judged and put upon what stood before, as the job does it, without a database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from aggregator.events.going_on import gone_on
from aggregator.events.values import Alert, Event, State
from aggregator.rules import unwatched
from aggregator.rules.evidence import Evidence
from aggregator.rules.incidents import AGAIN, Incident, down, incidents_now
from aggregator.rules.outages import judged
from tests.rules.fleets import MINUTE, NOON


@dataclass(slots=True)
class History:
    """What stands after some looks, a minute apart, and everything that happened."""

    alerts: tuple[Alert, ...] = ()
    events: list[Event] = field(default_factory=list)
    incidents: dict[object, Incident] = field(default_factory=dict)
    looks: int = 0

    def look(self, evidence: Evidence) -> list[str]:
        """What happens with one more look: `firing HubDown lisbon/a` and so on."""
        now = NOON + self.looks * MINUTE
        kept = [each for each in self.incidents.values() if each.ended_at is None or each.ended_at >= now - AGAIN]
        told = replace(evidence, at=now, down=down(kept))
        judgement = judged(told, self.alerts)
        went = gone_on(self.alerts, judgement, now, "outage", unwatched.called)
        for each in incidents_now(kept, told, judgement, went.alerts):
            self.incidents[each.where, each.started_at] = each
        self.alerts = tuple(alert for alert in went.alerts if alert.state is not State.RESOLVED)
        self.events += went.events
        self.looks += 1
        return sorted(map(happened, went.events))

    @property
    def open(self) -> set[str]:
        return {called(alert) for alert in self.alerts if alert.is_open}


def after(looks: Iterable[Evidence]) -> tuple[History, list[list[str]]]:
    """The history of some looks, and what happened at each."""
    history = History()
    return history, [history.look(evidence) for evidence in looks]


def happened(event: Event) -> str:
    return f"{event.change} {_named(dict(event.labels))}"


def called(alert: Alert) -> str:
    return _named(dict(alert.labels))


def _named(labels: dict[str, str]) -> str:
    where = "/".join(labels[name] for name in ("cluster", "namespace") if name in labels)
    return f"{labels['alertname']} {where}".rstrip()


def minutes(incidents: Sequence[Incident]) -> list[tuple[str, int, int | None, str]]:
    """Of each incident where, from which and to which look, and why."""
    return [
        (
            "/".join(each.where),
            (each.started_at - NOON) // MINUTE,
            None if each.ended_at is None else (each.ended_at - NOON) // MINUTE,
            each.cause,
        )
        for each in sorted(incidents, key=lambda each: (each.where, each.started_at))
    ]
