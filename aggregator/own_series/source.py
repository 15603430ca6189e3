"""What Crosshub knows besides, as a source of series beside the rollups."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.clusters.values import Config
from aggregator.errors import Unavailable
from aggregator.events import rows
from aggregator.own_series.alert_history import (
    CHANGES,
    KEPT,
    Known,
    known_hubs,
    open_alerts,
    since_when,
)
from aggregator.own_series.alert_history import MEANS as OF_ALERTS
from aggregator.own_series.declared import MEANS as OF_CONFIG
from aggregator.own_series.declared import declared
from aggregator.own_series.numbers import Numbers
from aggregator.own_series.stretches import Stretch, meets, sampled
from aggregator.planning.plan import RawAsk
from aggregator.promql.tree import Matcher, Selector
from aggregator.query.metadata import Metadatum
from aggregator.query.sources import merged
from aggregator.series import NAME, Labels, Sampled
from aggregator.store.database import Database
from aggregator.store.faults import bad_database
from aggregator.store.instants import EPOCH, MILLISECOND

MEANS = OF_CONFIG | OF_ALERTS
PREFIX = "crosshub_"
FAR = 2**47
"""Milliseconds, beyond which a datetime holds none."""
SOON = 1000 * MILLISECOND
LABELS = frozenset({*KEPT, "hub", "title", "policy", "reason", "contact", "summary", "evidence", "page"})
OF_NUMBERS = frozenset({"le", "lane", "state", "group", "receiver", "outcome", "table", "version", "type"})


@dataclass(frozen=True, slots=True)
class OwnSeries:
    """A source of what one configuration declares, of the alerts in the database, and of Crosshub's own numbers.

    `own_names` are the names of those numbers. They are there at all times, so they are given only to who writes
    `crosshub_`: `{cluster="oslo"}` is answered as one Prometheus with all clusters' series would answer it.
    """

    config: Config
    database: Database
    numbers: Numbers
    own_names: frozenset[str]
    clock: Callable[[], datetime]
    _declared: tuple[Stretch, ...] = field(init=False)
    _known: Known = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_declared", declared(self.config))
        object.__setattr__(self, "_known", known_hubs(self.config))

    def names(self) -> frozenset[str]:
        return self.own_names | MEANS.keys()

    def labels(self) -> frozenset[str]:
        return LABELS | OF_NUMBERS

    async def select(self, asks: Sequence[RawAsk]) -> tuple[Sampled, ...]:
        return tuple([await self._sampled(ask) for ask in asks])

    async def series(self, selectors: Sequence[Selector], start: int, end: int, /) -> tuple[Labels, ...]:
        found: dict[Labels, None] = {}
        for each in filter(_is_by_name, selectors):
            is_meant = meets(each.matchers)
            stretches = await self._stretches(each.matchers, start)
            some = (s.labels for s in stretches if s.start <= end and s.end > start and is_meant(s.labels))
            found |= dict.fromkeys(some) | dict.fromkeys(self.numbers.series(each.matchers, start, end))
        return tuple(found)

    def metadata(self) -> Mapping[str, Metadatum]:
        return {name: Metadatum("gauge", means) for name, means in MEANS.items()}

    async def _sampled(self, ask: RawAsk) -> Sampled:
        matchers = ask.selector.matchers
        if not _is_by_name(ask.selector):
            return sampled((), ask)
        stretches = sampled(await self._stretches(matchers, ask.start - (ask.range or 0)), ask)
        numbers = self.numbers.select(ask)
        return merged((stretches, numbers))

    async def _stretches(self, matchers: Sequence[Matcher], start: int) -> tuple[Stretch, ...]:
        """Those that the names in the matchers may mean; alerts are read only when they may be meant."""
        may_be = meets([each for each in matchers if each.name == NAME])
        if not any(may_be(((NAME, name),)) for name in OF_ALERTS):
            return self._declared
        since = EPOCH + min(max(start, 0), FAR) * MILLISECOND
        async with self._reading() as connection:
            happened = await rows.events(connection, since, self.clock() + SOON, changes=CHANGES)
            alerts = [each for each in await rows.alerts(connection) if each.is_open]
        told = since_when(alerts, self._known, self.config.external_url)
        return (*self._declared, *open_alerts(happened, alerts, self._known), *told)

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[AsyncConnection]:
        try:
            async with self.database.reading() as connection:
                yield connection
        except (SQLAlchemyError, OSError) as error:
            raise Unavailable(str(bad_database(self.database.url, error))) from None


def _is_by_name(selector: Selector) -> bool:
    return any(m.name == NAME and m.op in ("=", "=~") and PREFIX in m.value for m in selector.matchers)
