"""The contestants side by side: each query put to one after the other, again and again, so that all meet the same noise."""

import asyncio
import gc
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from statistics import median

import aiohttp

from tests.bench import bare
from tests.bench.asking import Shot, fire, whole
from tests.bench.queries import Query

BARE = "bare"
TAGGED = "bare, in one"
RELAY = "relay"
CROSSHUB = "Crosshub"
UNION = "union"
REMOTE_READ = "remote_read"
SHOWN = (BARE, RELAY, CROSSHUB, UNION, REMOTE_READ)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where each contestant is asked."""

    clusters: Mapping[str, str]
    union: str
    crosshub: str
    central: str
    relay: str


@dataclass(frozen=True, slots=True)
class Clients:
    """`far` asks what lies behind the network that is measured, `near` what stands beside the one who asks."""

    near: aiohttp.ClientSession
    far: aiohttp.ClientSession


@dataclass(frozen=True, slots=True)
class Contestant:
    """What is sent for each query, and by which client; a query it has nothing for is not put to it."""

    name: str
    http: aiohttp.ClientSession
    shots: Mapping[Query, Shot]


Seconds = dict[tuple[str, Query], float]
"""By contestant and query, the median."""


def contestants(at: Addresses, clients: Clients, queries: Sequence[Query]) -> tuple[Contestant, ...]:
    """All of them, with what is sent to each."""
    in_one = {query: bare.tagged(query, at.clusters) for query in queries}
    return (
        Contestant(BARE, clients.far, {query: bare.split(query, at.clusters) for query in queries}),
        Contestant(RELAY, clients.near, {query: whole(at.relay, query) for query in queries}),
        Contestant(CROSSHUB, clients.near, {query: whole(at.crosshub, query) for query in queries}),
        Contestant(UNION, clients.far, {query: whole(at.union, query) for query in queries}),
        Contestant(REMOTE_READ, clients.near, {query: whole(at.central, query) for query in queries}),
        Contestant(TAGGED, clients.far, {query: shot for query, shot in in_one.items() if shot is not None}),
    )


async def race(field: Sequence[Contestant], queries: Sequence[Query], repeats: int) -> Seconds:
    """The medians of so many repeats, after one that does not count."""
    taken: dict[tuple[str, Query], list[float]] = {}
    # In an order that changes: whoever comes after remote_read finds the clusters collecting its garbage.
    turns = Random(repeats)
    for repeat in range(repeats + 1):
        for query in queries:
            for each in turns.sample(field, len(field)):
                if query in each.shots:
                    seconds = await _timed(each.http, (each.shots[query],))
                    taken.setdefault((each.name, query), []).extend([seconds] if repeat else [])
        print(f"\r  repeat {repeat} of {repeats} ", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return _best_form({key: median(values) for key, values in taken.items()})


async def crowd(field: Sequence[Contestant], queries: Sequence[Query], best: Seconds, repeats: int) -> dict[str, float]:
    """The medians of the seconds until all queries, put at the same moment, have been answered."""
    taken: dict[str, list[float]] = {name: [] for name in SHOWN}
    ways = {each.name: each for each in field}
    turns = Random(repeats)
    for repeat in range(repeats + 1):
        for name in turns.sample(SHOWN, len(SHOWN)):
            each = ways[name]
            shots = [_quicker(each, ways[TAGGED], query, best).shots[query] for query in queries]
            seconds = await _timed(each.http, shots)
            taken[name].extend([seconds] if repeat else [])
    return {name: median(values) for name, values in taken.items()}


async def _timed(http: aiohttp.ClientSession, shots: Sequence[Shot]) -> float:
    # Looking for cycles is this process' own affair, and would be counted for whoever is asked just then.
    gc.collect(0)
    gc.disable()
    started = time.perf_counter()
    if len(shots) == 1:
        await fire(http, shots[0])
    else:
        await asyncio.gather(*(fire(http, shot) for shot in shots))
    seconds = time.perf_counter() - started
    gc.enable()
    return seconds


def _best_form(medians: Seconds) -> Seconds:
    """For the bare client the quicker of its two forms; which one it was can be seen by comparing."""
    best = {
        (BARE, query): min(seconds, medians.get((TAGGED, query), seconds))
        for (name, query), seconds in medians.items()
        if name == BARE
    }
    return {**medians, **best}


def _quicker(each: Contestant, in_one: Contestant, query: Query, best: Seconds) -> Contestant:
    is_quicker = each.name == BARE and best.get((TAGGED, query)) == best[BARE, query]
    return in_one if is_quicker and query in in_one.shots else each
