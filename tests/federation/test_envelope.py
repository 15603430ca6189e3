"""An answer opened: its series, with the bytes of their samples as they came, whoever wrote it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.federation.envelope import NOTHING, opened
from aggregator.federation.question import NotPrometheus

SAMPLES = '[[1700000000,"1"],[1700000060,"NaN"]]'
ODD = ("", "{", '{"metric":', ']]},{"metric":{', '},"values":[[', "]]}]}}", '\\"', "\u00e9")

labels = st.dictionaries(st.sampled_from(["a", "values", "metric"]), st.sampled_from(ODD))


def series(metric: dict[str, str], samples: str = SAMPLES) -> str:
    return f'{{"metric":{_json(metric)},"values":{samples}}}'


def matrix(*some: str, behind: str = "") -> bytes:
    return f'{{"status":"success","data":{{"resultType":"matrix","result":[{",".join(some)}]}}{behind}}}'.encode()


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


@given(st.lists(labels, max_size=4), st.lists(st.sampled_from(ODD), max_size=2))
def test_labels_and_remarks_may_hold_what_looks_like_the_end_of_samples(
    metrics: list[dict[str, str]], warnings: list[str]
) -> None:
    behind = f',"warnings":{_json(warnings)}' if warnings else ""

    found, remarks = opened(matrix(*map(series, metrics), behind=behind))

    assert [(each.metric, bytes(each.values).decode()) for each in found] == [(each, SAMPLES) for each in metrics]
    assert list(remarks) == warnings


@pytest.mark.parametrize(
    "body",
    [
        matrix(series({"a": "1"}), series({"a": "2"}))
        .replace(b'"status":"success",', b"")
        .replace(b"}}", b'},"status":"success"}'),
        matrix(series({"a": "1"}), series({"a": "2"})).replace(b":", b" : "),
        matrix(series({"a": "1"}), '{"values":' + SAMPLES + ',"metric":{"a":"2"}}'),
    ],
    ids=["the status last", "spaces", "values first"],
)
def test_others_may_write_it_in_another_way(body: bytes) -> None:
    found, _ = opened(body)

    assert [each.metric for each in found] == [{"a": "1"}, {"a": "2"}]
    assert [bytes(each.values).replace(b" ", b"").decode() for each in found] == [SAMPLES, SAMPLES]


@pytest.mark.parametrize("where", ["first", "last"])
def test_native_histograms_may_stand_among_the_samples(where: str) -> None:
    histograms = '[[1700000000,{"count":"1"}]]'
    odd = f'{{"metric":{{}},"values":{SAMPLES},"histograms":{histograms}}}'
    some = (odd, series({})) if where == "first" else (series({}), odd)

    found, _ = opened(matrix(*some))

    assert [bytes(each.histograms).decode() for each in found if each.histograms is not NOTHING] == [histograms]
    assert [bytes(each.values).decode() for each in found] == [SAMPLES, SAMPLES]


@pytest.mark.parametrize(
    "other", ['"values":[]', '"histograms":[[1700000000,{"count":"1"}]]'], ids=["nothing", "histograms"]
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_series_without_samples_may_stand_anywhere(other: str, place: int) -> None:
    some = [series({"a": "1"}), series({"a": "2"})]
    some.insert(place, f'{{"metric":{{"a":"0"}},{other}}}')

    found, _ = opened(matrix(*some))

    assert [bytes(each.values).decode() == SAMPLES for each in found] == [number != place for number in range(3)]


@pytest.mark.parametrize("cut", range(1, 12))
def test_an_answer_that_breaks_off_is_none(cut: int) -> None:
    with pytest.raises(NotPrometheus):
        opened(matrix(series({"a": "1"}), series({"a": "2"}))[:-cut])


@pytest.mark.parametrize("behind", ["x", ",", ',"warnings":[1]', ',"warnings":["w"', "}"])
def test_what_stands_behind_an_answer_is_read(behind: str) -> None:
    with pytest.raises(NotPrometheus):
        opened(matrix(series({}), behind=behind))
