"""The five weeks as Prometheus blocks, made once and kept under the hash of the code that makes them."""

import hashlib
import os
import shutil
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from aggregator.demo.openmetrics import backfill_text
from aggregator.demo.servers import backfill
from tests.bench.rollup_history import REGIONS, TIMES, Region, families

_KEPT = Path(__file__).parents[2] / ".fleet"
_SOURCES = ("bench/rollup_history", "bench/rollup_blocks", "fleet/shapes")


def rollup_blocks() -> dict[str, Path]:
    """The directory of blocks of each cluster."""
    kept = _KEPT / _fingerprint()
    kept.mkdir(parents=True, exist_ok=True)
    missing = [region for region in REGIONS if not (kept / region.name).exists()]
    if missing:
        print(f"making five weeks of {len(missing)} clusters, once ...", file=sys.stderr, flush=True)
        with ProcessPoolExecutor(os.cpu_count()) as pool:
            for made in [pool.submit(_make, kept / region.name, region) for region in missing]:
                made.result()
    for other in _KEPT.glob("rollups-*"):
        if other != kept:
            shutil.rmtree(other, ignore_errors=True)
    return {region.name: kept / region.name for region in REGIONS}


def _make(place: Path, region: Region) -> None:
    """All or nothing: what was cut off in the middle is never taken for finished."""
    making = place.with_name(f"{place.name}.making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir()
    text = making / "weeks.om"
    with text.open("wb") as file:
        file.writelines(backfill_text(families(region), TIMES))
    # promtool reads the text once a block.
    backfill(text, making, max_block_duration="1458h")
    text.unlink()
    making.rename(place)


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for source in _SOURCES:
        digest.update((Path(__file__).parents[1] / f"{source}.py").read_bytes())
    return f"rollups-{digest.hexdigest()[:16]}"
