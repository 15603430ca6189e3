"""Series of small made-up clusters, laid out so that tests can look at single samples."""

import time
from datetime import UTC, datetime

from aggregator.demo.blocks import Recipe
from aggregator.demo.fleet import ClusterPlan
from aggregator.demo.generate import families, scrape_times, truth_for
from aggregator.demo.history import truth_of
from aggregator.demo.rhythm import HOUR
from aggregator.demo.samples import Family
from aggregator.series import NAME, Labels

AllSamples = dict[Labels, dict[int, float]]


def instant(text: str) -> int:
    """Milliseconds of an instant in UTC, such as `2026-11-18 15:00`."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


def quiet_recipe(hubs: int, people: float) -> Recipe:
    """A recipe whose first two clusters have no outage and no gap around now, whenever tests run."""
    now = int(time.time() * 1000)
    recipes = (Recipe(seed, hubs, people) for seed in range(1, 100))
    return next(recipe for recipe in recipes if all(_is_quiet(recipe.cluster(index), now) for index in range(2)))


def _is_quiet(cluster: ClusterPlan, now: int) -> bool:
    truth = truth_of(cluster, now - 2 * HOUR, now + HOUR)
    return not truth.gaps and not truth.starts and not truth.stories


def made(cluster: ClusterPlan, start: int, end: int, step: int = 60_000, *, detail: bool = True) -> AllSamples:
    """Every sample of a cluster in [start, end), by series and time."""
    times = scrape_times(cluster, start, end, step)
    return by_series(list(families(cluster, truth_for(cluster, start, end), times, detail=detail)))


def by_series(some: list[Family]) -> AllSamples:
    found: AllSamples = {}
    for family in some:
        raw = family.raw
        for labels, first, last in zip(raw.labels, raw.bounds[:-1].tolist(), raw.bounds[1:].tolist(), strict=True):
            samples = found.setdefault(labels, {})
            for at, value in zip(raw.times[first:last].tolist(), raw.values[first:last].tolist(), strict=True):
                assert at not in samples, f"{labels} has two samples at {at}"
                samples[at] = value
    return found


def called(samples: AllSamples, name: str, **labels: str) -> AllSamples:
    """The series of one metric that carry these labels."""
    wanted = {(NAME, name), *labels.items()}
    return {series: points for series, points in samples.items() if wanted <= set(series)}
