"""Classic histograms: quantiles and fractions from buckets that count what is at most their label `le`.

After promql/quantile.go of Prometheus 2.42; the fraction and several quantiles at once after 3.x.
"""

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from aggregator.promql.numbers import openmetrics_text, parse
from aggregator.series import NAME, Bools, Floats, Grid, Ints, Labels

LE = "le"
NEAR = 1e-12
# A bucket with less than this share of what is below it is so steep that the last bits of its counts show.
THIN = 1e-5

# Takes the upper bounds of buckets, ascending and distinct, their cumulative counts [buckets, n], and which steps the n
# stand for; gives one or several times [n] numbers.
Measure = Callable[[Floats, Floats, Ints], tuple[Floats, ...]]


def histogram_quantile(quantile: Floats, grid: Grid) -> tuple[Grid, Bools]:
    """The quantile ([steps]) of each histogram in the grid, and where the last bits of the counts decide over it.

    The second answer is [series, steps] as the first, and looked for only where the grid is not exact. Rows may have equal
    labels, since the name belongs to what makes a histogram and is dropped.
    """

    def measure(bounds: Floats, counts: Floats, steps: Ints) -> tuple[Floats, ...]:
        wanted, counts = quantile[steps], _never_falling(counts)
        near = np.zeros(len(steps), dtype=np.bool_) if grid.exact else _near_thin_bucket(wanted, counts)
        return _quantile(wanted, bounds, counts), near.astype(np.float64)

    answer, near = _measured(grid, measure, 2)
    return answer, near.values != 0


def histogram_quantiles(grid: Grid, label: str, quantiles: Sequence[Floats]) -> tuple[Grid, Bools]:
    """Several quantiles ([steps] each) of each histogram, told apart by `label`; the rest as histogram_quantile."""
    parts = []
    for quantile in quantiles:
        one, near = histogram_quantile(quantile, grid)
        for value in np.unique(quantile):
            these = np.isnan(quantile) if math.isnan(value) else quantile == value
            labels = tuple(_with(row, label, openmetrics_text(value)) for row in one.labels)
            parts.append((labels, one.values, one.present & these, near))
    if not parts:
        return Grid.empty(grid.steps), np.zeros((0, grid.steps), dtype=np.bool_)
    labels, values, present, nears = zip(*parts, strict=True)
    answer = Grid(sum(labels, ()), np.concatenate(values), np.concatenate(present), grid.exact)
    return answer, np.concatenate(nears)


def histogram_fraction(lower: Floats, upper: Floats, grid: Grid) -> Grid:
    """The share of observations between the two ([steps] each) in each histogram; rows may have equal labels."""

    def measure(bounds: Floats, counts: Floats, steps: Ints) -> tuple[Floats, ...]:
        low, high = lower[steps], upper[steps]
        total = counts[-1]
        share = (_rank_of(high, bounds, counts) - _rank_of(low, bounds, counts)) / total
        share = np.where(low >= high, 0.0, share)
        nothing = (bounds[-1] != np.inf) | (total == 0) | np.isnan(low) | np.isnan(high)
        return (np.where(nothing, np.nan, share),)

    (answer,) = _measured(grid, measure, 1)
    return answer


def _measured(grid: Grid, measure: Measure, many: int) -> tuple[Grid, ...]:
    """One row for each histogram of the grid, with what `measure` says of its buckets at each step: so many numbers, each
    in a grid of its own.
    """
    labels: list[Labels] = []
    values: list[Floats] = []
    present: list[Bools] = []
    for names, bounds, rows in _alike(grid):
        there = grid.present[rows]
        found = np.zeros((many, len(rows), grid.steps))
        for which, histograms, steps in _alike_present(there):
            counts = grid.values[rows[histograms][:, which], steps[:, None]].T
            found[:, histograms, steps] = measure(*_distinct(bounds[which], counts), steps)
        labels += names
        values.append(found)
        present.append(np.any(there, axis=1))
    if not labels:
        return (Grid.empty(grid.steps),) * many
    together, inhabited = np.concatenate(values, axis=1), np.concatenate(present)
    return tuple(Grid(tuple(labels), numbers, inhabited, grid.exact) for numbers in together)


def _alike(grid: Grid) -> Iterator[tuple[list[Labels], Floats, Ints]]:
    """Histograms with the same buckets: their labels, the bounds (ascending), the rows of the grid [histograms, buckets]."""
    histograms: dict[Labels, list[tuple[float, int]]] = {}
    for row, labels in enumerate(grid.labels):
        bound = parse(dict(labels).get(LE, ""))
        if bound is not None:
            histograms.setdefault(_without(labels, LE), []).append((bound, row))
    shapes: dict[tuple[float, ...], list[tuple[Labels, list[int]]]] = {}
    for labels, buckets in histograms.items():
        buckets.sort(key=lambda bucket: (not math.isnan(bucket[0]), bucket[0]))
        shape = tuple(bound for bound, _ in buckets)
        shapes.setdefault(shape, []).append((_without(labels, NAME), [row for _, row in buckets]))
    for shape, members in shapes.items():
        yield [labels for labels, _ in members], np.array(shape), np.array([rows for _, rows in members])


def _alike_present(there: Bools) -> Iterator[tuple[Ints, Ints, Ints]]:
    """For each set of buckets that exist together ([histograms, buckets, steps] says which do): those buckets, and the
    histograms and steps at which they do.
    """
    histograms, steps = np.nonzero(there.any(axis=1))
    masks = there[histograms, :, steps]
    if masks.all():
        yield np.arange(masks.shape[1]), histograms, steps
        return
    kinds, kind = np.unique(np.packbits(masks, axis=1), axis=0, return_inverse=True)
    for number in range(len(kinds)):
        these = np.flatnonzero(kind.ravel() == number)
        yield np.flatnonzero(masks[these[0]]), histograms[these], steps[these]


def _distinct(bounds: Floats, counts: Floats) -> tuple[Floats, Floats]:
    """Buckets with the same bound (`le="1"` and `le="1.0"`) as one that counts for both."""
    first = np.flatnonzero(np.append(True, bounds[1:] != bounds[:-1]))
    if len(first) == len(bounds):
        return bounds, counts
    return bounds[first], np.add.reduceat(counts, first, axis=0)


def _never_falling(counts: Floats) -> Floats:
    """The counts, those less than one before them raised to it; NaN stays, and raises none."""
    raised = counts.copy()
    most = raised[0].copy()
    for bucket in raised[1:]:
        bucket[bucket < most] = most[bucket < most]
        most = np.where(bucket > most, bucket, most)
    return raised


def _quantile(quantile: Floats, bounds: Floats, counts: Floats) -> Floats:
    outside = np.where(quantile < 0, -np.inf, np.where(quantile > 1, np.inf, np.nan))
    if bounds[-1] != np.inf or len(bounds) < 2:
        return outside
    rank = quantile * counts[-1]
    bucket = _first_reaching(rank, counts[:-1])
    within = np.minimum(bucket, len(bounds) - 2)
    column = np.arange(len(rank))
    below = np.where(within > 0, counts[within - 1, column], 0.0)
    start = np.where(within > 0, bounds[within - 1], 0.0)
    share = (rank - below) / (counts[within, column] - below)
    answer = start + (bounds[within] - start) * share
    answer = np.where((bucket == 0) & (bounds[0] <= 0), bounds[0], answer)
    answer = np.where(bucket == len(bounds) - 1, bounds[-2], answer)
    answer = np.where(counts[-1] == 0, np.nan, answer)
    return np.where((quantile >= 0) & (quantile <= 1), answer, outside)


def _first_reaching(rank: Floats, counts: Floats) -> Ints:
    """The first bucket that counts at least `rank`, or their number. A binary search as Go's, which decides where counts
    are NaN.
    """
    low = np.zeros(len(rank), dtype=np.int64)
    high = np.full(len(rank), len(counts))
    column = np.arange(len(rank))
    while (open_ := low < high).any():
        middle = (low + high) // 2
        reached = counts[np.minimum(middle, len(counts) - 1), column] >= rank
        low = np.where(open_ & ~reached, middle + 1, low)
        high = np.where(open_ & reached, middle, high)
    return low


def _near_thin_bucket(quantile: Floats, counts: Floats) -> Bools:
    """Where the rank lies in or beside a bucket of next to nothing: there the quantile leaps from its lower bound to its
    upper one. Elsewhere it goes on steadily, also from bucket to bucket.
    """
    rank = quantile * counts[-1]
    below, above = counts[:-2], counts[1:-1]
    thin = above - below <= THIN * np.abs(above)
    beside = (rank >= below * (1 - NEAR)) & (rank <= above * (1 + NEAR))
    answer: Bools = (thin & beside).any(axis=0)
    return answer


def _rank_of(value: Floats, bounds: Floats, counts: Floats) -> Floats:
    """How many observations are at most `value` ([n]), if they are spread evenly within their buckets."""
    total = counts[-1]
    rank: Floats = total.copy()
    known = np.zeros(len(value), dtype=np.bool_)
    below = np.zeros(len(value))
    start = -np.inf if bounds[0] <= 0 else 0.0
    for end, count in zip(bounds, counts, strict=True):
        inside = count if start == -np.inf else below + (count - below) * (value - start) / (end - start)
        at_start, within = ~known & (start >= value), ~known & (start < value) & (end > value)
        rank[at_start], rank[within] = below[at_start], inside[within]
        known |= at_start | within
        below, start = count, end
    rank[rank > total] = total[rank > total]
    return rank


def _without(labels: Labels, name: str) -> Labels:
    return tuple(pair for pair in labels if pair[0] != name)


def _with(labels: Labels, name: str, value: str) -> Labels:
    return tuple(sorted([*_without(labels, name), (name, value)]))
