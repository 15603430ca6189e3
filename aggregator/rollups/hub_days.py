"""Whom hubs themselves saw of late, by local day: their REST API tells of each user only when it was last."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

import httpx

from aggregator.rollups.buckets import Resolution, holding
from aggregator.rollups.due import TRAILING
from aggregator.rollups.hub_api import HubFailed
from aggregator.rollups.hub_users import last_seen
from aggregator.rollups.subjects import Subject
from aggregator.store.instants import milliseconds

AT_ONCE = 10
"""How many hubs are asked at the same moment."""

Names = Mapping[int, frozenset[str]]
"""User names by the number of a day."""


async def seen_by_hubs(
    http: httpx.AsyncClient, hubs: Sequence[Subject], now: datetime
) -> Mapping[Subject, Names | HubFailed]:
    """Of each hub that can be asked, who was there on the days that are still open or computed again anyway."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def of(hub: Subject) -> Names | HubFailed:
        assert hub.api is not None
        async with turns:
            found = await last_seen(http, hub.api)
        return found if isinstance(found, HubFailed) else by_day(found, hub, milliseconds(now))

    # Accounts that are made for a session are no people.
    asked = [hub for hub in hubs if hub.api is not None and not hub.ephemeral]
    return dict(zip(asked, await asyncio.gather(*map(of, asked)), strict=True))


def by_day(last: Mapping[str, datetime], hub: Subject, now: int) -> Names:
    """Who was seen last on which local day of the hub, staff left out; only recent days, and none that is to come."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    for name, when in last.items():
        at = milliseconds(when)
        if now - TRAILING < at <= now and name not in hub.staff:
            found[holding(Resolution.DAY, at, hub.zone).number].add(name)
    return {day: frozenset(names) for day, names in found.items()}
