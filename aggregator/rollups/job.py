"""Rollups computed and kept: each cluster is asked for what is due, each answer is kept in one transaction.

What is kept depends only on what the clusters hold: computing it again, in any order, or after a kill at any moment leaves
the same rows.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Hashable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import httpx

from aggregator.clusters.values import Retention
from aggregator.errors import ClusterFailed
from aggregator.federation.question import Fleet
from aggregator.rollups.asking import Cluster
from aggregator.rollups.books import Books
from aggregator.rollups.bucket_rows import Entry, Keeper, entries, keep_measures
from aggregator.rollups.buckets import DAY, HOUR, Bucket, Resolution
from aggregator.rollups.chunks import Chunk, Window, hours_and_days, stale, weeks_and_months
from aggregator.rollups.crowds import hubs_of, keep_crowd
from aggregator.rollups.downtime_rows import hours_looked
from aggregator.rollups.due import REACH, due
from aggregator.rollups.hub_api import HubFailed
from aggregator.rollups.hub_days import seen_by_hubs
from aggregator.rollups.images import with_images
from aggregator.rollups.keeping import keep_last_seen, keep_longer, keep_told
from aggregator.rollups.outcome import Outcome, Run, Show
from aggregator.rollups.people import Seen, seen_in_pods
from aggregator.rollups.people_key import PeopleKey
from aggregator.rollups.people_rows import keep_mark
from aggregator.rollups.retention import ends
from aggregator.rollups.subject_rows import hold_subjects, keep_subjects, known_subjects
from aggregator.rollups.subjects import Subject
from aggregator.store.database import Database
from aggregator.store.instants import milliseconds

Whose = TypeVar("Whose", bound=Hashable)


def recent(now: datetime, retention: Retention) -> Window:
    """As far back as anything is looked for; what is not kept for so long is not missed."""
    before = {each: moment for some, moment in ends(retention, now) for each in some}

    def still_kept(wanted: Iterable[Bucket], kept: Mapping[int, Entry], now: int) -> tuple[Bucket, ...]:
        return tuple(each for each in due(wanted, kept, now) if each.end >= before.get(each.resolution, each.end))

    return Window(milliseconds(now) - REACH, milliseconds(now), still_kept)


@dataclass(frozen=True, slots=True)
class Rollups:
    """Everything that computing takes; `now` is a clock. Without `http` hubs are not asked who was there."""

    fleet: Fleet
    database: Database
    key: PeopleKey
    subjects: Sequence[Subject]
    now: Callable[[], datetime]
    http: httpx.AsyncClient | None = None

    async def compute(self, window: Window, show: Show | None = None) -> Outcome:
        """Computes what is chosen in the window, and keeps it. A cluster that fails is left alone until the next time."""
        async with self.database.writing() as connection:
            await keep_mark(connection, self.key)
            ids = await keep_subjects(connection, self.subjects, self.now())
            looked = await hours_looked(connection, window.start - 2 * DAY)
            books = Books(ids, await keep_measures(connection), self.key, looked)
        hubs = [each for each in self.subjects if window.looks_at(each)]
        kept = await self._kept(_numbers(books, hubs), (Resolution.HOUR, Resolution.DAY), window)
        planned = hours_and_days(hubs, kept, window, milliseconds(self.now()))
        run = Run(books, Outcome(), sum(map(len, planned.values())), show)
        await self._seen_by_hubs(run, hubs)
        await asyncio.gather(*(self._of_cluster(run, name, chunks) for name, chunks in planned.items()))
        await self._longer(run, hubs, window)
        await self._crowds(run, window)
        return run.outcome

    async def _kept(
        self, whose: Mapping[Whose, int], resolutions: Sequence[Resolution], window: Window
    ) -> dict[tuple[Whose, Resolution], dict[int, Entry]]:
        """What is known of the buckets in the window and, since a month may begin before it, some time before."""
        found = {}
        async with self.database.reading() as connection:
            for each, number in whose.items():
                for resolution in resolutions:
                    is_hour = resolution is Resolution.HOUR
                    first = window.start // HOUR if is_hour else window.first_day
                    span = first, window.end // (HOUR if is_hour else DAY) + 2
                    found[each, resolution] = await entries(connection, number, resolution, *span)
        return found

    async def _seen_by_hubs(self, run: Run, hubs: Sequence[Subject]) -> None:
        """Adds whom hubs saw of late, before anybody is counted."""
        found = {} if self.http is None else await seen_by_hubs(self.http, hubs, self.now())
        for hub, names in found.items():
            if isinstance(names, HubFailed):
                run.not_seen(hub, names)
                continue
            async with self._keeping(run.books, [run.books.id_of(hub)]) as keeper:
                await keep_last_seen(keeper, run.books, hub, names)

    async def _of_cluster(self, run: Run, name: str, chunks: Sequence[Chunk]) -> None:
        cluster = Cluster(self.fleet, name)
        for chunk in chunks:
            failed = await self._chunk(run, cluster, chunk)
            if failed is not None:
                run.fail(failed)
                return
            run.count()

    async def _longer(self, run: Run, hubs: Sequence[Subject], window: Window) -> None:
        kept = await self._kept(_numbers(run.books, hubs), (Resolution.DAY, Resolution.WEEK, Resolution.MONTH), window)
        wanted = weeks_and_months(hubs, kept, window.first_day, milliseconds(self.now()))
        answering = {name: chunks for name, chunks in wanted.items() if name not in run.outcome.failed}
        run.total += sum(map(len, answering.values()))
        await asyncio.gather(*(self._of_cluster(run, name, chunks) for name, chunks in answering.items()))

    async def _chunk(self, run: Run, cluster: Cluster, chunk: Chunk) -> ClusterFailed | None:
        """Asks for a chunk and keeps what is told, or nothing of it."""
        longer = chunk.resolution in (Resolution.WEEK, Resolution.MONTH)
        told = await cluster.tell(chunk.namespaces, chunk.buckets, of_days=longer)
        if isinstance(told, ClusterFailed):
            return told
        is_day = chunk.resolution is Resolution.DAY
        seen = await seen_in_pods(cluster, chunk.hubs, chunk.buckets) if is_day else Seen({})
        if isinstance(seen, ClusterFailed):
            return seen
        told = await with_images(cluster, told, chunk.namespaces, chunk.buckets) if is_day else told
        if isinstance(told, ClusterFailed):
            return told
        run.note(cluster.name, {**told.refused, **seen.refused})
        async with self._keeping(run.books, [run.books.id_of(each) for each in chunk.hubs]) as keeper:
            if longer:
                await keep_longer(keeper, run.books, chunk, told)
            else:
                await keep_told(keeper, run.books, chunk, told, seen)
        return None

    async def _crowds(self, run: Run, window: Window) -> None:
        resolutions = (Resolution.DAY, Resolution.WEEK, Resolution.MONTH)
        async with self.database.reading() as connection:
            known = await known_subjects(connection)
        of_all = await self._kept({each.id: each.id for each in known}, resolutions, window)
        for crowd in self.subjects:
            hubs = hubs_of(crowd, known)
            if not hubs:
                continue
            number = run.books.id_of(crowd)
            days = [of_all[hub.id, Resolution.DAY] for hub in hubs]
            kept = {resolution: of_all[number, resolution] for resolution in resolutions}
            wanted = stale(days, crowd.zone, kept, window.first_day, milliseconds(self.now()))
            if wanted:
                async with self._keeping(run.books, [*(hub.id for hub in hubs), number]) as keeper:
                    await keep_crowd(keeper, run.books, crowd, hubs, wanted)

    @asynccontextmanager
    async def _keeping(self, books: Books, whose: Collection[int]) -> AsyncIterator[Keeper]:
        """One transaction about some subjects, in which nobody else changes them."""
        async with self.database.writing() as connection:
            await hold_subjects(connection, whose)
            # Looked at only now: what is made of these rows has to be younger than they are.
            yield books.keeper(connection, self.now())


def _numbers(books: Books, subjects: Sequence[Subject]) -> dict[Subject, int]:
    return {each: books.id_of(each) for each in subjects}
