"""Functions of single values. Each takes values [series, steps] and its scalars [steps], and gives values.

They follow Go's package math, as Prometheus 2.42 uses it: what is exact is exactly the same, and so are the logarithms
(else `floor(log10(1e15))` would differ, which is 14); exponential and trigonometric functions may differ in the last bit.

A function is torn where its value jumps, or comes to be or ceases, while its argument hardly moves. Near such a place the
last bits of the argument decide over the whole answer.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from aggregator.series import Bools, Floats

NEAR = 1e-12
STEEP = 1e-6

Function = Callable[..., Floats]
Test = Callable[..., Bools]


@dataclass(frozen=True, slots=True)
class Elementwise:
    """`near` tells, for the same arguments, which values are within 1e-12 of where the function is torn; None if it
    nowhere is. `present` tells from the scalars alone at which steps there is an answer; None: wherever a value is.
    """

    compute: Function
    near: Test | None = None
    present: Test | None = None


def maximum(left: Floats, right: Floats) -> Floats:
    """The greater, as Go's math.Max: +Inf wins over NaN, and 0 over -0."""
    greater = np.maximum(left, right)
    greater = np.where((left == np.inf) | (right == np.inf), np.inf, greater)
    return np.where((left == 0) & (right == 0), left + right, greater)


def minimum(left: Floats, right: Floats) -> Floats:
    """The lesser, as Go's math.Min: -Inf wins over NaN, and -0 over 0."""
    return -maximum(-left, -right)


def clamp(values: Floats, least: Floats, greatest: Floats) -> Floats:
    return maximum(least, minimum(greatest, values))


def clamp_min(values: Floats, least: Floats) -> Floats:
    return maximum(least, values)


def clamp_max(values: Floats, greatest: Floats) -> Floats:
    return minimum(greatest, values)


def round_to(values: Floats, nearest: Floats | float = 1.0) -> Floats:
    """The nearest multiple; of two as near, the greater."""
    inverse = 1.0 / np.asarray(nearest)
    answer: Floats = np.floor(values * inverse + 0.5) / inverse
    return answer


def sgn(values: Floats) -> Floats:
    return np.where(values < 0, -1.0, np.where(values > 0, 1.0, values))


def ln(values: Floats) -> Floats:
    """The natural logarithm after FreeBSD's e_log.c, as Go has it: log(1 + f) by a polynomial, after taking powers of 2 out."""
    fraction, exponent = np.frexp(values)
    low = fraction < math.sqrt(2) / 2
    f = np.where(low, fraction * 2, fraction) - 1
    k = exponent - low.astype(np.float64)
    s = f / (2 + f)
    square = s * s
    fourth = square * square
    odd = square * (_L1 + fourth * (_L3 + fourth * (_L5 + fourth * _L7)))
    even = fourth * (_L2 + fourth * (_L4 + fourth * _L6))
    half = 0.5 * f * f
    answer = k * _LN2_HIGH - ((half - (s * (half + (odd + even)) + k * _LN2_LOW)) - f)
    answer = np.where(np.isfinite(values), answer, values)
    return np.where(values == 0, -np.inf, np.where(values < 0, np.nan, answer))


_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_L1, _L2, _L3 = 6.666666666666735130e-01, 3.999999999940941908e-01, 2.857142874366239149e-01
_L4, _L5, _L6 = 2.222219843214978396e-01, 1.818357216161805012e-01, 1.531383769920937332e-01
_L7 = 1.479819860511658591e-01
_LOG2_OF_E, _LOG10_OF_E = 1.44269504088896340736, 0.43429448190325182765


def log2(values: Floats) -> Floats:
    """Exact for powers of two."""
    fraction, exponent = np.frexp(values)
    return np.where(fraction == 0.5, exponent - 1.0, ln(fraction) * _LOG2_OF_E + exponent)


def log10(values: Floats) -> Floats:
    return ln(values) * _LOG10_OF_E


def asin(values: Floats) -> Floats:
    """By way of the root of 1 - x², as Go does it: close to 1 that differs from what is exact, and so does acos."""
    size = np.abs(values)
    root = np.sqrt(1 - size * size)
    angle = np.where(size > 0.7, math.pi / 2 - np.arctan(root / size), np.arctan(size / root))
    return np.where(values == 0, values, np.copysign(angle, values))


def acos(values: Floats) -> Floats:
    answer: Floats = math.pi / 2 - asin(values)
    return answer


def sinh(values: Floats) -> Floats:
    """Infinite as soon as the exponential is, as Go's is."""
    return np.where(np.abs(values) > 21, np.copysign(np.exp(np.abs(values)) * 0.5, values), np.sinh(values))


def cosh(values: Floats) -> Floats:
    return np.where(np.abs(values) > 21, np.exp(np.abs(values)) * 0.5, np.cosh(values))


def deg(values: Floats) -> Floats:
    answer: Floats = values * 180 / math.pi
    return answer


def rad(values: Floats) -> Floats:
    answer: Floats = values * math.pi / 180
    return answer


def _near_whole(values: Floats) -> Bools:
    answer: Bools = np.abs(values - np.rint(values)) <= NEAR * np.abs(values)
    return answer


def _near_half(values: Floats, nearest: Floats | float = 1.0) -> Bools:
    return _near_whole(values / np.asarray(nearest) + 0.5)


def _near_size(size: float, within: float = NEAR) -> Test:
    return lambda values: np.abs(np.abs(values) - size) <= within


def _near_log(values: Floats) -> Bools:
    """At 0 there ceases to be an answer; about 1 the answer is next to nothing, and any error large beside it."""
    answer: Bools = (np.abs(values) <= NEAR) | (np.abs(values - 1) <= STEEP)
    return answer


def _has_turned(values: Floats) -> Bools:
    """Where the last bits of an angle are no longer small beside what its sine or cosine is."""
    leeway = 1e-10 * np.minimum(np.abs(np.sin(values)), np.abs(np.cos(values)))
    answer: Bools = 4e-16 * np.abs(values) > leeway
    return answer


def _not_crossed(least: Floats, greatest: Floats) -> Bools:
    answer: Bools = ~(greatest < least)
    return answer


ELEMENTWISE: dict[str, Elementwise] = {
    "abs": Elementwise(np.abs),
    "acos": Elementwise(acos, near=_near_size(1)),
    "acosh": Elementwise(np.arccosh, near=_near_size(1)),
    "asin": Elementwise(asin, near=_near_size(1)),
    "asinh": Elementwise(np.arcsinh),
    "atan": Elementwise(np.arctan),
    "atanh": Elementwise(np.arctanh, near=_near_size(1)),
    "ceil": Elementwise(np.ceil, near=_near_whole),
    "clamp": Elementwise(clamp, present=_not_crossed),
    "clamp_max": Elementwise(clamp_max),
    "clamp_min": Elementwise(clamp_min),
    "cos": Elementwise(np.cos, near=_has_turned),
    "cosh": Elementwise(cosh),
    "deg": Elementwise(deg),
    "exp": Elementwise(np.exp),
    "floor": Elementwise(np.floor, near=_near_whole),
    "ln": Elementwise(ln, near=_near_log),
    "log10": Elementwise(log10, near=_near_log),
    "log2": Elementwise(log2, near=_near_log),
    "rad": Elementwise(rad),
    "round": Elementwise(round_to, near=_near_half),
    "sgn": Elementwise(sgn, near=_near_size(0)),
    "sin": Elementwise(np.sin, near=_has_turned),
    "sinh": Elementwise(sinh),
    "sqrt": Elementwise(np.sqrt, near=_near_size(0)),
    "tan": Elementwise(np.tan, near=_has_turned),
    "tanh": Elementwise(np.tanh),
}
