"""What there is to ask for: the metrics of the fleet, their labels, and values that occur."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from aggregator.series import NAME
from tests.fleet.data import METRICS, Kind, series_of_union
from tests.fleet.start import SEED
from tests.fleet.values import Series


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric: every label with its values, and some of its finite values, ascending."""

    name: str
    kind: Kind
    labels: dict[str, tuple[str, ...]]
    values: tuple[float, ...]


@cache
def metrics(seed: int = SEED) -> dict[str, Metric]:
    """The metrics of the union, by name."""
    by_name: dict[str, list[Series]] = {name: [] for name in METRICS}
    for series in series_of_union(seed):
        by_name[dict(series.labels)[NAME]].append(series)
    return {name: _metric(name, all_of_it) for name, all_of_it in by_name.items()}


def _metric(name: str, all_of_it: list[Series]) -> Metric:
    labels: dict[str, set[str]] = {}
    for series in all_of_it:
        for key, value in series.labels:
            labels.setdefault(key, set()).add(value)
    labels.pop(NAME)
    values = np.concatenate([series.values for series in all_of_it])
    middle = np.quantile(values[np.isfinite(values)], [0.1, 0.3, 0.5, 0.8], method="nearest")
    return Metric(
        name,
        METRICS[name][0],
        {key: tuple(sorted(found)) for key, found in sorted(labels.items())},
        tuple(float(value) for value in middle),
    )
