"""The fleet's samples as Prometheus blocks, made once per seed and generator and kept for the next run."""

import fcntl
import hashlib
import math
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from aggregator.demo.servers import backfill
from aggregator.series import NAME
from tests.fleet.data import series_of, series_of_union
from tests.fleet.places import PLACES
from tests.fleet.values import Series

UNION = "union"
_KEPT = Path(__file__).parents[2] / ".fleet"
_SOURCES = ("data", "hubs", "machines", "oddities", "places", "shapes", "blocks")


def blocks_of(seed: int) -> dict[str, Path]:
    """For each cluster, and for the union, the directory with its blocks."""
    kept = _KEPT / _fingerprint(seed)
    with _one_at_a_time():
        if not kept.exists():
            _make(kept, seed)
    return {name: kept / name for name in (*(place.name for place in PLACES), UNION)}


def openmetrics(series: Iterable[Series]) -> Iterator[str]:
    """The lines of an OpenMetrics text, without types: Prometheus' own values, no stale markers."""
    for one in series:
        name = dict(one.labels)[NAME]
        braces = ",".join(f'{key}="{_escaped(value)}"' for key, value in one.labels if key != NAME)
        for when, value in zip(one.times.tolist(), one.values.tolist(), strict=True):
            yield f"{name}{{{braces}}} {_number(value)} {when / 1000:.3f}\n"
    yield "# EOF\n"


def _make(kept: Path, seed: int) -> None:
    """All or nothing: what was cut off in the middle is never taken for finished."""
    kept.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent) as unfinished:
        every = {place.name: series_of(place, seed) for place in PLACES} | {UNION: series_of_union(seed)}
        for name, series in every.items():
            text = Path(unfinished) / f"{name}.om"
            with text.open("w", encoding="utf-8") as lines:
                lines.writelines(openmetrics(series))
            backfill(text, Path(unfinished) / "blocks" / name)
        (Path(unfinished) / "blocks").rename(kept)
    for other in kept.parent.iterdir():
        if other.is_dir() and other != kept and other.name.startswith("blocks-"):
            shutil.rmtree(other, ignore_errors=True)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Several test processes may start at once; the lock goes with the process that holds it."""
    _KEPT.mkdir(exist_ok=True)
    with (_KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fingerprint(seed: int) -> str:
    digest = hashlib.sha256(str(seed).encode())
    for source in _SOURCES:
        digest.update((Path(__file__).parent / f"{source}.py").read_bytes())
    return f"blocks-{digest.hexdigest()[:16]}"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _number(value: float) -> str:
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return "NaN" if math.isnan(value) else repr(value)
