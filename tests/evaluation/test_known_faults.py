"""Queries that others who join several Prometheus answer wrongly, silently: each one is answered rightly here."""

import pytest

from tests.evaluation.clusters import Vectors, over_clusters
from tests.evaluation.grids import grid, rows

# Two clusters at four steps. Pods come and go; `y` is in one of them only.
CLUSTERS: dict[str, Vectors] = {
    "lisbon": {
        "x": grid('x{hub="a"} 50 60 70 80', 'x{hub="b"} 1 1 _ _'),
        "y": grid('y{hub="a"} 8 8 8 8'),
        "nothing": grid("nothing _ _ _ _"),
    },
    "oslo": {
        "x": grid('x{hub="a"} 20 _ _ 30', 'x{hub="c"} 7 7 7 7'),
        "y": grid("y _ _ _ _"),
        "nothing": grid("nothing _ _ _ _"),
    },
}

FAULTS: dict[str, dict[str, list[str]]] = {
    "what ended does not count for five minutes more": {
        "sum(x)": ["{} 78 68 77 117"],
        "count(x)": ["{} 4 3 2 3"],
        "count by (hub) (x)": ['{hub="a"} 2 1 1 2', '{hub="b"} 1 1 _ _', '{hub="c"} 1 1 1 1'],
        "topk(1, x)": ['x{cluster="lisbon", hub="a"} 50 60 70 80'],
        "x * on (hub) group_left () y": [
            '{cluster="lisbon", hub="a"} 400 480 560 640',
            '{cluster="oslo", hub="a"} 160 _ _ 240',
        ],
    },
    "what is done with a greatest value is done after it is found": {
        "100 - max(x)": ["{} 50 40 30 20"],
        "max(x) * -1": ["{} -50 -60 -70 -80"],
        "1 / max(x) * 100": ["{} 2 1.6666666666666667 1.4285714285714286 1.25"],
        "max(x) < 40": [],
        "min(x) > 5": ["{} _ _ 7 7"],
        "max(x) % 7": ["{} 1 4 0 3"],
        "(max(x) - 60) ^ 2": ["{} 100 0 100 400"],
    },
    "values are counted over everything": {
        'count_values without (hub, cluster) ("v", x > 60)': ['{v="70"} _ _ 1 _', '{v="80"} _ _ _ 1'],
        'count_values("v", x % 10 == 7)': ['{v="7"} 1 1 1 1'],
    },
    "the label of the clusters can be read and written": {
        'sum by (site) (label_replace(x, "site", "$1", "cluster", "(.).*"))': ['{site="l"} 51 61 70 80', '{site="o"} 27 7 7 37'],
        'count(label_join(x, "id", "-", "cluster", "hub"))': ["{} 4 3 2 3"],
    },
    "a scalar is one number for everybody": {
        "scalar(y) + 0 * time()": ["8 8 8 8"],
        "scalar(x)": ["NaN NaN NaN NaN"],
        "vector(scalar(y))": ["{} 8 8 8 8"],
        "sum(x > scalar(y))": ["{} 70 60 70 110"],
    },
    "what is absent is absent everywhere": {
        "count(absent(nothing))": ["{} 1 1 1 1"],
        "sum(absent(y))": [],
        'absent(x{hub="b"})': ['{hub="b"} _ _ 1 1'],
        'absent(y{cluster="oslo"})': ['{cluster="oslo"} 1 1 1 1'],
    },
    "a constant is there once": {
        "count(x or vector(0))": ["{} 5 4 3 4"],
        "avg(y or vector(0))": ["{} 4 4 4 4"],
        "sum(nothing) or vector(0)": ["{} 0 0 0 0"],
        "count(vector(1))": ["{} 1 1 1 1"],
    },
    "what needs all series is done once, over all": {
        "limitk(1, x)": ['x{cluster="lisbon", hub="a"} 50 60 70 80'],
        "quantile(0.5, x)": ["{} 13.5 7 38.5 30"],
        "count(limit_ratio(0.5, x) or limit_ratio(-0.5, x))": ["{} 4 3 2 3"],
        "avg(avg by (cluster) (x))": ["{} 19.5 18.75 38.5 49.25"],
        "avg(x)": ["{} 19.5 22.666666666666668 38.5 39"],
    },
}  # fmt: skip
CASES = {query: expected for group in FAULTS.values() for query, expected in group.items()}


@pytest.mark.parametrize("query", CASES)
def test_several_clusters_answer_as_one(query: str) -> None:
    ours, _ = over_clusters(query, CLUSTERS, 4)

    assert rows(ours) == CASES[query]
