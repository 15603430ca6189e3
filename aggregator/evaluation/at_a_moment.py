"""An aggregation over all clusters at one moment, number by number: mostly they are few, and calling numpy takes longer.

What comes out is what `merging.merge` makes of grids of one step, but for the last bits of sums.
"""

import math
from collections.abc import Callable, Sequence
from operator import add

from aggregator.evaluation.exactness import CANCELLED, WHOLE, NeedsExact
from aggregator.promql.tree import Aggregate
from aggregator.series import Labels, Vector, without_cluster

Parts = Sequence[Vector]


def merged(node: Aggregate, parts: Parts) -> Vector | None:
    """The aggregation, from its parts, whose series say by the label `cluster` whose they are; None for operators that
    are not computed number by number. Raises NeedsExact where partial sums are not good enough.
    """
    if node.operator == "avg":
        return _average(parts)
    combine = _COMBINE.get(node.operator)
    return combine and _combined(parts[0], combine, is_sum=node.operator == "sum")


def _combined(part: Vector, combine: Callable[[float, float], float], *, is_sum: bool) -> Vector:
    keys = [without_cluster(labels) for labels in part.labels]
    found = _reduced(keys, part.values, combine)
    exact = not is_sum or all(_is_whole(value) for value in part.values)
    if not exact:
        _demand_uncancelled(found, keys, part.values)
    return Vector(tuple(found), list(found.values()), exact)


def _average(parts: Parts) -> Vector:
    total, count = parts
    counted = dict(zip(count.labels, count.values, strict=True))
    # A series may come to be between two questions.
    both = [(labels, value) for labels, value in zip(total.labels, total.values, strict=True) if labels in counted]
    keys, values = [without_cluster(labels) for labels, _ in both], [value for _, value in both]
    sums, many = _reduced(keys, values, add), _reduced(keys, [counted[labels] for labels, _ in both], add)
    had_nan = {key for key, value in zip(keys, values, strict=True) if math.isnan(value)}
    if any(math.isinf(value) or (math.isnan(value) and key not in had_nan) for key, value in sums.items()):
        # Prometheus' running mean may have stayed finite where a sum overflows.
        raise NeedsExact
    _demand_uncancelled(sums, keys, values)
    return Vector(tuple(sums), [_mean(value, many[key]) for key, value in sums.items()], exact=False)


def _mean(total: float, count: float) -> float:
    if not count:
        # No Prometheus counts to 0, and what else does has no mean.
        return math.nan
    # Of several zeros Prometheus' running mean is 0 though all of them are -0.
    return total / count + (0.0 if count > 1 else -0.0)


def _reduced(
    keys: Sequence[Labels], values: Sequence[float], combine: Callable[[float, float], float]
) -> dict[Labels, float]:
    found: dict[Labels, float] = {}
    for key, value in zip(keys, values, strict=True):
        kept = found.get(key)
        found[key] = value if kept is None else combine(kept, value)
    return found


def _demand_uncancelled(sums: dict[Labels, float], keys: Sequence[Labels], values: Sequence[float]) -> None:
    """Raise NeedsExact where the parts cancel each other until rounding shows."""
    if any(value < 0 for value in values):
        largest = _reduced(keys, [abs(value) for value in values], _greater)
        if any(abs(value) < CANCELLED * largest[key] for key, value in sums.items()):
            raise NeedsExact


def _is_whole(value: float) -> bool:
    return abs(value) < WHOLE and value.is_integer()


def _greater(kept: float, value: float) -> float:
    """Of two zeros the first, and NaN only where there is nothing else."""
    return value if value > kept or math.isnan(kept) else kept


def _lesser(kept: float, value: float) -> float:
    return value if value < kept or math.isnan(kept) else kept


def _first(kept: float, _: float) -> float:
    return kept


_COMBINE: dict[str, Callable[[float, float], float]] = {
    # A count of all is the sum of the counts.
    **dict.fromkeys(("sum", "count", "count_values"), add),
    "min": _lesser,
    "max": _greater,
    "group": _first,
}
