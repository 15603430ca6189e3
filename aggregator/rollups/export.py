"""Everything that is kept, row by row, for other programs: a row a bucket and subject, a column a measure."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.rollups.bucket_rows import entries, numbers
from aggregator.rollups.buckets import Bucket, Resolution, day_number
from aggregator.rollups.catalogue import Measure
from aggregator.rollups.standing_rows import names_of_measures, reach_of
from aggregator.rollups.subject_rows import Known
from aggregator.store.instants import EPOCH, MILLISECOND

HOURS = 24
# So many buckets of one subject are in memory at once.
AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Choice:
    """What is asked for; days are those of the hub's zone, of hours those of UTC, and None is as far as there is any."""

    resolution: Resolution
    measures: tuple[Measure, ...]
    hubs: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One bucket of a subject; a measure that is lacking is not among the `values`, by name."""

    subject: Known
    bucket: Bucket
    share: float
    values: Mapping[str, float]

    @property
    def start(self) -> datetime:
        return EPOCH + self.bucket.start * MILLISECOND

    @property
    def end(self) -> datetime:
        return EPOCH + self.bucket.end * MILLISECOND


async def rows_of(
    connection: AsyncConnection, subjects: Sequence[Known], choice: Choice
) -> AsyncIterator[tuple[Row, ...]]:
    """Some rows at a time, one subject after the other, each in order of time."""
    names = await names_of_measures(connection)
    for subject in subjects:
        reach = await reach_of(connection, subject.id, choice.resolution)
        if reach is None:
            continue
        first, last = _span(choice, reach.first, reach.last)
        stretch = AT_ONCE * _APART[choice.resolution]
        for start in range(first, last + 1, stretch):
            found = await _rows(connection, subject, choice, names, (start, min(last, start + stretch - 1)))
            if found:
                yield found


_APART = {Resolution.HOUR: 1, Resolution.DAY: 1, Resolution.WEEK: 7, Resolution.MONTH: 28}
"""How far the numbers of buckets are apart at least."""


def _span(choice: Choice, first: int, last: int) -> tuple[int, int]:
    each = HOURS if choice.resolution is Resolution.HOUR else 1
    if choice.first is not None:
        first = max(first, day_number(choice.first) * each)
    if choice.last is not None:
        last = min(last, (day_number(choice.last) + 1) * each - 1)
    return first, last


async def _rows(
    connection: AsyncConnection, subject: Known, choice: Choice, names: Mapping[int, str], span: tuple[int, int]
) -> tuple[Row, ...]:
    kept = await entries(connection, subject.id, choice.resolution, *span)
    wanted = {each.name for each in choice.measures if each.about is subject.about}
    values: dict[int, dict[str, float]] = {number: {} for number in kept}
    for (measure, number), value in (await numbers(connection, subject.id, choice.resolution, *span)).items():
        if number in kept and names[measure] in wanted:
            values[number][names[measure]] = value
    return tuple(
        Row(subject, kept[number].bucket, kept[number].coverage.share, values[number]) for number in sorted(kept)
    )
