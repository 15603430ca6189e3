"""Arithmetic and comparison of values, element by element, and where the last bit of an operand decides."""

from collections.abc import Callable

import numpy as np

from aggregator.evaluation.exactness import CLOSE, cancelled, near
from aggregator.evaluation.power import power
from aggregator.series import Bools, Floats

Arithmetic = Callable[[Floats, Floats], Floats]
Comparison = Callable[[Floats, Floats], Bools]
Doubt = Callable[[Floats, Floats, Floats], Bools]

ARITHMETIC: dict[str, Arithmetic] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "%": np.fmod,
    "^": power,
    "atan2": np.arctan2,
}
COMPARISON: dict[str, Comparison] = {
    "==": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    ">": np.greater,
    "<=": np.less_equal,
    ">=": np.greater_equal,
}
DROPS_NAME = frozenset({"+", "-", "*", "/", "%", "^"})
"""Source: `shouldDropMetricName` in Prometheus' promql/engine.go, which does not know atan2."""


def _added(left: Floats, right: Floats, result: Floats) -> Bools:
    return cancelled(result, left, right)


def _remainder(left: Floats, right: Floats, result: Floats) -> Bools:
    """Near a multiple, and where so little is left that the last bits of what was divided are a part of it."""
    edge: Floats = np.minimum(np.abs(result), np.abs(np.abs(right) - np.abs(result)))
    return edge <= 1e7 * CLOSE * np.maximum(np.abs(left), np.abs(right))


DOUBTS: dict[str, Doubt] = {
    "+": _added,
    "-": _added,
    "%": _remainder,
    **{comparison: lambda left, right, _: near(left, right) for comparison in COMPARISON},
}
"""Where rounding of the operands may show in the result."""


def apply(operator: str, left: Floats, right: Floats) -> tuple[Floats, Bools | None]:
    """The value of the operation, and for comparisons where it holds (the value is then that of the left side)."""
    if operator in ARITHMETIC:
        return ARITHMETIC[operator](left, right), None
    return left, COMPARISON[operator](left, right)


def doubtful(operator: str, left: Floats, right: Floats, result: Floats) -> Bools:
    """Where the operation, on operands that are not exact, may give something else than one Prometheus would."""
    if operator not in DOUBTS:
        return np.zeros(result.shape, dtype=np.bool_)
    return DOUBTS[operator](left, right, result)
