"""`python -m tests.bench`: the whole comparison; a run that is not narrowed writes docs/benchmarks.md.

`--parts rollups`, `--parts mails` or `--parts access` alone writes that section of it and leaves the others.
"""

import argparse
import gc
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import uvloop

from tests.bench.access import HUBS, INCIDENTS, SEED, replay
from tests.bench.asking import client, fire
from tests.bench.bare import split
from tests.bench.costs import planning_ms, splice_ms_per_megabyte
from tests.bench.machine import facts
from tests.bench.mails import COMMUNITIES, mailed
from tests.bench.places import MOST, places
from tests.bench.queries import SPLICED, Query, every_query
from tests.bench.race import Addresses, Clients, contestants, crowd, race
from tests.bench.report import page, with_section
from tests.bench.results import Heat, Measured
from tests.bench.rollup_history import DAYS
from tests.bench.rollups import backfilled, drawn, rollup_databases
from tests.bench.sameness import differences
from tests.bench.server import fifty_ms, memory_over, ports_of
from tests.bench.servers import Fleet, started_fleet, started_fronts, started_part

OF_FLEETS = frozenset({"near", "far", "costs", "memory"})
ONE_SECTION = (frozenset({"rollups"}), frozenset({"mails"}), frozenset({"access"}))
_DOCUMENT = Path(__file__).parents[2] / "docs" / "benchmarks.md"


@dataclass(frozen=True, slots=True)
class Wanted:
    """How much is measured."""

    clusters: tuple[int, ...]
    repeats: int
    far_repeats: int
    only: str
    memory: int
    days: int
    communities: int
    seed: int
    hubs: int
    parts: frozenset[str]
    far_encoding: str


def main() -> None:
    """The comparison that the command line asks for."""
    wanted, written = _wanted()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    told = facts()
    with tempfile.TemporaryDirectory(prefix="crosshub-bench-") as directory:
        measured = _measured(wanted, Path(directory))
    text = (
        with_section(_DOCUMENT.read_text(), measured, told)
        if wanted.parts in ONE_SECTION
        else page(measured, told, wanted.far_encoding)
    )
    print(text)
    if written:
        _DOCUMENT.write_text(text)
        print(f"written to {_DOCUMENT}", file=sys.stderr)


def _wanted() -> tuple[Wanted, bool]:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=main.__doc__)
    parser.add_argument(
        "--clusters", type=int, action="append", help=f"how many, at most {MOST}; may be repeated (20 and 4)"
    )
    parser.add_argument(
        "--repeats", type=int, default=0, help="of each query by each contestant (15; over the far network 7)"
    )
    parser.add_argument("--only", default="", metavar="QUERY", help="queries whose name or text holds this")
    parser.add_argument(
        "--parts",
        default="near,far,costs,fifty,memory,rollups,mails,access",
        help="which parts of it (all: %(default)s)",
    )
    parser.add_argument(
        "--far-encoding", choices=("gzip", "identity"), default="gzip", help="what is asked for over the far network"
    )
    parser.add_argument("--seed", type=int, default=SEED, help="of the hub-years that are replayed (%(default)s)")
    parser.add_argument("--quick", action="store_true", help="a short run for those who work on it; writes nothing")
    given = parser.parse_args()
    wanted = Wanted(
        clusters=tuple(given.clusters or (20, 4)),
        repeats=given.repeats or (3 if given.quick else 15),
        far_repeats=min(given.repeats or 7, 2 if given.quick else 7),
        only=given.only,
        memory=400 if given.quick else 10_000,
        days=2 if given.quick else DAYS,
        communities=20 if given.quick else COMMUNITIES,
        seed=given.seed,
        hubs=8 if given.quick else HUBS,
        parts=frozenset(given.parts.split(",")),
        far_encoding=given.far_encoding,
    )
    whole = given.parts == parser.get_default("parts") or wanted.parts in ONE_SECTION
    return wanted, whole and not (given.quick or given.only or given.clusters)


def _measured(wanted: Wanted, directory: Path) -> Measured:
    found = Measured()
    if "costs" in wanted.parts:
        names = tuple(place.name for place in places(MOST))
        found.planning = planning_ms(every_query(wanted.only), names, 50)
    if "fifty" in wanted.parts:
        _say("fifty clusters that answer 20 KB each")
        found.fifty = fifty_ms(directory, 20 * wanted.repeats)
    if "rollups" in wanted.parts:
        _say(f"rollups of {wanted.days} days")
        _of_rollups(found, directory / "rollups", wanted.days, wanted.repeats)
    if "mails" in wanted.parts:
        _say(f"mails of {wanted.communities} communities")
        found.mailed += mailed(directory / "mails", wanted.communities)
    if "access" in wanted.parts:
        _say(f"{wanted.hubs} hub-years")
        found.replay = replay(wanted.seed, wanted.hubs, wanted.hubs * INCIDENTS // HUBS)
    for count in wanted.clusters if wanted.parts & OF_FLEETS else ():
        with started_fleet(count, directory / f"{count}") as fleet:
            _of_fleet(wanted, fleet, directory / f"{count}", found)
    return found


def _of_rollups(found: Measured, directory: Path, days: int, repeats: int) -> None:
    """Both databases, where there are both."""
    with rollup_databases(directory) as databases:
        for each in databases:
            found.backfilled.append(backfilled(each, directory, days))
        for each in databases:
            found.drawn.append(drawn(each, directory, repeats))


def _of_fleet(wanted: Wanted, fleet: Fleet, directory: Path, found: Measured) -> None:
    count = len(fleet.clusters)
    if "near" in wanted.parts:
        _say(f"{count} clusters")
        found.heats.append(_heat(wanted, fleet, directory / "near", "near"))
    if "far" in wanted.parts:
        _say(f"{count} clusters far away")
        with _far(fleet, directory) as distant:
            found.heats.append(_heat(wanted, distant, directory / "far", "far"))
    if "costs" in wanted.parts and count == max(wanted.clusters):
        query = next(each for each in every_query(SPLICED.text) if not each.steps.is_instant)
        found.splice = uvloop.run(_splice(fleet, query, wanted.repeats))
    if "memory" in wanted.parts and count == min(wanted.clusters):
        _say(f"memory over {wanted.memory} queries")
        found.memory = memory_over(fleet, directory, wanted.memory)


@contextmanager
def _far(fleet: Fleet, directory: Path) -> Iterator[Fleet]:
    """The same servers at the far ends of links."""
    urls = [*fleet.clusters.values(), fleet.union]
    with started_part("link", directory, [urlsplit(url).netloc for url in urls]) as told:
        *clusters, union = [f"http://127.0.0.1:{port}" for port in ports_of(told)]
        yield Fleet(dict(zip(fleet.clusters, clusters, strict=True)), union)


def _heat(wanted: Wanted, fleet: Fleet, directory: Path, network: str) -> Heat:
    encoding = "identity" if network == "near" else wanted.far_encoding
    repeats = wanted.repeats if network == "near" else wanted.far_repeats
    with started_fronts(fleet.clusters, directory, encoding=encoding) as fronts:
        fronting = fronts.crosshub.url, fronts.central.url, fronts.relay.url
        at = Addresses(fleet.clusters, fleet.union, *fronting)
        return uvloop.run(_raced(at, every_query(wanted.only), network, encoding, repeats))


async def _raced(at: Addresses, queries: tuple[Query, ...], network: str, encoding: str, repeats: int) -> Heat:
    async with client("identity") as near, client(encoding) as far:
        field = contestants(at, Clients(near, far), queries)
        wrong = await differences(field, queries)
        gc.collect()
        gc.freeze()
        seconds = await race(field, queries, repeats)
        together = {}
        for kind in dict.fromkeys(query.kind for query in queries):
            same_kind = [query for query in queries if query.kind == kind]
            together[kind] = await crowd(field, same_kind, seconds, max(2, repeats // 3))
    return Heat(len(at.clusters), network, queries, seconds, together, wrong)


async def _splice(fleet: Fleet, query: Query, repeats: int) -> tuple[float, float]:
    async with client("identity") as http:
        bodies = await fire(http, split(query, fleet.clusters))
    return await splice_ms_per_megabyte(dict(zip(fleet.clusters, bodies, strict=True)), query, repeats)


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
