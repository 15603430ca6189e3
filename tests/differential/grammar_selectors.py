"""Selectors with all kinds of matchers, offset and @; ranges and subqueries over them."""

from collections.abc import Callable

from aggregator.promql.print import label, number, quoted
from aggregator.series import CLUSTER
from tests.differential.dice import Dice, Vector
from tests.differential.vocabulary import Metric, metrics
from tests.fleet.places import PLACES, START

CLUSTERS = tuple(place.name for place in PLACES)
RANGES = ("30s", "1m", "2m", "5m", "5m", "7m30s", "10m", "15m", "1h")
SUBQUERIES = ("10m:1m", "10m:", "25m:", "30m:2m", "1h:7m", "17m:45s", "5m:15s", "20m:5m", "8m:10s", "90s:7s")
OFFSETS = ("1m", "5m", "90s", "1h", "13m", "-5m", "-30s", "-1h", "1ms")

_ABOUT_CLUSTERS: tuple[Callable[[Dice], str], ...] = (
    lambda dice: f'cluster="{dice.pick(CLUSTERS)}"',
    lambda dice: f'cluster!="{dice.pick(CLUSTERS)}"',
    lambda dice: f'cluster=~"{dice.pick(CLUSTERS)}|{dice.pick(CLUSTERS)}"',
    lambda dice: f'cluster=~"{dice.pick((".*", ".+", "(l|o|q).*", "[a-o].*", "[[:alpha:]]+", "per.h"))}"',
    lambda dice: f'cluster!~"{dice.pick(CLUSTERS)}|nowhere"',
    lambda dice: dice.pick(('cluster!=""', 'cluster=~".+"', 'cluster!~""', 'cluster=~"|oslo|lisbon"')),
    lambda dice: dice.pick(('cluster=""', 'cluster="nowhere"', 'cluster!~".*"')),
)
_WEIGHTS = (8, 8, 8, 5, 6, 6, 1)


def selector(dice: Dice, *kinds: str) -> Vector:
    """A selector of a metric of one of these kinds (any, when none is named), moved in time now and then."""
    text, metric = plain_selector(dice, *kinds)
    return Vector(text + moved(dice), tuple(metric.labels), metric.values)


def plain_selector(dice: Dice, *kinds: str) -> tuple[str, Metric]:
    every = [metric for metric in metrics().values() if not kinds or metric.kind in kinds]
    metric = dice.pick(every)
    conditions = [_about_cluster(dice)] if dice.chance(25) else []
    others = [name for name in metric.labels if name != CLUSTER]
    if others and dice.chance(35):
        conditions.append(_about(dice, metric, dice.pick(others)))
    if dice.chance(4):
        conditions.append(f'__name__=~"{metric.name}|{dice.pick(every).name}"')
        return f"{{{', '.join(conditions)}}}", metric
    if dice.chance(5):
        conditions.append(f'__name__="{metric.name}"')
        return f"{{{', '.join(conditions)}}}", metric
    return f"{metric.name}{{{', '.join(conditions)}}}" if conditions else metric.name, metric


def moved(dice: Dice) -> str:
    """An offset, an @, both in either order, or mostly nothing."""
    if dice.chance(80):
        return ""
    offset = f" offset {dice.pick(OFFSETS)}"
    at = f" @ {dice.pick(('start()', 'end()', _instant(dice)))}"
    return dice.weighted({offset: 4, at: 4, offset + at: 1, at + offset: 1})


def range_of(dice: Dice, *kinds: str) -> tuple[str, Vector]:
    """A range over a selector, and what its rows are like."""
    text, metric = plain_selector(dice, *kinds)
    return f"{text}[{dice.pick(RANGES)}]{moved(dice)}", Vector(text, tuple(metric.labels), metric.values)


def subquery_of(dice: Dice) -> tuple[str, Vector]:
    """A subquery over anything."""
    inside = dice.vector()
    return f"{inside.operand}[{dice.pick(SUBQUERIES)}]{moved(dice)}", inside


def _about_cluster(dice: Dice) -> str:
    return dice.weighted(dict(zip(_ABOUT_CLUSTERS, _WEIGHTS, strict=True)))(dice)


def _about(dice: Dice, metric: Metric, name: str) -> str:
    value = dice.pick(metric.labels[name])
    found = {
        "=": quoted(value),
        "!=": quoted(value),
        "=~": dice.pick((f'"{value[:1]}.*"' if value[:1].isalnum() else '".*"', '".+"', '".*"')),
        "!~": dice.pick(('"nothing"', '"(a|b)[0-9]?"', '""')),
    }
    op = dice.weighted({"=": 3, "!=": 3, "=~": 3, "!~": 2})
    return f"{label(name)}{op}{found[op]}"


def _instant(dice: Dice) -> str:
    return number(START / 1000 + dice.pick((3600.0, 7200.0, 9000.5, 10800.0, 12345.678, 14400.0)))
