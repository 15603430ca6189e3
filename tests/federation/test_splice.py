"""Answers of several clusters side by side: labels are read, samples pass through."""

import json

import pytest

from aggregator.errors import CannotExecute
from aggregator.federation.question import NotPrometheus
from aggregator.federation.splice import Part, decode_part, spliced
from tests.federation.bodies import HISTOGRAM, HISTOGRAMS, NOT_PROMETHEUS, matrix, vector, with_remarks


def text(*parts: Part, by_labels: bool = True, limit: int = 0) -> str:
    pieces, _ = spliced(parts, by_labels=by_labels, limit=limit)
    return b"".join(pieces).decode()


def test_the_samples_pass_through_unread() -> None:
    odd = [("60.000", "+Inf"), ("120", "-0"), ("180", "1e-07"), ("240.5", "NaN"), ("300", "what it wants")]

    part = decode_part(matrix(('"b":"1","__name__":"x"', odd)), "oslo")

    assert text(part) == (
        '[{"metric":{"__name__":"x","b":"1","cluster":"oslo"},"values":[[60.000,"+Inf"],[120,"-0"],[180,"1e-07"],'
        '[240.5,"NaN"],[300,"what it wants"]]}]'
    )


def test_a_vector_stays_a_vector() -> None:
    part = decode_part(vector(('"le":"+Inf"', "60.5", "-Inf")), "oslo")

    assert text(part) == '[{"metric":{"cluster":"oslo","le":"+Inf"},"value":[60.5,"-Inf"]}]'


@pytest.mark.parametrize("kind", HISTOGRAMS)
def test_native_histograms_pass_through(kind: str) -> None:
    part = decode_part(HISTOGRAMS[kind], "oslo")

    (series,) = json.loads(text(part))
    found = series.get("histogram", [None, None])[1] or series["histograms"][-1][1]
    assert found == json.loads(HISTOGRAM)
    assert series["metric"] == {"a": "b", "cluster": "oslo"}


def test_series_stand_in_the_order_of_their_labels_whichever_cluster_they_are_of() -> None:
    parts = [
        decode_part(vector(('"a":"2"', "60", "1"), ('"a":"1","b":"x"', "60", "2"), ('"a":"1"', "60", "3")), cluster)
        for cluster in ("porto", "oslo")
    ]

    metrics = [tuple(series["metric"].items()) for series in json.loads(text(*parts))]

    assert metrics == sorted(metrics)
    assert metrics[:2] == [
        (("a", "1"), ("b", "x"), ("cluster", "oslo")),
        (("a", "1"), ("b", "x"), ("cluster", "porto")),
    ]


def test_an_order_that_says_something_is_kept() -> None:
    parts = [
        decode_part(vector(('"a":"1"', "60", "9"), ('"a":"0"', "60", "8")), "oslo"),
        decode_part(vector(('"a":"3"', "60", "7"), ('"a":"2"', "60", "6")), "lisbon"),
    ]

    values = [series["value"][1] for series in json.loads(text(*parts, by_labels=False))]

    assert values == ["9", "8", "7", "6"]


def test_a_limit_leaves_out_the_last_and_says_so() -> None:
    part = decode_part(vector(('"a":"2"', "60", "2"), ('"a":"1"', "60", "1"), ('"a":"3"', "60", "3")), "oslo")

    pieces, cut = spliced([part], by_labels=True, limit=2)

    assert [series["metric"]["a"] for series in json.loads(b"".join(pieces))] == ["1", "2"]
    assert cut
    assert not spliced([part], by_labels=True, limit=3)[1]


def test_nothing_is_an_answer() -> None:
    assert text(decode_part(matrix(), "oslo"), decode_part(vector(), "lisbon")) == "[]"
    assert text() == "[]"


def test_labels_keep_every_character() -> None:
    part = decode_part(vector(('"a":"\\u00e9\\"\\\\\\n\\u0000<>"', "60", "1")), "oslo")

    (series,) = json.loads(text(part))
    assert series["metric"]["a"] == 'é"\\\n\x00<>'


def test_what_a_cluster_remarks_is_kept() -> None:
    assert decode_part(with_remarks(vector(), '["careful"]', '["by the way"]'), "oslo").remarks == (
        "careful",
        "by the way",
    )


@pytest.mark.parametrize("case", NOT_PROMETHEUS)
def test_anything_else_is_not_prometheus(case: str) -> None:
    with pytest.raises(NotPrometheus):
        decode_part(NOT_PROMETHEUS[case], "oslo")


def test_our_name_of_the_cluster_wins() -> None:
    assert '"cluster":"oslo"' in text(decode_part(vector(('"cluster":"own"', "60", "1")), "oslo"))


def test_two_series_that_become_one_by_our_name_are_explained() -> None:
    body = vector(('"cluster":"own"', "60", "1"), ('"cluster":"other"', "60", "2"))

    with pytest.raises(CannotExecute, match='already carry the label "cluster"'):
        decode_part(body, "oslo")
