"""Which stretches of time are made as blocks: aligned to absolute time, so that what was made once is used again."""

import re
from dataclasses import dataclass

from aggregator.demo.rhythm import HOUR, MINUTE, WEEK

# Lengths that promtool makes one block of, when a window begins at a multiple of them.
_SIZES = (162 * HOUR, 54 * HOUR, 18 * HOUR, 6 * HOUR)
_SMALLEST = _SIZES[-1]
DETAIL_STEP, WEEKS_STEP = MINUTE, 2 * MINUTE
MOST_DETAIL, MOST_WEEKS = 7 * 24, 7  # hours, weeks: as much as anybody can ask for


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """[start, end), with every series each minute (`detail`), or with those worth keeping every other minute."""

    start: int
    end: int
    detail: bool

    @property
    def step(self) -> int:
        return DETAIL_STEP if self.detail else WEEKS_STEP

    @property
    def name(self) -> str:
        return f"{'detail' if self.detail else 'weeks'}-{self.start // HOUR}-{(self.end - self.start) // HOUR}h"


def may_be_wanted(name: str, now: int) -> bool:
    """Whether a demo may still want the window of this name; what is no window's name, nobody wants."""
    parts = re.fullmatch(r"(detail|weeks)-(\d+)-(\d+)h", name)
    if parts is None:
        return False
    ended = (int(parts[2]) + int(parts[3])) * HOUR
    return ended > now - (MOST_DETAIL * HOUR if parts[1] == "detail" else (MOST_WEEKS + 1) * WEEK)


@dataclass(frozen=True, slots=True)
class Windows:
    """What a demo needs. `recent` and `older` are finished, hence worth keeping; `tail` goes on until it is wanted."""

    recent: tuple[Window, ...]
    older: tuple[Window, ...]
    tail_from: int


def windows(now: int, detail: int, weeks: int) -> Windows:
    """Windows that do not overlap, newest first: the last `detail` milliseconds in full, and so many weeks before."""
    tail_from = now // _SMALLEST * _SMALLEST
    boundary = min(tail_from, (now - detail) // _SMALLEST * _SMALLEST)
    recent = [Window(start, start + _SMALLEST, detail=True) for start in range(boundary, tail_from, _SMALLEST)]
    oldest = (now - weeks * WEEK) // _SIZES[0] * _SIZES[0] if weeks else boundary
    return Windows(tuple(reversed(recent)), tuple(reversed(_filled(oldest, boundary))), tail_from)


def _filled(start: int, end: int) -> list[Window]:
    """[start, end) in as few aligned windows as can be."""
    found = []
    while start < end:
        size = next(size for size in _SIZES if start % size == 0 and start + size <= end)
        found.append(Window(start, start + size, detail=False))
        start += size
    return found
