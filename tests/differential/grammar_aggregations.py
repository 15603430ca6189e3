"""Aggregations, by and without, with `cluster` among the labels and not."""

from aggregator.promql.print import label
from aggregator.series import CLUSTER
from tests.differential.dice import Dice, Vector
from tests.differential.grammar_functions import PHI

PLAIN = ("sum", "avg", "min", "max", "count", "group", "stddev", "stdvar")


def aggregation(dice: Dice) -> Vector:
    inside = dice.vector()
    clause, labels = grouping(dice, inside.labels)
    return Vector(f"{dice.pick(PLAIN)}{clause}({inside.text})", labels, inside.values)


def few(dice: Dice) -> Vector:
    """topk and bottomk keep the series as they are."""
    inside = dice.vector()
    clause, _ = grouping(dice, inside.labels)
    most = dice.scalar() if dice.chance(6) else dice.pick(("1", "2", "3", "5", "100", "0", "2.9"))
    return Vector(f"{dice.pick(('topk', 'bottomk'))}{clause}({most}, {inside.text})", inside.labels, inside.values)


def quantile(dice: Dice) -> Vector:
    inside = dice.vector()
    clause, labels = grouping(dice, inside.labels)
    phi = dice.scalar() if dice.chance(10) else dice.pick(PHI)
    return Vector(f"quantile{clause}({phi}, {inside.text})", labels, inside.values)


def values_counted(dice: Dice) -> Vector:
    inside = dice.vector()
    clause, labels = grouping(dice, inside.labels)
    name = dice.weighted({"value": 6, CLUSTER: 1, dice.pick((*inside.labels, "value")): 1})
    counted = f"round({inside.text})" if dice.chance(30) else inside.text
    text = f'count_values{clause}("{name}", {counted})'
    return Vector(text, tuple(sorted({*labels, name})), (1.0, 2.0, 3.0))


def grouping(dice: Dice, labels: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """A clause with the spaces around it, and the labels that are left."""
    kind = dice.weighted({"": 2, "by": 7, "without": 4})
    if not kind:
        return " ", ()
    others = [name for name in labels if name != CLUSTER]
    named = [*dice.some(others, most=2)]
    if dice.chance(60 if kind == "by" else 25):
        named.insert(dice.pick(range(len(named) + 1)), CLUSTER)
    if dice.chance(5):
        named.append("missing")
    clause = f" {kind} ({', '.join(label(name) for name in named)}) "
    kept = [name for name in labels if (name in named) == (kind == "by")]
    return clause, tuple(kept)
