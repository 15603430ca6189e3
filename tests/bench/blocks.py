"""The day as Prometheus blocks, made once and kept under the hash of the code that makes it."""

import hashlib
import os
import shutil
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from aggregator.demo.openmetrics import END as END_OF_TEXT
from aggregator.demo.openmetrics import backfill_text
from aggregator.demo.servers import backfill
from aggregator.series import CLUSTER
from tests.bench.data import TIMES, families
from tests.bench.places import Place, places

_KEPT = Path(__file__).parents[2] / ".fleet"
_SOURCES = ("bench/data", "bench/places", "bench/blocks", "fleet/shapes")


def union_name(count: int) -> str:
    return f"union-{count}"


def blocks_of(count: int) -> dict[str, Path]:
    """The directory of blocks of each of the first so many clusters, and of their union."""
    kept = _KEPT / _fingerprint()
    kept.mkdir(parents=True, exist_ok=True)
    # The union takes longest, so it begins.
    wanted = {union_name(count): places(count)} | {place.name: (place,) for place in places(count)}
    missing = {name: who for name, who in wanted.items() if not (kept / name).exists()}
    if missing:
        print(f"making the blocks of {len(missing)} servers, once ...", file=sys.stderr, flush=True)
        _make(kept, missing)
    return {name: kept / name for name in wanted}


def _make(kept: Path, missing: dict[str, tuple[Place, ...]]) -> None:
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for made in [pool.submit(_make_one, kept / name, who) for name, who in missing.items()]:
            made.result()
    for other in _KEPT.glob("bench-*"):
        if other != kept:
            shutil.rmtree(other, ignore_errors=True)


def _make_one(place: Path, who: tuple[Place, ...]) -> None:
    """All or nothing: what was cut off in the middle is never taken for finished."""
    making = place.with_name(f"{place.name}.making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir()
    text = making / "day.om"
    _write(text, who)
    backfill(text, making, max_block_duration="54h")
    text.unlink()
    making.rename(place)


def _write(text: Path, who: Iterable[Place]) -> None:
    together = text.parent.name.startswith("union")
    with text.open("wb") as file:
        for place in who:
            extra = {CLUSTER: place.name} if together else {}
            file.writelines(piece for piece in backfill_text(families(place, extra), TIMES) if piece != END_OF_TEXT)
        file.write(END_OF_TEXT)


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for source in _SOURCES:
        digest.update((Path(__file__).parents[1] / f"{source}.py").read_bytes())
    return f"bench-{digest.hexdigest()[:16]}"
