"""Rollups as series of PromQL: `crosshub_<measure>{cluster, hub, namespace, community, resolution}`.

A sample stands at the end of its bucket and is looked back at for one bucket: until the next one of its zone ends.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.errors import CannotExecute, Unavailable
from aggregator.planning.plan import RawAsk
from aggregator.promql.regex import matches
from aggregator.promql.tree import Matcher, Selector
from aggregator.query.metadata import Metadatum
from aggregator.rollups.buckets import DAY, HOUR, Resolution, holding
from aggregator.rollups.catalogue import BY_METRIC, BY_NAME
from aggregator.rollups.series_rows import Columns, Kept, samples_between, series_between
from aggregator.rollups.subject_rows import Known, known_subjects
from aggregator.series import CLUSTER, NAME, Bools, Floats, Ints, Labels, Raw, Sampled
from aggregator.store.database import Database
from aggregator.store.faults import bad_database

COMMUNITY, HUB, NAMESPACE, RESOLUTION = "community", "hub", "namespace", "resolution"
LABELS = frozenset({CLUSTER, COMMUNITY, HUB, NAMESPACE, RESOLUTION})
LONGEST: Mapping[Resolution, int] = MappingProxyType(
    {
        Resolution.HOUR: HOUR,
        Resolution.DAY: DAY + HOUR,
        Resolution.WEEK: 7 * DAY + HOUR,
        Resolution.MONTH: 31 * DAY + HOUR,
    }
)
"""The longest bucket, in milliseconds. Where clocks go back, a local day has an hour more."""

MOST = 5_000_000
"""Samples that one part of a query may bring; so many take some 2 GB on their way."""

TOO_MANY = "query processing would load too many samples into memory in query execution"

Piece = tuple[Ints, Floats, Ints]
"""The moments and the values of one series, and for how long each is looked back at."""

Condition = tuple[str, Callable[[str], bool]]
"""The name of a label and a test of its value, empty where it is missing."""


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of a series besides its numbers; its days are those of `zone`."""

    labels: Labels
    zone: str


class RollupSource:
    """The rollups in a database, as the source of series that no cluster has. `measures` has their numbers by name."""

    def __init__(self, database: Database, measures: Mapping[str, int], most: int = MOST) -> None:
        self._database = database
        self._measures = measures
        self._metrics = {number: BY_NAME[name].metric for name, number in measures.items() if name in BY_NAME}
        self._most = most

    def names(self) -> frozenset[str]:
        return frozenset(BY_METRIC)

    def labels(self) -> frozenset[str]:
        return LABELS

    async def select(self, asks: Sequence[RawAsk]) -> tuple[Sampled, ...]:
        async with self._reading() as connection:
            return tuple([await self._sampled(connection, ask) for ask in asks])

    async def series(self, selectors: Sequence[Selector], start: int, end: int, /) -> tuple[Labels, ...]:
        async with self._reading() as connection:
            found = [await self._found(connection, each.matchers, start, end) for each in selectors or (Selector(()),)]
        return tuple({each.labels for some in found for each in some.values()})

    def metadata(self) -> Mapping[str, Metadatum]:
        return {
            name: Metadatum("gauge", f"{measure.means} Unit: {measure.unit}.") for name, measure in BY_METRIC.items()
        }

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[AsyncConnection]:
        try:
            async with self._database.reading() as connection:
                yield connection
        except (SQLAlchemyError, OSError) as error:
            raise Unavailable(str(bad_database(self._database.url, error))) from None

    async def _found(
        self, connection: AsyncConnection, matchers: Sequence[Matcher], start: int, end: int
    ) -> dict[Kept, Found]:
        """The series that meet the matchers, with their labels."""
        conditions = [(m.name, matches(m.op, m.value)) for m in matchers]
        measures = [number for number, metric in self._metrics.items() if _allow(conditions, NAME, metric)]
        resolutions = [each for each in Resolution if _allow(conditions, RESOLUTION, each)]
        others = [condition for condition in conditions if condition[0] not in (NAME, RESOLUTION)]
        if not measures or not resolutions or not all(test("") for name, test in others if name not in LABELS):
            return {}
        subjects = {each.id: each for each in await known_subjects(connection)}
        whose = {
            subject: labels
            for subject, labels in ((each.id, _labels_of(each)) for each in subjects.values())
            if all(test(labels.get(name, "")) for name, test in others)
        }
        some = await series_between(connection, measures, resolutions, whose, (start, end))
        return {each: Found(self._labels(each, whose[each.subject]), subjects[each.subject].zone) for each in some}

    def _labels(self, series: Kept, whose: Mapping[str, str]) -> Labels:
        # In order: every other name of a label comes after these, and before `resolution`.
        return ((NAME, self._metrics[series.measure]), *whose.items(), (RESOLUTION, str(series.resolution)))

    async def _sampled(self, connection: AsyncConnection, ask: RawAsk) -> Sampled:
        back = max(LONGEST.values()) if ask.range is None else ask.range
        found = await self._found(connection, ask.selector.matchers, ask.start - back, ask.end)
        parts, left = [], self._most
        for resolution in Resolution:
            some = [each for each in found if each.resolution is resolution]
            if some:
                start = ask.start - (LONGEST[resolution] if ask.range is None else ask.range)
                columns = await samples_between(connection, resolution, some, (start, ask.end), left + 1)
                left -= len(columns.end)
                if left < 0:
                    raise CannotExecute(TOO_MANY)
                parts.append((_ascending(columns), some))
        return _put_together(parts, found)


def _allow(conditions: Sequence[Condition], name: str, value: str) -> bool:
    return all(test(value) for label, test in conditions if label == name)


def _labels_of(subject: Known) -> dict[str, str]:
    labels = {
        CLUSTER: subject.cluster,
        COMMUNITY: subject.community,
        HUB: subject.name,
        NAMESPACE: subject.namespace,
    }
    return {name: value for name, value in labels.items() if value}


def _new_series(columns: Columns) -> Bools:
    """Where in the samples the next series begins, less the first one."""
    return np.asarray((np.diff(columns.measure) != 0) | (np.diff(columns.subject) != 0))


def _ascending(columns: Columns) -> Columns:
    """In order of time within each series. Where a hub changed its zone, two days may end in turn, or together: then the
    later day stands.
    """
    is_new = _new_series(columns)
    if (is_new | (np.diff(columns.end) > 0)).all():
        return columns
    series = np.concatenate([[0], np.cumsum(is_new)])
    order = np.lexsort((columns.end, series))
    is_last = np.append((np.diff(series) != 0) | (np.diff(columns.end[order]) != 0), True)
    kept = order[is_last]
    return Columns(columns.measure[kept], columns.subject[kept], columns.end[kept], columns.value[kept])


def _put_together(parts: Sequence[tuple[Columns, Sequence[Kept]]], found: Mapping[Kept, Found]) -> Sampled:
    """The series that have samples, in Prometheus' order."""
    pieces = [(found[each].labels, *piece) for part in parts for each, piece in _pieces(*part, found)]
    pieces.sort(key=lambda piece: piece[0])
    none = np.zeros(0, dtype=np.int64)
    times = np.concatenate([none, *(ends for _, ends, _, _ in pieces)])
    values = np.concatenate([none.astype(np.float64), *(values for _, _, values, _ in pieces)])
    lookback = np.concatenate([none, *(lookback for *_, lookback in pieces)])
    bounds = np.cumsum([0, *(len(ends) for _, ends, _, _ in pieces)], dtype=np.int64)
    return Sampled(Raw(tuple(labels for labels, *_ in pieces), times, values, bounds), lookback)


def _pieces(columns: Columns, some: Sequence[Kept], found: Mapping[Kept, Found]) -> Iterator[tuple[Kept, Piece]]:
    """The samples of each series that has any."""
    if not len(columns.end):
        return
    firsts = [0, *(np.flatnonzero(_new_series(columns)) + 1).tolist()]
    series = {(each.measure, each.subject): each for each in some}
    whose = zip(columns.measure[firsts].tolist(), columns.subject[firsts].tolist(), strict=True)
    longest = LONGEST[some[0].resolution]
    # Until the next sample, whenever the next bucket ends; and where that one is missing, until it would have ended.
    lookback = np.full(len(columns.end), longest)
    is_last = np.append(_new_series(columns) | (np.diff(columns.end) > longest), True)
    for key, first, last in zip(whose, firsts, [*firsts[1:], len(columns.end)], strict=True):
        each = series.get(key)
        if each is not None:
            for place in (first + np.flatnonzero(is_last[first:last])).tolist():
                lookback[place] = _following(each.resolution, int(columns.end[place]), found[each].zone)
            own = slice(first, last)
            yield each, (columns.end[own], columns.value[own], lookback[own])


@lru_cache(maxsize=65536)
def _following(resolution: Resolution, end: int, zone: str) -> int:
    """How long the bucket is that follows one that ends then; where the hub had another zone then, how long one is."""
    bucket = holding(resolution, end, ZoneInfo(zone))
    return bucket.length if bucket.start == end else LONGEST[resolution]
