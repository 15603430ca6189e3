"""The functions over ranges, by their names in PromQL."""

from collections.abc import Callable
from dataclasses import dataclass

from aggregator.evaluation import extremes, quantiles, rates, smoothing, sums
from aggregator.series import Bools, Floats

# Takes windows, then the scalar arguments in the order of PromQL, each [steps]; gives values and where there are any,
# both [series, steps].
OverRange = Callable[..., tuple[Floats, Bools]]


@dataclass(frozen=True, slots=True)
class RangeFunction:
    """`keeps_name`: the answer is the metric itself, at another time."""

    compute: OverRange
    keeps_name: bool = False


OVER_RANGES: dict[str, RangeFunction] = {
    "avg_over_time": RangeFunction(sums.avg_over_time),
    "changes": RangeFunction(rates.changes),
    "count_over_time": RangeFunction(extremes.count_over_time),
    "delta": RangeFunction(rates.delta),
    "deriv": RangeFunction(sums.deriv),
    "double_exponential_smoothing": RangeFunction(smoothing.double_exponential_smoothing),
    "first_over_time": RangeFunction(extremes.first_over_time, keeps_name=True),
    "holt_winters": RangeFunction(smoothing.double_exponential_smoothing),
    "idelta": RangeFunction(rates.idelta),
    "increase": RangeFunction(rates.increase),
    "irate": RangeFunction(rates.irate),
    "last_over_time": RangeFunction(extremes.last_over_time, keeps_name=True),
    "mad_over_time": RangeFunction(quantiles.mad_over_time),
    "max_over_time": RangeFunction(extremes.max_over_time),
    "min_over_time": RangeFunction(extremes.min_over_time),
    "predict_linear": RangeFunction(sums.predict_linear),
    "present_over_time": RangeFunction(extremes.present_over_time),
    "quantile_over_time": RangeFunction(quantiles.quantile_over_time),
    "rate": RangeFunction(rates.rate),
    "resets": RangeFunction(rates.resets),
    "stddev_over_time": RangeFunction(sums.stddev_over_time),
    "stdvar_over_time": RangeFunction(sums.stdvar_over_time),
    "sum_over_time": RangeFunction(sums.sum_over_time),
    "ts_of_first_over_time": RangeFunction(extremes.ts_of_first_over_time),
    "ts_of_last_over_time": RangeFunction(extremes.ts_of_last_over_time),
    "ts_of_max_over_time": RangeFunction(extremes.ts_of_max_over_time),
    "ts_of_min_over_time": RangeFunction(extremes.ts_of_min_over_time),
}
