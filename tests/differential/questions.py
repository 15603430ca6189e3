"""When an expression is asked: at a moment, and over ranges in steps of 10 s, 60 s and 300 s."""

from collections.abc import Iterable, Iterator
from random import Random

from tests.differential.heard import Question
from tests.fleet.places import START

STEPS = (10_000, 60_000, 300_000)
_COUNT = 31
_MINUTE = 60_000

# In the middle of the data; one multiple of everything, one between all scrapes, one a multiple of nothing.
MOMENTS = (START + 180 * _MINUTE, START + 205 * _MINUTE + 7_000, START + 151 * _MINUTE + 1_234)


def all_ways(expression: str) -> Iterator[Question]:
    """At each of the moments, and at each step from one of them."""
    for moment in MOMENTS:
        yield Question(expression, moment, moment)
    for moment, step in zip(MOMENTS, STEPS, strict=True):
        yield Question(expression, moment, moment + (_COUNT - 1) * step, step)


def at_random(expressions: Iterable[str], seed: int) -> Iterator[Question]:
    """Once at a moment and once over a range, for each expression; the same times for the same seed."""
    random = Random(seed)
    for expression in expressions:
        moment = _moment(random, 90, 330)
        yield Question(expression, moment, moment)
        step = random.choice(STEPS)
        start = _moment(random, 30, 180)
        yield Question(expression, start, start + (_COUNT - 1) * step, step)


def _moment(random: Random, first: int, last: int) -> int:
    """Between two minutes of the data: on the full minute, on a second, on a millisecond."""
    grain = random.choice((_MINUTE, 1000, 1))
    return START + random.randint(first * _MINUTE, last * _MINUTE) // grain * grain
