"""The aggregations that pick series as they are: topk, bottomk, limitk, limit_ratio."""

from collections.abc import Callable
from functools import partial

import numpy as np
import xxhash

from aggregator.errors import CannotExecute
from aggregator.evaluation.exactness import NeedsExact, demand_exact, near
from aggregator.evaluation.groups import Groups
from aggregator.evaluation.heap import kept_by_heap
from aggregator.promql.numbers import text
from aggregator.series import Bools, Floats, Grid, Ints, Labels, Scalar

Picker = Callable[..., Grid]
"""Takes the grid, its groups, the parameter and whether the rows are `ordered`; gives the rows that are taken."""


def best(grid: Grid, groups: Groups, parameter: Scalar, *, least: bool, ordered: bool) -> Grid:
    """The k greatest (or least) of each group at every step; one step's come in the order of their values.

    `ordered`: all series are there, in Prometheus' order, so that its own choice among equals can be followed.
    """
    k = _counts(parameter)
    chosen = np.zeros(grid.present.shape, dtype=np.bool_)
    order: list[int] = []
    columns = np.arange(grid.steps)
    for rows in groups.rows():
        values, present = grid.values[rows], grid.present[rows]
        ranked = _ranked(values, present, int(k.max()) + 1, least=least)
        taken = (np.arange(len(ranked))[:, None] < k) & present[ranked, columns]
        block = np.zeros(present.shape, dtype=np.bool_)
        block[ranked, columns] = taken
        chosen[rows] = block
        for step in _edge_ties(values, present, ranked, k):
            if not ordered:
                raise NeedsExact
            worth = -values[:, step] if least else values[:, step]
            chosen[rows, step] = kept_by_heap(worth, present[:, step], int(k[step]))
        own = rows[chosen[rows].any(axis=1)]
        if grid.steps == 1:
            own = own[_ranked(grid.values[own], grid.present[own], len(own), least=least)[:, 0]]
        order += own.tolist()
    return _taken(grid, chosen, order)


def _ranked(values: Floats, present: Bools, most: int, *, least: bool) -> Ints:
    """The rows, best first, at each step, the first `most` of them: NaN after every number, the absent last."""
    key = np.where(present, values if least else -values, np.inf)
    if most < len(values) and (np.isfinite(values) | ~present).all():
        first = key.argpartition(most - 1, axis=0)[:most]
        first.sort(axis=0)
        columns = np.arange(values.shape[1])
        return first[key[first, columns].argsort(axis=0, kind="stable"), columns]
    tier = np.where(present, np.where(np.isnan(values), 1, 0), 2)
    return np.lexsort((key, tier), axis=0)[:most]


def _edge_ties(values: Floats, present: Bools, ranked: Ints, k: Ints) -> list[int]:
    """The steps at which the last that is taken and the first that is not cannot be told apart."""
    rows = len(values)
    inside, outside = np.minimum(np.maximum(k - 1, 0), len(ranked) - 1), np.minimum(k, len(ranked) - 1)
    columns = np.arange(values.shape[1])
    last, first = ranked[inside, columns], ranked[outside, columns]
    matters = (k >= 1) & (k < rows) & present[first, columns]
    a, b = values[last, columns], values[first, columns]
    same = (a == b) | near(a, b) | (np.isnan(a) & np.isnan(b))
    tied: list[int] = (matters & same).nonzero()[0].tolist()
    return tied


def _taken(grid: Grid, chosen: Bools, rows: list[int]) -> Grid:
    return Grid(tuple(grid.labels[row] for row in rows), grid.values[rows], chosen[rows], grid.exact)


def _counts(parameter: Scalar) -> Ints:
    for value in parameter.values.tolist():
        if not -(2.0**63) <= value <= 2.0**63:
            raise CannotExecute(f"Scalar value {text(value)} overflows int64")
    demand_exact(near(parameter.values, np.rint(parameter.values)), exact=parameter.exact)
    return np.minimum(np.maximum(parameter.values, 0), 2**31).astype(np.int64)


def limitk(grid: Grid, groups: Groups, parameter: Scalar, *, ordered: bool) -> Grid:
    """Any k series of each group: the first ones."""
    del ordered
    k = _counts(parameter)
    chosen = np.zeros(grid.present.shape, dtype=np.bool_)
    for rows in groups.rows():
        present = grid.present[rows]
        chosen[rows] = present & (np.cumsum(present, axis=0) <= k)
    return _taken(grid, chosen, np.flatnonzero(chosen.any(axis=1)).tolist())


def limit_ratio(grid: Grid, groups: Groups, parameter: Scalar, *, ordered: bool) -> Grid:
    """The series whose hash falls into the given share of all hashes; a negative share is the rest of the positive.

    Source: `RatioSampler` in Prometheus' promql/engine.go.
    """
    del groups, ordered
    if np.isnan(parameter.values).any():
        raise CannotExecute("Ratio value NaN is NaN")
    ratio = np.clip(parameter.values, -1.0, 1.0)
    place = np.array([_hash(labels) / float(2**64 - 1) for labels in grid.labels]).reshape(-1, 1)
    share = np.where(ratio >= 0, place < ratio, place >= 1.0 + ratio)
    chosen = grid.present & share
    return _taken(grid, chosen, np.flatnonzero(chosen.any(axis=1)).tolist())


def _hash(labels: Labels) -> int:
    """Source: `Labels.Hash` of Prometheus' string labels: xxhash over sizes and texts."""
    data = bytearray()
    for part in (part for pair in labels for part in pair):
        encoded = part.encode()
        size = len(encoded)
        data += bytes([size]) if size < 255 else b"\xff" + size.to_bytes(3, "little")
        data += encoded
    return xxhash.xxh64_intdigest(bytes(data))


PICKERS: dict[str, Picker] = {
    "topk": partial(best, least=False),
    "bottomk": partial(best, least=True),
    "limitk": limitk,
    "limit_ratio": limit_ratio,
}
