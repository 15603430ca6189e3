"""Chance without memory: every draw is a hash of what it is for, so it falls the same whenever it is asked."""

from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from aggregator.series import Floats, Ints

_Bits = NDArray[np.uint64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_LETTERS = "bcdfghjklmnpqrstvwxz2456789"  # no vowels, as Kubernetes does it: no words come out by accident


def key(*parts: object) -> int:
    """A number of 63 bits for what a draw is about: the seed, the cluster, the purpose."""
    text = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


def uniform(about: int, *indices: int | Ints) -> Floats:
    """Numbers in [0, 1), one for each combination of the indices, which broadcast as numpy's do."""
    state: _Bits = np.full((1,), about, dtype=np.uint64)
    for index in indices:
        state = _mixed(
            state + (np.atleast_1d(np.asarray(index, dtype=np.int64)).astype(np.uint64) + np.uint64(1)) * _GOLDEN
        )
    floats: Floats = (_mixed(state) >> np.uint64(11)).astype(np.float64) / float(1 << 53)
    return floats


def normal(about: int, *indices: int | Ints) -> Floats:
    """About normal, within 3.5 standard deviations: the sum of four uniforms, so no logarithm's last bit matters."""
    total = sum((uniform(about + nth, *indices) for nth in range(1, 4)), start=uniform(about, *indices))
    return (total - 2.0) * 1.7320508075688772


def one(about: int, *indices: int) -> float:
    """One number in [0, 1)."""
    return float(uniform(about, *indices).flat[0])


def word(about: int, length: int) -> str:
    """A few letters as at the end of a pod's name."""
    return "".join(_LETTERS[int(draw * len(_LETTERS))] for draw in uniform(about, np.arange(length)))


def _mixed(state: _Bits) -> _Bits:
    """The finalizer of splitmix64; unsigned numbers wrap on purpose."""
    state = (state ^ (state >> np.uint64(30))) * _FIRST
    state = (state ^ (state >> np.uint64(27))) * _SECOND
    return state ^ (state >> np.uint64(31))
