"""Vectors that are put side by side without being parsed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.federation.lines import cut
from aggregator.federation.question import NotPrometheus
from aggregator.federation.splice import decode_part, spliced
from tests.federation.bodies import HISTOGRAMS, vector

NAMES = ("__name__", "A", "b", "c", "cl", "clustee", "cluster1", "clusters", "d", "namespace")
VALUES = (
    "",
    " ",
    "!",
    "1",
    "a",
    "a b",
    "a!",
    "ab",
    "a,",
    "}",
    '"},"value":[',
    "]}]}",
    "é",
    "\uffff",
    "😀",
    "\\",
    "\0",
    "\1",
    "\n",
)

CLUSTERS = ("oslo", "lisbon", "é", 'po"rto', "po\\rto")
BEGUN = '{"status":"success","data":{"resultType":"vector","result":[{"metric":{'

metrics = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(VALUES), max_size=4)
vectors = st.lists(metrics, max_size=4, unique_by=lambda metric: tuple(sorted(metric.items())))


def answer(some: list[dict[str, str]]) -> bytes:
    return vector(*((written(metric)[1:-1], "60.5", str(number)) for number, metric in enumerate(some)))


def written(metric: dict[str, str]) -> str:
    return json.dumps(dict(sorted(metric.items())), separators=(",", ":"), ensure_ascii=False)


@given(st.lists(vectors, max_size=3), st.permutations(CLUSTERS))
def test_they_are_labelled_and_ordered_as_if_they_had_been(told: list[list[dict[str, str]]], names: list[str]) -> None:
    parts = [decode_part(answer(some), cluster) for cluster, some in zip(names, told, strict=False)]

    result = json.loads(b"".join(spliced(parts, by_labels=True)[0]))

    found = [(tuple(series["metric"].items()), series["value"]) for series in result]
    expected = [
        (tuple(sorted({**metric, "cluster": cluster}.items())), [60.5, str(number)])
        for cluster, some in zip(names, told, strict=False)
        for number, metric in enumerate(some)
    ]
    assert found == sorted(expected)


def test_a_vector_as_prometheus_writes_it_is_not_parsed() -> None:
    assert cut(vector(('"a":"é"', "60", "1"), ('"z":"}"', "60", "2")), "oslo") == (
        ("a\1:\1é\1,\1cluster\1:\1oslo\00060,\0011".encode(), b"cluster\1:\1oslo\1,\1z\1:\1}\00060,\0012"),
        b"}",
    )


def test_what_has_to_be_parsed_is_left_alone() -> None:
    for body in (vector(), vector(("", "60", "1")), vector(('"cluster":"own"', "60", "1")), HISTOGRAMS["vector"]):
        assert cut(body, "oslo") is None


@pytest.mark.parametrize(
    "broken",
    [
        '"a":"b"},"value":[60,"1" nonsense "1"]}]}}',
        '"a"},"value":[60,"1"]}]}}',
        '"a":"line\nbreak"},"value":[60,"1"]}]}}',
        '"a":"b"},"value":[60,"1"]},{"metric":{"a":"b"},"value":[60,"1"},"value":[60,"1"]}]}}',
        '"a":"b"},"value":[60,"1"]}]},"warnings":[}',
    ],
)
def test_what_only_looks_as_prometheus_writes_it_is_not_taken(broken: str) -> None:
    with pytest.raises(NotPrometheus):
        decode_part(f"{BEGUN}{broken}".encode(), "oslo")


def test_what_stands_behind_the_result_may_look_like_its_end() -> None:
    body = vector(('"a":"b"', "60", "1"))[:-1] + b',"warnings":["]}]} x"]}'

    assert decode_part(body, "oslo").remarks == ("]}]} x",)
