"""Alerts that are not told because another one fires, as Alertmanager's inhibitor decides. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from aggregator.access.kinds import ABOUT_ARRIVALS, STRANGERS_AT_WORK
from aggregator.clusters.alerting import Inhibit
from aggregator.clusters.conditions import Condition
from aggregator.events.values import Alert
from aggregator.notify.matching import fulfils
from aggregator.notify.silences import Mute

# What was found about who may log in stays true while nobody can be seen, and is never said by an outage.
_ACCESS = Condition("kind", "=", "access")
_NOT_ACCESS = Condition("kind", "!=", "access")


def _chain(scope: str, above: str, equal: tuple[str, ...]) -> Inhibit:
    """An outage of a scope silences everything below it; those of the same scope or above go on being told."""
    return Inhibit((Condition("scope", "=", scope),), (Condition("scope", "!~", above), _NOT_ACCESS), equal)


BUILT_IN = (
    _chain("crosshub", "crosshub", ()),
    _chain("cluster", "crosshub|cluster", ("cluster",)),
    _chain("hub", "crosshub|cluster|hub", ("cluster", "namespace")),
    Inhibit(
        (_ACCESS, Condition("alertname", "=", STRANGERS_AT_WORK)),
        (_ACCESS, Condition("alertname", "=~", "|".join(ABOUT_ARRIVALS))),
        ("cluster", "namespace"),
    ),
)
"""Crosshub > cluster > hub > feature, by the label `scope` of outages, which other alerts do not have; and what is found
about new accounts is said once, by what they do."""


@dataclass(frozen=True, slots=True)
class Inhibitor:
    """Rules, each with the alerts that fire and fulfil its source side, by their values of its `equal` labels.

    A source inhibits whether or not it is itself told of.
    """

    rules: tuple[tuple[Inhibit, Mapping[tuple[str, ...], Sequence[Alert]]], ...]

    def mute_of(self, alert: Alert) -> Mute | None:
        """The alert that silences this one; None where none does."""
        labels = dict(alert.labels)
        for rule, sources in self.rules:
            if fulfils(labels, rule.target):
                there = sources.get(_values(labels, rule), ())
                # Where an alert fulfils both sides, no other that does so inhibits it, and so none inhibits itself.
                both = bool(there) and fulfils(labels, rule.source)
                found = next((one for one in there if not (both and fulfils(dict(one.labels), rule.target))), None)
                if found is not None:
                    return Mute("inhibited", found.fingerprint, reason=found.name)
        return None


def inhibitor(rules: Iterable[Inhibit], firing: Iterable[Alert]) -> Inhibitor:
    """What inhibits while these alerts fire."""
    alerts = tuple(firing)
    return Inhibitor(tuple((rule, _sources(rule, alerts)) for rule in rules))


def _sources(rule: Inhibit, alerts: Sequence[Alert]) -> dict[tuple[str, ...], list[Alert]]:
    found: dict[tuple[str, ...], list[Alert]] = {}
    for alert in alerts:
        labels = dict(alert.labels)
        if fulfils(labels, rule.source):
            found.setdefault(_values(labels, rule), []).append(alert)
    return found


def _values(labels: Mapping[str, str], rule: Inhibit) -> tuple[str, ...]:
    return tuple(labels.get(name, "") for name in rule.equal)
