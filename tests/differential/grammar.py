"""Expressions out of the grammar of PromQL: right in their types by construction, nested three deep, from a seed."""

from collections.abc import Callable, Iterator
from random import Random

from aggregator.series import CLUSTER
from tests.differential import grammar_aggregations as aggregations
from tests.differential import grammar_functions as functions
from tests.differential import grammar_operators as operators
from tests.differential.dice import Dice, Vector
from tests.differential.grammar_selectors import range_of, selector, subquery_of

DEPTH = 3

_OPERATIONS: dict[Callable[[Dice], Vector], int] = {
    aggregations.aggregation: 22,
    aggregations.few: 6,
    aggregations.quantile: 4,
    aggregations.values_counted: 4,
    functions.over_counters: 7,
    functions.over_gauges: 12,
    functions.over_subquery: 8,
    functions.with_numbers: 8,
    functions.of_values: 20,
    functions.trigonometric: 16,
    functions.limited: 8,
    functions.dates: 14,
    functions.timestamps: 2,
    functions.sorted_: 3,
    functions.quantile_of_histogram: 4,
    functions.of_native_histograms: 6,
    functions.labels_replaced: 5,
    functions.labels_joined: 3,
    functions.absences: 4,
    operators.with_scalar: 15,
    operators.negative: 2,
    **operators.BETWEEN_VECTORS,
}
_LEAVES: dict[Callable[[Dice], Vector], int] = {
    selector: 6,
    functions.over_counters: 2,
    functions.over_gauges: 2,
}
_NUMBERS = (
    "1",
    "2",
    "0.5",
    "0",
    "-1",
    "10",
    "1e3",
    "100",
    "0.1",
    "NaN",
    "Inf",
    "-Inf",
    "time()",
    "pi()",
    "pi()",
    "time()",
    "1e-7",
    "0x10",
)


def vector(random: Random, depth: int) -> Vector:
    """An instant vector: at most `depth` operations above its selectors."""
    dice = Dice(random, lambda: vector(random, depth - 1), lambda: scalar(random, depth - 1))
    if depth <= 0:
        return dice.weighted(_LEAVES)(dice)
    if depth < DEPTH and dice.chance(12):
        return dice.weighted({_of_nothing: 1, selector: 4})(dice)
    return dice.weighted(_OPERATIONS)(dice)


def scalar(random: Random, depth: int) -> str:
    """A number, or something that becomes one."""
    dice = Dice(random, lambda: vector(random, depth - 1), lambda: scalar(random, depth - 1))
    if depth <= 0 or dice.chance(60):
        return dice.pick(_NUMBERS)
    return dice.weighted({_of_one_series: 5, _of_scalars: 2, _compared: 1, _negated: 1})(dice)


def _of_nothing(dice: Dice) -> Vector:
    return Vector(f"vector({dice.scalar()})", (), (0.0, 1.0))


def _of_one_series(dice: Dice) -> str:
    inside = dice.vector()
    return f"scalar({dice.pick(('sum', 'max', 'avg'))}({inside.text}))" if dice.chance(85) else f"scalar({inside.text})"


def _of_scalars(dice: Dice) -> str:
    return f"({dice.scalar()} {dice.pick(operators.ARITHMETIC)} {dice.scalar()})"


def _compared(dice: Dice) -> str:
    return f"({dice.scalar()} {dice.pick(operators.COMPARISONS)} bool {dice.scalar()})"


def _negated(dice: Dice) -> str:
    return f"-{dice.scalar()}"


def expression(random: Random) -> str:
    """A whole query: nearly always an instant vector, else a scalar, a range or a string."""
    dice = Dice(random, lambda: vector(random, DEPTH - 1), lambda: scalar(random, DEPTH - 1))
    kind = dice.weighted({"vector": 92, "scalar": 4, "range": 1, "subquery": 2, "string": 1})
    match kind:
        case "scalar":
            return scalar(random, DEPTH)
        case "range":
            return range_of(dice)[0]
        case "subquery":
            return subquery_of(dice)[0]
        case "string":
            return dice.pick(('"text"', "'single'", f'"{CLUSTER}"'))
    return vector(random, DEPTH).text


def generated(count: int, seed: int) -> Iterator[str]:
    """`count` different expressions, the same ones for the same seed."""
    known: set[str] = set()
    random = Random(seed)
    while len(known) < count:
        text = expression(random)
        if text not in known:
            known.add(text)
            yield text
