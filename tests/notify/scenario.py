"""A small language for scenarios of alerts: at t this happens, and between t1 and t2 that is told.

Times are in units of a second since the scenario began. An alert is called by one letter or word, which is its label
`name`; its `alertname` is "Test", unless it is written `Other/a`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from aggregator.clusters.alerting import Inhibit, Receiver, Route, Webhook
from aggregator.clusters.conditions import Condition, parse_condition
from aggregator.clusters.values import Config
from aggregator.events.fingerprint import fingerprint
from aggregator.events.values import labels_of
from aggregator.notify.deduplicating import Reason
from aggregator.series import Labels

END = 14.0
"""All scenarios have ended by then."""
BACK = 7.0
DOWN = 6.5
"""Those with a restart are not there in between."""

Did = Literal["fire", "resolve", "silence", "expire"]


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happens to alerts, or to what the matchers match. `since` is when an alert began that fires now."""

    at: float
    did: Did
    names: tuple[str, ...] = ()
    matchers: tuple[str, ...] = ()
    since: float | None = None
    until: float = 1000.0


@dataclass(frozen=True, slots=True)
class Told:
    """One message: when, and the names of the alerts in it."""

    at: float
    firing: frozenset[str]
    resolved: frozenset[str]
    group: str = ""
    reason: Reason | None = None

    @property
    def status(self) -> str:
        return "firing" if self.firing else "resolved"


@dataclass(frozen=True, slots=True)
class Scenario:
    """What happens and what is to be told; `theirs` is what Alertmanager tells, where that differs, and `why` it does."""

    name: str
    happenings: tuple[Happening, ...]
    wanted: tuple[Told, ...]
    group_by: tuple[str, ...] = ("alertname",)
    group_wait: float = 1
    group_interval: float = 3
    repeat_interval: float = 100
    send_resolved: bool = True
    inhibit: tuple[Inhibit, ...] = ()
    restart: bool = False
    theirs: tuple[Told, ...] | None = None
    why: str = ""

    def labels(self, name: str) -> Labels:
        kind, _, short = name.rpartition("/")
        role = {"source": "source", "target": "target"}.get(short.rstrip("0123456789"), "")
        return labels_of({"alertname": kind or "Test", "scenario": self.name, "name": short, "role": role})

    def names(self) -> Mapping[str, str]:
        """The names of alerts by their fingerprints."""
        named = {name for each in self.happenings for name in each.names}
        return {fingerprint(self.labels(name)): name for name in named}

    @property
    def only_here(self) -> Condition:
        return Condition("scenario", "=", self.name)

    @property
    def here(self) -> tuple[Inhibit, ...]:
        """Its inhibition, for its own alerts."""
        return tuple(
            replace(rule, source=(*rule.source, self.only_here), target=(*rule.target, self.only_here))
            for rule in self.inhibit
        )


INHIBIT = (Inhibit((parse_condition("role=source"),), (parse_condition("role=target"),), ("place",)),)


def fire(at: float, names: str, since: float | None = None) -> Happening:
    return Happening(at, "fire", tuple(names.split()), since=since)


def resolve(at: float, names: str) -> Happening:
    return Happening(at, "resolve", tuple(names.split()))


def silence(at: float, *matchers: str, until: float = 1000.0) -> Happening:
    return Happening(at, "silence", matchers=matchers, until=until)


def expire(at: float, *matchers: str) -> Happening:
    return Happening(at, "expire", matchers=matchers)


def told(at: float, reason: Reason, firing: str = "", resolved: str = "") -> Told:
    return Told(at, frozenset(firing.split()), frozenset(resolved.split()), reason=reason)


def config_of(scenarios: tuple[Scenario, ...]) -> Config:
    """Scenarios side by side: a route and a receiver each."""
    routes = [
        Route(
            (each.name,),
            (each.only_here,),
            each.group_by,
            each.group_wait,
            each.group_interval,
            each.repeat_interval,
            each.send_resolved,
        )
        for each in scenarios
    ]
    return Config(
        (),
        receivers=tuple(Receiver(each.name, Webhook("http://127.0.0.1:1")) for each in scenarios),
        routes=(*routes, Route(())),
        inhibit=tuple(rule for each in scenarios for rule in each.here),
    )


def moment(began: datetime, at: float) -> datetime:
    return began + timedelta(seconds=at)
