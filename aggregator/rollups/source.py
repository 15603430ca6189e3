"""Rollups as series of PromQL: `crosshub_<measure>{cluster, hub, namespace, community, resolution}`.

A sample stands at the end of its bucket and is looked back at for one bucket, the longest there is of its kind.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType

import numpy as np

from aggregator.planning.plan import RawAsk
from aggregator.promql.regex import matches
from aggregator.promql.tree import Matcher, Selector
from aggregator.query.metadata import Metadatum
from aggregator.rollups.buckets import DAY, HOUR, Resolution
from aggregator.rollups.catalogue import BY_METRIC, BY_NAME
from aggregator.rollups.series_rows import Columns, Kept, samples_between, series_between
from aggregator.series import NAME, Floats, Ints, Labels, Raw, Sampled
from aggregator.store.database import Database

RESOLUTION = "resolution"
LOOKBACK: Mapping[Resolution, int] = MappingProxyType(
    {
        Resolution.HOUR: HOUR,
        Resolution.DAY: DAY + HOUR,
        Resolution.WEEK: 7 * DAY + HOUR,
        Resolution.MONTH: 31 * DAY + HOUR,
    }
)
"""In milliseconds. Where clocks go back, a local day has an hour more."""


class RollupSource:
    """The rollups in a database, as the source of series that no cluster has. `measures` has their numbers by name."""

    def __init__(self, database: Database, measures: Mapping[str, int]) -> None:
        self._database = database
        self._measures = measures
        self._metrics = {number: BY_NAME[name].metric for name, number in measures.items() if name in BY_NAME}

    def names(self) -> frozenset[str]:
        return frozenset(BY_METRIC)

    async def select(self, asks: Sequence[RawAsk]) -> tuple[Sampled, ...]:
        return tuple([await self._sampled(ask) for ask in asks])

    async def series(self, selectors: Sequence[Selector], start: int, end: int, /) -> tuple[Labels, ...]:
        found = [await self._found(each.matchers, start, end) for each in selectors or (Selector(()),)]
        return tuple({labels for labels_of in found for labels in labels_of})

    def metadata(self) -> Mapping[str, Metadatum]:
        return {
            name: Metadatum("gauge", f"{measure.means} Unit: {measure.unit}.") for name, measure in BY_METRIC.items()
        }

    async def _found(self, matchers: Iterable[Matcher], start: int, end: int) -> dict[Labels, Kept]:
        """The series that meet the matchers."""
        conditions = [(m.name, matches(m.op, m.value)) for m in matchers]
        measures = [
            number
            for number, metric in self._metrics.items()
            if all(test(metric) for name, test in conditions if name == NAME)
        ]
        resolutions = [
            each for each in Resolution if all(test(each) for name, test in conditions if name == RESOLUTION)
        ]
        if not measures or not resolutions:
            return {}
        async with self._database.reading() as connection:
            some = await series_between(connection, measures, resolutions, start, end)
        named = {self._labels(each): each for each in some}
        return {
            labels: each
            for labels, each in named.items()
            if all(test(dict(labels).get(name, "")) for name, test in conditions)
        }

    def _labels(self, series: Kept) -> Labels:
        labels = {**dict(series.labels), NAME: self._metrics[series.measure], RESOLUTION: str(series.resolution)}
        return tuple(sorted((name, value) for name, value in labels.items() if value))

    async def _sampled(self, ask: RawAsk) -> Sampled:
        back = max(LOOKBACK.values()) if ask.range is None else ask.range
        found = await self._found(ask.selector.matchers, ask.start - back, ask.end)
        pieces: dict[Kept, Piece] = {}
        async with self._database.reading() as connection:
            for resolution in Resolution:
                some = [each for each in found.values() if each.resolution is resolution]
                if some:
                    reach = LOOKBACK[resolution] if ask.range is None else ask.range
                    columns = await samples_between(connection, resolution, some, ask.start - reach, ask.end)
                    pieces |= _pieces(columns, some)
        return _put_together(found, pieces)


Piece = tuple[Ints, Floats]
"""The moments and the values of one series."""


def _pieces(columns: Columns, some: Sequence[Kept]) -> dict[Kept, Piece]:
    """The samples of each series that has any."""
    if not len(columns.end):
        return {}
    series = {(each.measure, each.subject): each for each in some}
    changes = (np.diff(columns.measure) != 0) | (np.diff(columns.subject) != 0)
    bounds = [0, *(np.flatnonzero(changes) + 1).tolist(), len(columns.end)]
    found = {}
    for start, end in pairwise(bounds):
        one = series.get((int(columns.measure[start]), int(columns.subject[start])))
        if one is not None:
            found[one] = _ascending(columns.end[start:end], columns.value[start:end])
    return found


def _ascending(ends: Ints, values: Floats) -> Piece:
    """Without all but the last of samples at one moment: where a hub changed its zone, two days may end together."""
    is_last = np.append(np.diff(ends) != 0, True)
    return (ends, values) if is_last.all() else (ends[is_last], values[is_last])


def _put_together(found: Mapping[Labels, Kept], pieces: Mapping[Kept, Piece]) -> Sampled:
    rows = sorted(labels for labels, each in found.items() if each in pieces)
    some = [found[labels] for labels in rows]
    times, values = zip(*(pieces[each] for each in some), strict=True) if some else ((), ())
    bounds = np.cumsum([0, *map(len, times)])
    none = np.zeros(0, dtype=np.int64)
    raw = Raw(tuple(rows), np.concatenate([none, *times]), np.concatenate([none.astype(np.float64), *values]), bounds)
    return Sampled(raw, np.array([LOOKBACK[each.resolution] for each in some], dtype=np.int64))
