"""Which of several equal values topk keeps: those that Go's heap leaves in place.

Source: `evaluator.aggregation` and `vectorByValueHeap` in Prometheus' promql, over Go's container/heap.
"""

import math
from typing import NamedTuple

import numpy as np

from aggregator.series import Bools, Floats


class Entry(NamedTuple):
    """A value and the row it stands in."""

    value: float
    row: int


def kept_by_heap(values: Floats, present: Bools, k: int) -> Bools:
    """Which rows of one step are kept as the k greatest, going through them in their order."""
    heap: list[Entry] = []
    for row in np.flatnonzero(present).tolist():
        entry = Entry(float(values[row]), row)
        if len(heap) == k and not _less(heap[0], entry):
            continue
        if len(heap) == k:
            _pop(heap)
        heap.append(entry)
        _up(heap, len(heap) - 1)
    kept = np.zeros(len(values), dtype=np.bool_)
    kept[[entry.row for entry in heap]] = True
    return kept


def _less(a: Entry, b: Entry) -> bool:
    return math.isnan(a.value) or a.value < b.value


def _up(heap: list[Entry], place: int) -> None:
    while place > 0:
        parent = (place - 1) // 2
        if not _less(heap[place], heap[parent]):
            return
        heap[place], heap[parent] = heap[parent], heap[place]
        place = parent


def _pop(heap: list[Entry]) -> None:
    heap[0], heap[-1] = heap[-1], heap[0]
    heap.pop()
    _down(heap)


def _down(heap: list[Entry]) -> None:
    place = 0
    while (child := 2 * place + 1) < len(heap):
        if child + 1 < len(heap) and _less(heap[child + 1], heap[child]):
            child += 1
        if not _less(heap[child], heap[place]):
            return
        heap[place], heap[child] = heap[child], heap[place]
        place = child
