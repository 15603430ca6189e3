"""Vectors that are put side by side without being parsed."""

import json

from hypothesis import given
from hypothesis import strategies as st

from aggregator.federation.lines import cut
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

metrics = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(VALUES), max_size=4)
vectors = st.lists(metrics, max_size=4, unique_by=lambda metric: tuple(sorted(metric.items())))


def answer(some: list[dict[str, str]]) -> bytes:
    return vector(*((written(metric)[1:-1], "60.5", str(number)) for number, metric in enumerate(some)))


def written(metric: dict[str, str]) -> str:
    return json.dumps(dict(sorted(metric.items())), separators=(",", ":"), ensure_ascii=False)


@given(vectors, vectors)
def test_they_are_labelled_and_ordered_as_if_they_had_been(
    ours: list[dict[str, str]], theirs: list[dict[str, str]]
) -> None:
    parts = [decode_part(answer(ours), "oslo"), decode_part(answer(theirs), "lisbon")]

    result = json.loads(b"".join(spliced(parts, by_labels=True)[0]))

    found = [(tuple(series["metric"].items()), series["value"]) for series in result]
    expected = [
        (tuple(sorted({**metric, "cluster": cluster}.items())), [60.5, str(number)])
        for cluster, some in (("oslo", ours), ("lisbon", theirs))
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
