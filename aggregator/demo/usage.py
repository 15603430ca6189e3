"""How much CPU and memory pods use: smooth functions of a pod's age, so that any moment can be asked by itself."""

from dataclasses import dataclass

import numpy as np

from aggregator.demo import draws
from aggregator.demo.pods import GIB, Pods
from aggregator.series import Floats, Ints

_PAGE = 4096
_WAVES = ((2400.0, 0.6), (421.0, 0.35))  # seconds, share of the level; together less than 1: CPU time never falls


@dataclass(frozen=True, slots=True, eq=False)
class Appetite:
    """What each of some pods uses, as columns."""

    level: Floats  # CPUs, on average
    waves: Floats  # how much of the waves it has: greedy ones are flat
    turns: Floats  # where in each wave it begins: a row a wave
    floor: Floats  # bytes
    growth: Floats  # bytes it comes to use on top


def appetites(pods: Pods) -> Appetite:
    """What these pods use."""
    keys = np.array([pod.key for pod in pods.rows], dtype=np.int64)
    luck = draws.uniform(1, keys[:, None], np.arange(5)).reshape(-1, 5)
    greedy = np.array([pod.greedy for pod in pods.rows], dtype=np.bool_)
    most = np.array([pod.kind.cpus[1] or 0.5 for pod in pods.rows])
    level = np.where(greedy, 0.98 * most, 0.51 * most * (0.03 + 0.97 * luck[:, 0] ** 4))
    bytes_most = np.array([pod.kind.bytes[1] for pod in pods.rows], dtype=np.float64)
    # The odd server comes near its limit.
    share = np.where(luck[:, 4] > 0.97, 0.96, 0.8 * luck[:, 3] ** 3)
    waves = np.where(greedy, 0.01, 1.0)
    return Appetite(
        level, waves, 2 * np.pi * luck[:, 1:3].T, np.full(len(level), GIB / 8), share * (bytes_most - GIB / 4)
    )


def cpu_seconds(eats: Appetite, rows: Ints, age: Floats) -> Floats:
    """CPU time used up to an age (seconds) by the pods of these rows, to the millisecond."""
    used = age.copy()
    for (period, share), turns in zip(_WAVES, eats.turns, strict=True):
        speed = 2 * np.pi / period
        used += eats.waves[rows] * share / speed * (np.cos(turns[rows]) - np.cos(speed * age + turns[rows]))
    seconds: Floats = np.rint(1000 * eats.level[rows] * used) / 1000
    return seconds


def memory_bytes(eats: Appetite, rows: Ints, age: Floats) -> Floats:
    """Memory in use at an age: it grows in the first hours, then breathes a little. Whole pages."""
    grown = eats.growth[rows] * (1 - np.exp(-age / 3600))
    breath = 1 + 0.04 * np.sin(age / 300 + eats.turns[0][rows])
    pages: Floats = np.rint((eats.floor[rows] + grown) * breath / _PAGE)
    return pages * _PAGE
