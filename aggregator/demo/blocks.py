"""Finished blocks of Prometheus: made once for a window, kept on disk, linked into as many servers as want them."""

import hashlib
import os
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from aggregator.demo.fleet import ClusterPlan, cluster_plan
from aggregator.demo.generate import families, scrape_times, truth_for
from aggregator.demo.openmetrics import END, backfill_text
from aggregator.demo.rhythm import HOUR
from aggregator.demo.servers import backfill, link_blocks
from aggregator.demo.windows import Window, may_be_wanted

# What of this package has no part in what blocks hold. Leaving one out here costs time, never truth.
_NO_PART = {
    "config_file",
    "directory",
    "exporter",
    "kept",
    "processes",
    "progress",
    "run",
    "servers",
    "welcome",
    "workers",
}
_POLITE = 10


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that the series of a demo follow from, beside the code of this package."""

    seed: int
    hubs: int
    people: float

    def cluster(self, index: int) -> ClusterPlan:
        return cluster_plan(self.seed, index, self.hubs, self.people)

    @property
    def name(self) -> str:
        return f"seed{self.seed}-hubs{self.hubs}-people{self.people:g}"


@cache
def code() -> str:
    """A name for the generator as it is: when it changes, the blocks of before are no longer what it makes."""
    told = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        if source.stem not in _NO_PART:
            told.update(source.read_bytes())
    return told.hexdigest()[:16]


def kept_in(store: Path, recipe: Recipe, cluster: ClusterPlan, window: Window) -> Path:
    """Where the blocks of a window are, once they are made."""
    return store / code() / recipe.name / cluster.name / window.name


def make_window(recipe: Recipe, index: int, window: Window, place: Path) -> None:
    """The blocks of a finished window, in `place`, which exists only when all of it is there."""
    if not window.detail:  # made while servers run, and these come first
        os.setpriority(os.PRIO_PROCESS, 0, _POLITE)
    making = place.with_suffix(".making")
    shutil.rmtree(making, ignore_errors=True)
    make_blocks(recipe, index, window, making)
    making.rename(place)


def make_blocks(recipe: Recipe, index: int, window: Window, directory: Path) -> None:
    """The blocks of any window, added to a directory."""
    directory.mkdir(parents=True, exist_ok=True)
    cluster = recipe.cluster(index)
    text = directory / f"{window.name}.om"
    if _write(text, cluster, window):
        hours = max(6, (window.end - window.start) // HOUR)
        backfill(text, directory, max_block_duration=f"{hours}h")
    text.unlink()


def _write(path: Path, cluster: ClusterPlan, window: Window) -> bool:
    """Write a window's series as text; was there any?"""
    times = scrape_times(cluster, window.start, window.end, window.step)
    truth = truth_for(cluster, window.start, window.end)
    with path.open("wb") as file:
        file.writelines(backfill_text(families(cluster, truth, times, detail=window.detail), times))
    return path.stat().st_size > len(END)


def deliver(kept: Path, server: Path) -> None:
    """Put kept blocks into the data of a server that may be running: each appears there whole or not at all."""
    arriving = server / "arriving"
    for directory in (arriving, server / "data"):
        directory.mkdir(parents=True, exist_ok=True)
    link_blocks(kept, arriving)
    for block in arriving.iterdir():
        block.rename(server / "data" / block.name)


def forget(store: Path, now: int) -> None:
    """Drop what no demo will want again: what is too old, what was never finished, and what changed code had made."""
    for kept in store.glob("*/*/*/*"):
        if kept.parts[-4] != code() or not may_be_wanted(kept.name, now):
            shutil.rmtree(kept)
    for directory in (*store.glob("*/*/*"), *store.glob("*/*"), *store.glob("*")):
        if not any(directory.iterdir()):
            directory.rmdir()


def database_of(recipe: Recipe) -> str:
    """The file of what is kept of a demo: another fleet's numbers would be taken for this one's."""
    return f"kept-{code()}-{recipe.name}.db"


def forget_databases(home: Path) -> None:
    """Drop what was kept of what changed code had made."""
    for file in home.glob("kept-*.db*"):
        if not file.name.startswith(f"kept-{code()}-"):
            file.unlink()
