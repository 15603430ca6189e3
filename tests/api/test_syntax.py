"""A query taken apart as Prometheus 3 takes it apart, and written well."""

from typing import Any

import pytest

from aggregator.api.signatures import SIGNATURES
from aggregator.promql.functions import FUNCTIONS
from tests.api.asking import asked, data
from tests.api.running import running_over
from tests.fakes.http import response, serving
from tests.fakes.misbehaving import always

PLAIN = {"offset": 0, "timestamp": None, "startOrEnd": None}


def _matcher(name: str, value: str, kind: str = "=") -> dict[str, str]:
    return {"name": name, "value": value, "type": kind}


def _up(**other: Any) -> dict[str, Any]:
    return {"type": "vectorSelector", "name": "up", "matchers": [_matcher("__name__", "up")]} | PLAIN | other


# As the user interface of Prometheus 3 gets them.
TREES: list[tuple[str, dict[str, Any]]] = [
    ("1.5", {"type": "numberLiteral", "val": "1.5"}),
    ("-1e21", {"type": "numberLiteral", "val": "-1000000000000000000000"}),
    ("Inf", {"type": "numberLiteral", "val": "+Inf"}),
    ('"a\\"b"', {"type": "stringLiteral", "val": 'a"b'}),
    ("up", _up()),
    ("-up", {"type": "unaryExpr", "op": "-", "expr": _up()}),
    ("up offset 5m", _up(offset=300_000)),
    ("up @ 1.5", _up(timestamp=1500)),
    ("up @ end()", _up(startOrEnd="end")),
    (
        '{a!="b",c=~"d",e!~"f"}',
        {
            "type": "vectorSelector",
            "name": "",
            "matchers": [_matcher("a", "b", "!="), _matcher("c", "d", "=~"), _matcher("e", "f", "!~")],
        }
        | PLAIN,
    ),
    ("up[5m]", _up() | {"type": "matrixSelector", "range": 300_000}),
    ("up[5m:]", {"type": "subquery", "expr": _up(), "range": 300_000, "step": 0} | PLAIN),
    (
        "up[5m:1m] offset 1m",
        {"type": "subquery", "expr": _up(), "range": 300_000, "step": 60_000} | PLAIN | {"offset": 60_000},
    ),
    (
        "round(up)",
        {
            "type": "call",
            "func": {"name": "round", "argTypes": ["vector", "scalar"], "variadic": 1, "returnType": "vector"},
            "args": [_up()],
        },
    ),
    (
        "topk without (job) (3, up)",
        {
            "type": "aggregation",
            "op": "topk",
            "expr": _up(),
            "param": {"type": "numberLiteral", "val": "3"},
            "grouping": ["job"],
            "without": True,
        },
    ),
    (
        "up > bool on (job) group_left (pod) up",
        {
            "type": "binaryExpr",
            "op": ">",
            "lhs": _up(),
            "rhs": _up(),
            "matching": {"card": "many-to-one", "labels": ["job"], "on": True, "include": ["pod"]},
            "bool": True,
        },
    ),
    (
        "up / 2",
        {
            "type": "binaryExpr",
            "op": "/",
            "lhs": _up(),
            "rhs": {"type": "numberLiteral", "val": "2"},
            "matching": None,
            "bool": False,
        },
    ),
    (
        "up and up",
        {
            "type": "binaryExpr",
            "op": "and",
            "lhs": _up(),
            "rhs": _up(),
            "matching": {"card": "many-to-many", "labels": [], "on": False, "include": []},
            "bool": False,
        },
    ),
]


@pytest.mark.parametrize(("query", "tree"), TREES, ids=[query for query, _ in TREES])
def test_a_query_is_taken_apart(crosshub: str, query: str, tree: dict[str, Any]) -> None:
    assert data(crosshub, "/api/v1/parse_query", {"query": query}) == tree


def test_what_does_not_parse_is_refused_in_prometheus_words(crosshub: str) -> None:
    refused = asked(crosshub, "/api/v1/parse_query", {"query": "sum("})

    assert refused.status_code == 400
    assert refused.json()["error"] == 'invalid parameter "query": 1:5: parse error: unclosed left parenthesis'


def test_every_function_has_a_signature() -> None:
    assert SIGNATURES.keys() == FUNCTIONS.keys()


@pytest.mark.parametrize("query", ["sum(rate(up[5m]))by(job)", "up  +  up", "{job='a'}", "a and b or c unless d"])
def test_a_query_is_written_as_prometheus_writes_it(crosshub: str, union: str, query: str) -> None:
    ours, theirs = (data(url, "/api/v1/format_query", {"query": query}) for url in (crosshub, union))

    assert ours == theirs


async def test_where_no_cluster_writes_queries_one_line_has_to_do() -> None:
    async with serving(always(response(404, b""))) as oslo, running_over(oslo=oslo) as http:
        written = await http.get("/api/v1/format_query", params={"query": "sum( up )by(job)"})
        refused = await http.get("/api/v1/format_query", params={"query": "sum( up"})

    assert written.json()["data"] == "sum by (job) (up)"
    assert (refused.status_code, refused.json()["errorType"]) == (400, "bad_data")
