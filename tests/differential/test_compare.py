"""The comparison sees what is different, and only that: it judges everything else, so it is tested itself."""

from typing import Any

import pytest

from tests.differential.compare import difference, message_head, same_value
from tests.differential.heard import Heard
from tests.differential.order import ANY, BY_LABELS, BY_VALUES, Order, order_of

A, B = {"cluster": "a"}, {"cluster": "b"}


def vector(*series: tuple[dict[str, str], str]) -> Heard:
    result = [{"metric": metric, "value": [10, value]} for metric, value in series]
    return answer("vector", result)


def matrix(*series: tuple[dict[str, str], list[tuple[int, str]]]) -> Heard:
    return answer("matrix", [{"metric": metric, "values": values} for metric, values in series])


def answer(kind: str, result: Any) -> Heard:
    return Heard(200, {"status": "success", "data": {"resultType": kind, "result": result}})


def error(status: int, kind: str, message: str) -> Heard:
    return Heard(status, {"status": "error", "errorType": kind, "error": message})


DIFFERENT = [
    (vector((A, "1")), vector((B, "1")), ANY, "1 series, not 1; lacks {'cluster': 'a'}"),
    (vector((A, "1")), vector((A, "1"), (A, "1")), ANY, "a label set is there twice"),
    (vector((A, "1")), vector((A, "1.00000001")), ANY, "1.00000001, not 1"),
    (vector((A, "NaN")), vector((A, "+Inf")), ANY, "+Inf, not NaN"),
    (vector((A, "1")), vector((A, "1.0")), ANY, "1 is written 1.0"),
    (vector((A, "1"), (B, "2")), vector((B, "2"), (A, "1")), BY_VALUES, "in the order"),
    (matrix((A, [(1, "1")])), matrix((A, [(1, "1"), (2, "1")])), BY_LABELS, "2 points, not 1"),
    (matrix((A, [(1, "1")]), (B, [(1, "1")])), matrix((B, [(1, "1")]), (A, [(1, "1")])), BY_LABELS, "series 0 is"),
    (answer("scalar", [1, "2"]), answer("scalar", [1, "3"]), ANY, "3, not 2"),
    (answer("scalar", [1, "2"]), vector(), ANY, "a vector, not a scalar"),
    (answer("string", [1, "x"]), answer("string", [1, "y"]), ANY, "[1, 'y'], not [1, 'x']"),
    (vector(), error(422, "execution", "no"), ANY, "failed, with 422 no"),
    (error(422, "execution", "no"), vector(), ANY, "answered, where one Prometheus fails"),
    (error(400, "bad_data", "no"), error(422, "bad_data", "no"), ANY, "status 422, not 400"),
    (error(422, "execution", "no"), error(422, "timeout", "no"), ANY, "errorType timeout"),
    (error(422, "execution", "no"), error(422, "execution", "never"), ANY, "error 'never', not 'no'"),
]

SAME = [
    (vector((A, "1"), (B, "2")), vector((B, "2"), (A, "1")), ANY),
    (vector((A, "1"), (B, "1")), vector((B, "1"), (A, "1")), BY_VALUES),
    (vector((A, "0"), (B, "-0")), vector((B, "-0"), (A, "0")), BY_VALUES),
    (vector((A, "0.1")), vector((A, "0.10000000000000002")), ANY),
    (vector((A, "NaN")), vector((A, "NaN")), ANY),
    (matrix((A, [(1, "+Inf")])), matrix((A, [(1, "+Inf")])), BY_LABELS),
    (
        error(422, "execution", 'group {a="b"} on the right: [{a="}"}, {a="c"}];many-to-many'),
        error(422, "execution", 'group {} on the right: [{x="y"}, {a="\\"}"}];many-to-many'),
        ANY,
    ),
]


@pytest.mark.parametrize(("union", "ours", "order", "reason"), DIFFERENT)
def test_what_differs_is_told(union: Heard, ours: Heard, order: Order, reason: str) -> None:
    assert reason in (difference(union, ours, order) or "")


@pytest.mark.parametrize(("union", "ours", "order"), SAME)
def test_what_says_the_same_is_the_same(union: Heard, ours: Heard, order: Order) -> None:
    assert difference(union, ours, order) is None


def test_a_warning_is_a_difference() -> None:
    partial = Heard(200, {**vector().body, "warnings": ['cluster "oslo": no answer in 20 s']})

    assert "warnings" in (difference(vector(), partial) or "")


def test_the_order_within_each_group_of_topk_counts_and_that_of_the_groups_does_not() -> None:
    order = order_of("topk by (cluster) (2, x)")
    union = vector(({**A, "i": "1"}, "3"), ({**A, "i": "2"}, "2"), ({**B, "i": "1"}, "9"))
    regrouped = vector(({**B, "i": "1"}, "9"), ({**A, "i": "1"}, "3"), ({**A, "i": "2"}, "2"))
    reversed_ = vector(({**A, "i": "2"}, "2"), ({**A, "i": "1"}, "3"), ({**B, "i": "1"}, "9"))

    assert difference(union, regrouped, order) is None
    assert "in the order" in (difference(union, reversed_, order) or "")


def test_no_number_is_close_to_infinity() -> None:
    assert same_value("+Inf", "1e308") is not None


def test_a_message_keeps_everything_but_the_labels() -> None:
    assert message_head('found {a="x{}\\""} on [{a="b"}, {c="d"}];many') == "found {} on [];many"
