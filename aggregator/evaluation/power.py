"""Powers as Go takes them: by squaring where the exponent is whole, which gives the same last bit."""

import numpy as np

from aggregator.series import Bools, Floats

# A float64 has no exponent near it: whatever is multiplied further is 0 or infinite.
_LOST = 1 << 12
_MOST = 2.0**62


def power(base: Floats, exponent: Floats) -> Floats:
    """The base to the exponent, element by element; of broken exponents the last bit may differ from Go's.

    Source: `pow` in Go's math/pow.go.
    """
    answer = np.asarray(np.power(base, exponent))
    if (np.abs(exponent) == 0.5).any():
        root = np.sqrt(np.where(base > 0, base, 1.0))
        answer = np.where((base > 0) & (exponent == 0.5), root, answer)
        answer = np.where((base > 0) & (exponent == -0.5), 1 / root, answer)
    where = _by_squaring(base, exponent)
    if where.any():
        bases, exponents = np.broadcast_arrays(base, exponent)
        answer[where] = _squared(bases[where], exponents[where])
    return answer


def _by_squaring(base: Floats, exponent: Floats) -> Bools:
    """Where both are numbers of which C's pow makes no special case."""
    size = np.abs(exponent)
    plain: Bools = np.isfinite(base) & (base != 0) & (size >= 1) & (size < _MOST) & (np.rint(exponent) == exponent)
    return plain


def _squared(base: Floats, exponent: Floats) -> Floats:
    """`fraction` and `scale` are the base's 2nd, 4th, 8th... power, `answer` and `scaled` the product of those wanted."""
    bits = np.abs(exponent).astype(np.int64)
    fraction, scale = np.frexp(base)
    scale = scale.astype(np.int64)
    answer, scaled = np.ones(len(base)), np.zeros(len(base), dtype=np.int64)
    while bits.any():
        lost = (np.abs(scale) > _LOST) & (bits != 0)
        scaled += np.where(lost, scale, 0)
        bits[lost] = 0
        wanted = bits & 1 == 1
        answer *= np.where(wanted, fraction, 1.0)
        scaled += np.where(wanted, scale, 0)
        fraction, scale = fraction * fraction, scale * 2
        small = fraction < 0.5
        fraction, scale = np.where(small, fraction * 2, fraction), scale - small
        bits >>= 1
    inverse = exponent < 0
    answer, scaled = np.where(inverse, 1.0 / answer, answer), np.where(inverse, -scaled, scaled)
    # C's int; nothing is left of a number, nor is it finite, long before its ends.
    return np.asarray(np.ldexp(answer, np.maximum(np.minimum(scaled, 2**20), -(2**20)).astype(np.int32)))
