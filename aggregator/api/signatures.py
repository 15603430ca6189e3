"""What the functions of PromQL take: types of arguments, and how many of the last may be left out (-1: or repeated).

Source: `Functions` in Prometheus' promql/parser/functions.go.
"""

Signature = tuple[tuple[str, ...], int]

_ALIKE: dict[str, Signature] = {
    "pi time start end step range": ((), 0),
    "abs absent acos acosh asin asinh atan atanh ceil cos cosh deg exp floor histogram_avg histogram_count "
    "histogram_stddev histogram_stdvar histogram_sum ln log10 log2 rad scalar sgn sin sinh sort sort_desc sqrt tan tanh "
    "timestamp": (("vector",), 0),
    "day_of_month day_of_week day_of_year days_in_month hour minute month year": (("vector",), 1),
    "absent_over_time avg_over_time changes count_over_time delta deriv first_over_time idelta increase irate "
    "last_over_time mad_over_time max_over_time min_over_time present_over_time rate resets stddev_over_time "
    "stdvar_over_time sum_over_time ts_of_first_over_time ts_of_last_over_time ts_of_max_over_time "
    "ts_of_min_over_time": (("matrix",), 0),
    "clamp": (("vector", "scalar", "scalar"), 0),
    "clamp_max clamp_min": (("vector", "scalar"), 0),
    "double_exponential_smoothing holt_winters": (("matrix", "scalar", "scalar"), 0),
    "histogram_fraction": (("scalar", "scalar", "vector"), 0),
    "histogram_quantile": (("scalar", "vector"), 0),
    "histogram_quantiles": (("vector", "string", "scalar", "scalar"), 9),
    "info": (("vector", "vector"), 1),
    "label_join": (("vector", "string", "string", "string"), -1),
    "label_replace": (("vector", "string", "string", "string", "string"), 0),
    "predict_linear": (("matrix", "scalar"), 0),
    "quantile_over_time": (("scalar", "matrix"), 0),
    "round": (("vector", "scalar"), 1),
    "sort_by_label sort_by_label_desc": (("vector", "string"), -1),
    "vector": (("scalar",), 0),
}

SIGNATURES: dict[str, Signature] = {name: told for names, told in _ALIKE.items() for name in names.split()}
