"""Series that hold a value for a stretch of time, as samples: one where it begins, looked back at until it ends."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from aggregator.planning.plan import RawAsk
from aggregator.promql.regex import matches
from aggregator.promql.tree import Matcher
from aggregator.series import Ints, Labels, Raw, Sampled


@dataclass(frozen=True, slots=True)
class Stretch:
    """A series has this value from `start` on and before `end`, in milliseconds.

    `lasting`: functions over ranges see it in each range; otherwise they see when it began, so that `count_over_time`
    says how often it did.
    """

    labels: Labels
    start: int
    end: int
    value: float
    lasting: bool = False


def meets(matchers: Sequence[Matcher]) -> Callable[[Labels], bool]:
    """A test of whether a label set meets all of the matchers."""
    tests = [(each.name, matches(each.op, each.value)) for each in matchers]

    def test(labels: Labels) -> bool:
        values = dict(labels)
        return all(allows(values.get(name, "")) for name, allows in tests)

    return test


def sampled(stretches: Iterable[Stretch], ask: RawAsk) -> Sampled:
    """The samples of the series that the selector means; stretches of one series do not overlap."""
    earliest = ask.start - (ask.range or 0)
    is_meant = meets(ask.selector.matchers)
    found: dict[Labels, list[tuple[int, float, int]]] = {}
    for stretch in stretches:
        if stretch.start <= ask.end and stretch.end > earliest and is_meant(stretch.labels):
            found.setdefault(stretch.labels, []).extend(_samples(stretch, ask, earliest))
    return laid_out({labels: sorted(samples) for labels, samples in found.items()})


def laid_out(found: Mapping[Labels, Sequence[tuple[int, float, int]]]) -> Sampled:
    """Series in Prometheus' order, each with its (moment, value, look-back), ascending."""
    ordered = sorted((labels, samples) for labels, samples in found.items() if samples)
    table = np.array([each for _, samples in ordered for each in samples], dtype=np.float64).reshape(-1, 3)
    bounds = np.cumsum([0, *(len(samples) for _, samples in ordered)], dtype=np.int64)
    raw = Raw(tuple(labels for labels, _ in ordered), _whole(table[:, 0]), table[:, 1].copy(), bounds)
    return Sampled(raw, _whole(table[:, 2]))


def _samples(stretch: Stretch, ask: RawAsk, earliest: int) -> list[tuple[int, float, int]]:
    # What began before all that is looked at has its sample there, so that it is not counted as a beginning.
    first = max(stretch.start, earliest - 1)
    last = min(stretch.end, ask.end + 1)
    every = max(ask.range or 0, 1)
    starts = range(first, last, every) if stretch.lasting and ask.range else (first,)
    return [(start, stretch.value, min(start + every, last) - start if stretch.lasting and ask.range else last - start)
            for start in starts]  # fmt: skip


def _whole(numbers: np.ndarray) -> Ints:
    return np.asarray(numbers, dtype=np.int64)
