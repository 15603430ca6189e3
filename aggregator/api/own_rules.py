"""Our own rules and alerts in Prometheus' form, to stand beside those of the clusters.

What Prometheus has no word for are fields of their own that its clients do not read: `heldSince` of an alert that fires
on unseen, and its `health`. One that is recovering is firing, with `keepFiringSince`, as in Prometheus.
"""

import math
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal

from aggregator.events.values import Alert, Health, State
from aggregator.promql.numbers import text
from aggregator.query.rules import Wanted, narrowed
from aggregator.query.wire import Fields, raw
from aggregator.rules.own_rules import OwnRules, Standing
from aggregator.rules.rows import RuleLook
from aggregator.rules.values import Group, Rule

FOLDER = "crosshub/alerts/"
HEALTHS = {Health.OK: "ok", Health.ERROR: "err", Health.NO_DATA: "unknown", Health.STALE: "unknown"}
NEVER = datetime(1, 1, 1, tzinfo=UTC)
"""When what was not looked at yet was last looked at, as Go has it."""


def own_groups(own: OwnRules, found: Standing, wanted: Wanted) -> list[Fields]:
    """Our groups with those of their rules that are wanted, by file and name."""
    if wanted.kind == "record":
        return []
    groups = [
        _fields(_group(own, group, found)) for group in sorted(own.groups, key=lambda each: (each.file, each.name))
    ]
    return [kept for group in groups if (kept := narrowed(group, wanted))]


def own_alerts(found: Standing) -> list[Fields]:
    """Our alerts that are pending or firing, of rules, outages and findings."""
    return [_fields(_alert(alert)) for alert in found.alerts]


def _group(own: OwnRules, group: Group, found: Standing) -> dict[str, object]:
    looks = [found.looks[key] for rule in group.rules if (key := group.key(rule)) in found.looks]
    return {
        "name": group.name,
        "file": f"{FOLDER}{group.file}",
        "rules": [_rule(rule, found.of(group.key(rule)), found.looks.get(group.key(rule))) for rule in group.rules],
        "interval": own.interval(group).total_seconds(),
        "limit": group.limit,
        "evaluationTime": sum(look.seconds for look in looks),
        "lastEvaluation": _moment(max((look.looked_at for look in looks), default=NEVER)),
    }


def _rule(rule: Rule, alerts: Iterable[Alert], look: RuleLook | None) -> dict[str, object]:
    shown = [_alert(alert) for alert in alerts]
    states = {str(each["state"]) for each in shown}
    told: dict[str, object] = {
        "state": next((state for state in ("firing", "pending") if state in states), "inactive"),
        "name": rule.name,
        "query": rule.expr,
        "duration": rule.hold.total_seconds(),
        "keepFiringFor": rule.keep_firing_for.total_seconds(),
        "labels": dict(rule.labels),
        "annotations": dict(rule.annotations),
        "alerts": shown,
        "health": "unknown" if look is None else HEALTHS[look.health],
    }
    if look is not None and look.error:
        told["lastError"] = look.error
    return told | {
        "evaluationTime": 0.0 if look is None else look.seconds,
        "lastEvaluation": _moment(NEVER if look is None else look.looked_at),
        "type": "alerting",
    }


def _alert(alert: Alert) -> dict[str, object]:
    told: dict[str, object] = {
        "labels": dict(alert.labels),
        "annotations": alert.shown_annotations,
        "state": "pending" if alert.state is State.PENDING else "firing",
        "activeAt": _moment(alert.active_at),
        "value": _scientific(math.nan if alert.value is None else alert.value),
    }
    if alert.over_since is not None:
        told["keepFiringSince"] = _moment(alert.over_since)
    if alert.health is not Health.OK:
        told["health"] = alert.health
    if alert.held_since is not None:
        told["heldSince"] = _moment(alert.held_since)
    return told


def _fields(told: dict[str, object]) -> Fields:
    return {name: raw(value) for name, value in told.items()}


def _moment(at: datetime) -> str:
    """An instant as Go writes it in JSON: a fraction only where there is one."""
    fraction = f"{at.microsecond:06d}".rstrip("0")
    # strftime leaves zeros out of early years.
    return f"{at:%Y-%m-%dT%H:%M:%S}".rjust(19, "0") + (f".{fraction}" if fraction else "") + "Z"


def _scientific(value: float) -> str:
    """A value as Prometheus writes that of an alert: `7e+00`, `4.1e-01`."""
    if not math.isfinite(value):
        return text(value)
    if value == 0:
        return "-0e+00" if math.copysign(1, value) < 0 else "0e+00"
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    assert isinstance(exponent, int)
    first, rest = str(digits[0]), "".join(map(str, digits[1:]))
    return f"{'-' * sign}{first}{'.' * bool(rest)}{rest}e{exponent + len(rest):+03d}"
