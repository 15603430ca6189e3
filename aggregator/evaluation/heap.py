"""Which of several equal values topk keeps: those that Go's heap leaves in place.

Source: `evaluator.aggregation` and `vectorByValueHeap` in Prometheus' promql, over Go's container/heap.
"""

import math
from typing import NamedTuple

import numpy as np

from aggregator.series import Bools, Floats


class Reverse(NamedTuple):
    """Whether the heap keeps the least (bottomk) instead of the greatest (topk)."""

    value: bool


class Entry(NamedTuple):
    """A value and the row it stands in."""

    value: float
    row: int


def kept_by_heap(values: Floats, present: Bools, k: int, reverse: Reverse) -> Bools:
    """Which rows of one step are kept, going through them in their order."""
    heap: list[Entry] = []
    for row in np.flatnonzero(present).tolist():
        entry = Entry(float(values[row]), row)
        if len(heap) == k and not _beats(entry.value, heap[0].value, reverse):
            continue
        if len(heap) == k:
            _pop(heap, reverse)
        heap.append(entry)
        _up(heap, len(heap) - 1, reverse)
    kept = np.zeros(len(values), dtype=np.bool_)
    kept[[entry.row for entry in heap]] = True
    return kept


def _beats(new: float, old: float, reverse: Reverse) -> bool:
    better = old > new if reverse.value else old < new
    return better or math.isnan(old)


def _less(a: Entry, b: Entry, reverse: Reverse) -> bool:
    if math.isnan(a.value):
        return True
    return a.value > b.value if reverse.value else a.value < b.value


def _up(heap: list[Entry], place: int, reverse: Reverse) -> None:
    while place > 0:
        parent = (place - 1) // 2
        if not _less(heap[place], heap[parent], reverse):
            return
        heap[place], heap[parent] = heap[parent], heap[place]
        place = parent


def _pop(heap: list[Entry], reverse: Reverse) -> None:
    heap[0], heap[-1] = heap[-1], heap[0]
    heap.pop()
    _down(heap, reverse)


def _down(heap: list[Entry], reverse: Reverse) -> None:
    place = 0
    while (child := 2 * place + 1) < len(heap):
        if child + 1 < len(heap) and _less(heap[child + 1], heap[child], reverse):
            child += 1
        if not _less(heap[child], heap[place], reverse):
            return
        heap[place], heap[child] = heap[child], heap[place]
        place = child
