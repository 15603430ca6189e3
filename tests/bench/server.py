"""What only a running `crosshub serve` shows: fifty clusters at once, and memory over many queries."""

import asyncio
import json
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.request import urlopen

import aiohttp
import uvloop

from aggregator.demo.processes import listening
from aggregator.series import Steps
from tests.bench.asking import Shot, client, fire, whole
from tests.bench.places import END, START, STEP
from tests.bench.queries import Query, every_query
from tests.bench.servers import Fleet, crosshub, started_part

FIFTY = 50
_AT_ONCE = 4
_WARM = 1000


@dataclass(frozen=True, slots=True)
class Memory:
    """Megabytes that the service holds, after it is warm and at the end."""

    queries: int
    warm: float
    end: float


def fifty_ms(directory: Path, repeats: int) -> dict[str, float]:
    """Milliseconds, by what is answered, until fifty answers of 20 KB have become one."""
    here = directory / "fifty"
    here.mkdir(exist_ok=True)
    with started_part("fakes", here, [str(FIFTY)]) as told:
        clusters = {f"cluster-{n:02}": f"http://127.0.0.1:{port}" for n, port in enumerate(ports_of(told))}
        with listening([crosshub(clusters, here / "crosshub", encoding="auto")]) as (ours,):
            return uvloop.run(_fifty(ours.url, repeats))


def ports_of(told: str) -> list[int]:
    """The ports that a program of the bench has opened."""
    with urlopen(told, timeout=10) as answer:
        ports: list[int] = json.load(answer)
    return ports


async def _fifty(url: str, repeats: int) -> dict[str, float]:
    steps = Steps(START, END, STEP)
    asked = {
        "a few series of many samples": whole(url, Query("", "passed_through", steps)),
        "many series of one sample": whole(url, Query("", "passed_through")),
        "many series of one sample, summed": whole(url, Query("", "quantile(0.5, fetched)")),
    }
    async with client("identity") as http:
        return {what: median([await _ms(http, shot) for _ in range(repeats)][1:]) for what, shot in asked.items()}


async def _ms(http: aiohttp.ClientSession, shot: Shot) -> float:
    started = time.perf_counter()
    await fire(http, shot)
    return (time.perf_counter() - started) * 1000


def memory_over(fleet: Fleet, directory: Path, queries: int) -> Memory:
    """What the service holds after so many queries of every kind, some at once, against after the first of them."""
    with listening([crosshub(fleet.clusters, directory / "memory", encoding="auto")]) as (ours,):
        shots = [whole(ours.url, query) for query in every_query()]
        uvloop.run(_many(shots, min(_WARM, queries // 2)))
        warm = _resident(ours.pid)
        uvloop.run(_many(shots, queries))
        return Memory(queries, warm, _resident(ours.pid))


async def _many(shots: list[Shot], count: int) -> None:
    numbers = iter(range(count))
    async with client("identity") as http, asyncio.TaskGroup() as group:

        async def worker() -> None:
            for number in numbers:
                await fire(http, shots[number % len(shots)])

        for _ in range(_AT_ONCE):
            group.create_task(worker())


def _resident(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
    return int(kilobytes) * 1024 / 1e6
