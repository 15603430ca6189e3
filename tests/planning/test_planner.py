"""Which part of a query is computed where: rule by rule."""

import pytest

from tests.planning.shapes import asks, planned, shape

# query: (what is evaluated here, what the leaves ask)
SELECTORS = {
    "x": ("splice", ["x"]),
    "x[5m]": ("splice", ["x[5m]"]),
    "x offset 5m @ 10": ("splice", ["x @ 10 offset 5m"]),
    'x{cluster="oslo", a="b"}': ("splice", ['oslo: x{a="b"}']),
    'x{cluster!="oslo"}': ("splice", ["lisbon: x; porto: x"]),
    'x{cluster=~"o.*|p.*"}': ("splice", ["oslo: x; porto: x"]),
    'x{cluster!~"o.*"}': ("splice", ["lisbon: x; porto: x"]),
    'x{cluster=~"osl"}': ("splice", ["nobody"]),
    'x{cluster=~"[[:alpha:]]{4}"}': ("splice", ["oslo: x"]),
    'x{cluster=""}': ("splice", ["nobody"]),
    'x{cluster!=""}': ("splice", ["x"]),
    'x{cluster=~".*"}': ("splice", ["x"]),
    'x{cluster="oslo", cluster!="oslo"}': ("splice", ["nobody"]),
    '{cluster="oslo"}': ("splice", ['oslo: {__name__!=""}']),
    '{cluster="oslo", a=~".*"}': ("splice", ['oslo: {__name__!="", a=~".*"}']),
    'rate({cluster="oslo"}[5m])': ("splice", ['oslo: rate({__name__!=""}[5m])']),
}
FUNCTIONS = {
    "rate(x[5m])": ("splice", ["rate(x[5m])"]),
    "abs(-x)": ("splice", ["abs(-x)"]),
    "timestamp(x)": ("splice", ["timestamp(x)"]),
    "clamp(x, 0, 1 + 2)": ("splice", ["clamp(x, 0, 1 + 2)"]),
    "clamp_max(x, time())": ("splice", ["clamp_max(x, time())"]),
    "clamp_max(x, scalar(y))": ("clamp_max(<L0>, scalar(<L1>))", ["x", "y"]),
    "histogram_quantile(0.9, rate(x[5m]))": ("splice", ["histogram_quantile(0.9, rate(x[5m]))"]),
    "histogram_quantile(0.9, sum by (le) (x))": (
        "histogram_quantile(0.9, <sum by (le) (…) from L0>)",
        ["sum by (le) (x)"],
    ),
    "histogram_quantile(0.9, sum by (le, cluster) (x))": ("splice", ["histogram_quantile(0.9, sum by (le) (x))"]),
    'label_replace(x, "a", "cluster", "b", "(.*)")': ("splice", ['label_replace(x, "a", "cluster", "b", "(.*)")']),
    'label_replace(x, "cluster", "$1", "b", "")': ('label_replace(<L0>, "cluster", "$1", "b", "")', ["x"]),
    'label_replace(x, "a", "$1", "cluster", "")': ('label_replace(<L0>, "a", "$1", "cluster", "")', ["x"]),
    'label_join(x, "a", ",", "b", "c")': ("splice", ['label_join(x, "a", ",", "b", "c")']),
    'label_join(x, "a", ",", "b", "cluster")': ('label_join(<L0>, "a", ",", "b", "cluster")', ["x"]),
    'label_join(x, "cluster", ",", "b")': ('label_join(<L0>, "cluster", ",", "b")', ["x"]),
    "scalar(x)": ("scalar(<L0>)", ["x"]),
    "sort(x)": ("sort(<L0>)", ["x"]),
    "sort_desc(sum by (cluster) (x))": ("sort_desc(<L0>)", ["sum(x)"]),
    'sort_by_label(x, "a")': ('sort_by_label(<L0>, "a")', ["x"]),
    "vector(scalar(x))": ("vector(scalar(<L0>))", ["x"]),
    "info(x)": ("splice", ["info(x)"]),
}
ABSENT = {
    'absent(x{a="b", cluster="oslo"})': ("absent(group(…) from L0) as {a=b, cluster=oslo}", ['oslo: group(x{a="b"})']),
    'absent(x{a="b", c=~"d", e="f", e="g", h!="i", j=""})': (
        "absent(group(…) from L0) as {a=b}",
        ['group(x{a="b", c=~"d", e="f", e="g", h!="i", j=""})'],
    ),
    'absent(x{cluster="nowhere"})': ("absent(group(…) from L0) as {cluster=nowhere}", ["nobody"]),
    'absent_over_time(x{a="b"}[5m])': (
        "absent(group(…) from L0) as {a=b}",
        ['group(last_over_time(x{a="b"}[5m]))'],
    ),
    'absent(rate(x{a="b"}[5m]))': ("absent(group(…) from L0) as {}", ['group(rate(x{a="b"}[5m]))']),
    "absent(sum(x))": ("absent(sum(…) from L0) as {}", ["sum(x)"]),
    "absent_over_time(sum(x)[5m:1m])": ("absent(last_over_time(<sum(…) from L0>[5m:1m])) as {}", ["sum(x)"]),
    "absent(vector(1))": ("absent(vector(1)) as {}", []),
    "absent_over_time(vector(1)[5m:1m])": ("absent(last_over_time(vector(1)[5m:1m])) as {}", []),
    "sum(absent(x))": ("sum(<absent(group(…) from L0) as {}>)", ["group(x)"]),
}  # fmt: skip
CONSTANTS = {
    "1 + time()": ("1 + time()", []),
    '"a"': ('"a"', []),
    "vector(1)": ("vector(1)", []),
    "hour()": ("hour()", []),
    "x + 1": ("splice", ["x + 1"]),
    "x > bool 1": ("splice", ["x > bool 1"]),
    "2 - time() * x": ("splice", ["2 - (time() * x)"]),
    "x + vector(1)": ("<L0> + vector(1)", ["x"]),
    "x or vector(0)": ("<L0> or vector(0)", ["x"]),
    "sum(x) or vector(0)": ("<sum(…) from L0> or vector(0)", ["sum(x)"]),
    "sum(x or vector(0))": ("sum(<L0> or vector(0))", ["x"]),
    "x and on () (hour() > 8)": ("<L0> and on () (hour() > 8)", ["x"]),
    "x * on () group_left () vector(2)": ("<L0> * on () group_left () vector(2)", ["x"]),
}
KEEPING = {
    "sum by (cluster) (x)": ("splice", ["sum(x)"]),
    "sum by (cluster, a) (x)": ("splice", ["sum by (a) (x)"]),
    "sum without (a) (x)": ("splice", ["sum without (a) (x)"]),
    "sum without () (x)": ("splice", ["sum without () (x)"]),
    "avg by (cluster) (x)": ("splice", ["avg(x)"]),
    "topk by (cluster) (2, x)": ("splice", ["topk(2, x)"]),
    "topk by (cluster) (scalar(y), x)": ("topk by (cluster) (scalar(<L0>), <L1>)", ["y", "x"]),
    "quantile by (cluster) (0.5, x)": ("splice", ["quantile(0.5, x)"]),
    "limitk by (cluster) (2, x)": ("splice", ["limitk(2, x)"]),
    'count_values by (cluster) ("v", x)': ("splice", ['count_values("v", x)']),
    'count_values by (cluster) ("cluster", x)': ('count_values by (cluster) ("cluster", <L0>)', ["x"]),
    'count_values without (a) ("cluster", x)': ('count_values without (a) ("cluster", <L0>)', ["x"]),
    "max by (cluster) (sum by (cluster, a) (x))": ("splice", ["max(sum by (a) (x))"]),
}
DROPPING = {
    "sum(x)": ("sum(…) from L0", ["sum(x)"]),
    "sum by (a) (x)": ("sum by (a) (…) from L0", ["sum by (a) (x)"]),
    "sum without (cluster) (x)": ("sum without (cluster) (…) from L0", ["sum without (cluster) (x)"]),
    "min(x)": ("min(…) from L0", ["min(x)"]),
    "max(x)": ("max(…) from L0", ["max(x)"]),
    "group(x)": ("group(…) from L0", ["group(x)"]),
    "count(x)": ("count(…) from L0", ["count(x)"]),
    "avg by (a) (x)": ("avg by (a) (…) from L0, L1", ["sum by (a) (x)", "count by (a) (x)"]),
    "stddev(x)": ("stddev(…) from L0, L1, L2", ["count(x)", "avg(x)", "stdvar(x)"]),
    "stdvar(x)": ("stdvar(…) from L0, L1, L2", ["count(x)", "avg(x)", "stdvar(x)"]),
    "topk(2, x)": ("topk(2, …) from L0", ["topk(3, x)"]),
    "bottomk by (a) (2.7, x)": ("bottomk by (a) (2.7, …) from L0", ["bottomk by (a) (3, x)"]),
    "topk(0, x)": ("topk(0, <L0>)", ["x"]),
    "topk(3000000000, x)": ("topk(3000000000, <L0>)", ["x"]),
    "topk(NaN, x)": ("topk(NaN, <L0>)", ["x"]),
    "topk(1 + 1, x)": ("topk(1 + 1, <L0>)", ["x"]),
    "topk(scalar(y), x)": ("topk(scalar(<L0>), <L1>)", ["y", "x"]),
    'count_values("v", x)': ('count_values("v", …) from L0', ['count_values("v", x)']),
    'count_values("cluster", x)': ('count_values("cluster", <L0>)', ["x"]),
    "quantile(0.9, x)": ("quantile(0.9, <L0>)", ["x"]),
    "quantile by (a) (scalar(y), x)": ("quantile by (a) (scalar(<L0>), <L1>)", ["y", "x"]),
    "limitk(2, x)": ("limitk(2, <L0>)", ["x"]),
    "limit_ratio(0.5, x)": ("limit_ratio(0.5, <L0>)", ["x"]),
    "sum(sum by (cluster) (x))": ("sum(…) from L0", ["sum(sum(x))"]),
    "max(sum by (a) (x))": ("max(<sum by (a) (…) from L0>)", ["sum by (a) (x)"]),
    "sum(abs(x) + 1)": ("sum(…) from L0", ["sum(abs(x) + 1)"]),
    "sum(x + y)": ("sum(…) from L0", ["sum(x + y)"]),
    "sum(x + on (a) y)": ("sum(<L0> + on (a) <L1>)", ["x", "y"]),
    "100 - max(x)": ("100 - <max(…) from L0>", ["max(x)"]),
    "max(x) < 40": ("<max(…) from L0> < 40", ["max(x)"]),
    "-sum(x)": ("-<sum(…) from L0>", ["sum(x)"]),
}
BINARIES = {
    "x + y": ("splice", ["x + y"]),
    "x and y": ("splice", ["x and y"]),
    "x + on (cluster, a) y": ("splice", ["x + on (a) y"]),
    "x unless on (cluster) y": ("splice", ["x unless on () y"]),
    "x + ignoring (a) group_left (b, cluster) y": ("splice", ["x + ignoring (a) group_left (b) y"]),
    "x + ignoring () y": ("splice", ["x + y"]),
    "x + on (a) y": ("<L0> + on (a) <L1>", ["x", "y"]),
    "x + on () y": ("<L0> + on () <L1>", ["x", "y"]),
    "x + ignoring (cluster) y": ("<L0> + ignoring (cluster) <L1>", ["x", "y"]),
    "x * on (a) group_left (cluster) y": ("<L0> * on (a) group_left (cluster) <L1>", ["x", "y"]),
    "x - sum(y)": ("<L0> - <sum(…) from L1>", ["x", "sum(y)"]),
    "sum(x) / count(y)": ("<sum(…) from L0> / <count(…) from L1>", ["sum(x)", "count(y)"]),
    "sum by (cluster) (x) / sum by (cluster) (y)": ("splice", ["(sum(x)) / (sum(y))"]),
}
DIFFERENT_TEXTS = {
    'x{cluster="oslo"} or y{cluster="porto"}': (
        "splice",
        ['oslo: x or y{crosshub_nothing!~".*"}; porto: x{crosshub_nothing!~".*"} or y'],
    ),
    'x{cluster="oslo"} and y{cluster="porto"}': ("splice", ["nobody"]),
    'x{cluster="oslo"} unless y{cluster="porto"}': ("splice", ['oslo: x unless y{crosshub_nothing!~".*"}']),
    'x{cluster="oslo"} + y{cluster=~"o.*|p.*"}': ("splice", ["oslo: x + y"]),
    'x{cluster="oslo"} + on (a) y{cluster!="oslo"}': ("<L0> + on (a) <L1>", ["oslo: x", "lisbon: y; porto: y"]),
    'sum(x{cluster="oslo"} or y{cluster!="porto"})': (
        "sum(…) from L0",
        ['lisbon: sum(x{crosshub_nothing!~".*"} or y); oslo: sum(x or y)'],
    ),
    'x{cluster!="lisbon"} or {cluster="oslo"}': (
        "splice",
        ['oslo: x or {__name__!=""}; porto: x or {__name__!="", crosshub_nothing!~".*"}'],
    ),
}
SUBQUERIES = {
    "max_over_time(x[1h:5m])": ("splice", ["max_over_time(x[1h:5m])"]),
    "max_over_time(x[1h:])": ("splice", ["max_over_time(x[1h:1m])"]),
    "x[1h:]": ("splice", ["x[1h:1m]"]),
    "rate(max_over_time(x[5m:])[1h:])": ("splice", ["rate(max_over_time(x[5m:1m])[1h:1m])"]),
    "max_over_time(rate(x[1m])[5m:] @ 300 offset 1m)": (
        "splice",
        ["max_over_time(rate(x[1m])[5m:1m] @ 300 offset 1m)"],
    ),
    "max_over_time(sum(x)[5m:])": ("max_over_time(<sum(…) from L0>[5m:])", ["sum(x)"]),
    "sum(x)[5m:1m]": ("<sum(…) from L0>[5m:1m]", ["sum(x)"]),
    "max_over_time(vector(1)[5m:1m])": ("max_over_time(vector(1)[5m:1m])", []),
    "sum(max_over_time(sum by (cluster) (x)[5m:1m]))": ("sum(…) from L0", ["sum(max_over_time((sum(x))[5m:1m]))"]),
}
RULES = {
    **SELECTORS, **FUNCTIONS, **ABSENT, **CONSTANTS, **KEEPING, **DROPPING, **BINARIES, **DIFFERENT_TEXTS, **SUBQUERIES
}  # fmt: skip

EXACT = {
    "x": ("splice", ["x"]),
    "rate(x[5m]) > 1": ("splice", ["rate(x[5m]) > 1"]),
    "sum(x)": ("sum(<L0>)", ["x"]),
    "min by (a) (x)": ("min by (a) (<L0>)", ["x"]),
    "topk(2, rate(x[5m]))": ("topk(2, <L0>)", ["rate(x[5m])"]),
    "avg by (cluster) (x)": ("avg by (cluster) (<L0>)", ["x"]),
    "sum(x + y)": ("sum(<L0> + <L1>)", ["x", "y"]),
    "max_over_time(sum(x)[5m:1m])": ("max_over_time((sum(<L0>))[5m:1m])", ["x"]),
    "absent(x)": ("absent(group(…) from L0) as {}", ["group(x)"]),
}


@pytest.mark.parametrize("query", RULES)
def test_a_query_is_planned_by_the_rules(query: str) -> None:
    made = planned(query)

    assert (shape(made), asks(made)) == RULES[query]


@pytest.mark.parametrize("query", EXACT)
def test_an_exact_plan_leaves_only_what_is_done_series_by_series(query: str) -> None:
    made = planned(query, exact=True)

    assert (shape(made), asks(made)) == EXACT[query]
