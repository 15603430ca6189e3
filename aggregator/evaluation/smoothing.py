"""Double exponential smoothing, which Prometheus 2.x calls holt_winters."""

import math

import numpy as np

from aggregator.errors import CannotExecute
from aggregator.evaluation.windows import Batch, Windows, reduced
from aggregator.series import Bools, Floats


def double_exponential_smoothing(windows: Windows, smooth: Floats, trend: Floats) -> tuple[Floats, Bools]:
    """The smoothed value at the end of each window. Both factors are [steps], and refused unless between 0 and 1."""
    _refuse_others(windows, smooth, trend)

    def reduce(batch: Batch) -> Floats:
        weight, trend_weight = smooth[batch.columns], trend[batch.columns]
        values = batch.raw.values
        level = values[batch.first]
        slope = values[batch.first + 1] - level
        earlier = np.zeros_like(level)
        for k, places in enumerate(batch.positions()):
            if k == 0:
                continue
            active = slice(len(places))
            if k > 1:
                risen = level[active] - earlier[active]
                slope[active] = trend_weight[active] * risen + (1 - trend_weight[active]) * slope[active]
            expected = level[active] + slope[active]
            earlier[active] = level[active]
            level[active] = weight[active] * values[places] + (1 - weight[active]) * expected
        return level

    return reduced(windows, 2, reduce)


def _refuse_others(windows: Windows, smooth: Floats, trend: Floats) -> None:
    """A factor matters only at steps where some window has a sample. Of several faults, Prometheus meets that of the
    first series first, and of its steps the earliest.
    """
    wrong = {"smoothing": (smooth <= 0) | (smooth >= 1), "trend": (trend <= 0) | (trend >= 1)}
    met = np.argwhere(windows.at_least_one & (wrong["smoothing"] | wrong["trend"]))
    if not len(met):
        return
    column = met[0][1]
    which, factors = ("smoothing", smooth) if wrong["smoothing"][column] else ("trend", trend)
    short = "sf" if which == "smoothing" else "tf"
    raise CannotExecute(f"invalid {which} factor. Expected: 0 < {short} < 1, got: {_fixed(float(factors[column]))}")


def _fixed(value: float) -> str:
    return f"{value:f}" if math.isfinite(value) else f"{value:+f}".replace("inf", "Inf")
