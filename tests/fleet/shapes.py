"""How a value moves in time, and when it is there at all: arrays made from a random generator, and nothing else."""

import numpy as np
from numpy.random import Generator

from aggregator.series import Bools, Floats


def walk(rng: Generator, count: int, low: float, high: float, *, grain: float = 1.0) -> Floats:
    """A gauge that wanders between two bounds in multiples of `grain`, so that values meet again and again."""
    phase, speed = rng.uniform(0, 2 * np.pi), rng.uniform(2, 9)
    wave = np.sin(phase + speed * np.linspace(0, 2 * np.pi, count)) + rng.normal(0, 0.15, count)
    middle, reach = (low + high) / 2, (high - low) / 2
    return np.clip(np.round((middle + reach * wave / 1.3) / grain) * grain, low, high)


def counter(rng: Generator, count: int, per_sample: float, *, resets: int, fractions: bool = False) -> Floats:
    """A counter that starts again from nothing some times."""
    grown = rng.gamma(1.2, per_sample, count) if fractions else rng.poisson(per_sample, count).astype(np.float64)
    total = np.cumsum(grown)
    for at in sorted(rng.integers(count // 10, count, resets)):
        total[at:] -= total[at] - grown[at]
    return total


def constant(count: int, value: float) -> Floats:
    return np.full(count, value)


def odd(rng: Generator, count: int, choices: list[float], *, stretch: int = 40) -> Floats:
    """Values taken from `choices`, each for about `stretch` samples."""
    return np.repeat(rng.choice(choices, count // stretch + 1), stretch)[:count]


def always(count: int) -> Bools:
    return np.ones(count, dtype=np.bool_)


def gaps(rng: Generator, count: int, lengths: tuple[int, ...]) -> Bools:
    """There but for holes of the given lengths, in samples."""
    there = always(count)
    for length in lengths:
        start = int(rng.integers(0, count - length))
        there[start : start + length] = False
    return there


def life(rng: Generator, count: int) -> Bools:
    """Born and ended somewhere in the middle, or only one of the two."""
    born, ended = sorted(rng.uniform(-0.3, 1.3, 2))
    when = np.linspace(0, 1, count)
    there: Bools = (when >= min(born, 0.8)) & (when <= max(ended, 0.2))
    return there


def every(count: int, nth: int) -> Bools:
    """Every nth sample only: with more than five minutes between them they leave the lookback."""
    there: Bools = np.arange(count) % nth == 0
    return there
