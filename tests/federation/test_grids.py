"""Answers of a Prometheus as step grids."""

import math

import numpy as np
import pytest

from aggregator.errors import CannotExecute
from aggregator.federation.matrices import decode_grid, joined
from aggregator.federation.question import NotPrometheus
from aggregator.federation.vectors import decode_vector, joined_vectors
from aggregator.series import Grid, Steps
from tests.federation.bodies import HISTOGRAMS, NOT_PROMETHEUS, matrix, vector, with_remarks

INSTANT = Steps(60_500, 60_500, 0)
RANGE = Steps(60_000, 180_000, 60_000)


def grid(body: bytes, steps: Steps = RANGE) -> Grid:
    if steps.is_instant:
        return joined_vectors([decode_vector(body, "oslo", steps.start)[0]]).as_grid()
    return decode_grid(body, "oslo", steps).grid


def shown(answer: Grid) -> list[list[float | None]]:
    return [
        [value if there else None for value, there in zip(row, mask, strict=True)]
        for row, mask in zip(answer.values.tolist(), answer.present.tolist(), strict=True)
    ]


def test_a_vector_has_one_column() -> None:
    answer = grid(vector(('"__name__":"up","job":"b"', "60.5", "1"), ('"job":"a"', "60.5", "0.25")), INSTANT)

    assert answer.labels == (
        (("__name__", "up"), ("cluster", "oslo"), ("job", "b")),
        (("cluster", "oslo"), ("job", "a")),
    )
    assert shown(answer) == [[1.0], [0.25]]


def test_a_matrix_has_a_column_for_each_step() -> None:
    answer = grid(matrix(('"a":"1"', [("60", "1"), ("120", "2"), ("180", "3")])))

    assert shown(answer) == [[1, 2, 3]]


def test_gaps_stay_gaps() -> None:
    answer = grid(
        matrix(
            ('"a":"1"', [("180", "3")]),
            ('"a":"2"', [("60", "NaN"), ("180", "0")]),
            ('"a":"3"', [("120.000", "7")]),
        )
    )

    assert shown(answer)[0] == [None, None, 3]
    assert math.isnan(answer.values[1, 0])
    assert answer.present.tolist() == [[False, False, True], [True, False, True], [False, True, False]]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("+Inf", math.inf),
        ("-Inf", -math.inf),
        ("1e-07", 1e-7),
        ("1.5e+21", 1.5e21),
        ("-1.7976931348623157e+308", -1.7976931348623157e308),
        ("5e-324", 5e-324),
        ("0.1", 0.1),
        ("123456789012345680000", 123456789012345680000.0),
        ("-5", -5.0),
        ("9007199254740993", 9007199254740992.0),
    ],
)
def test_every_way_to_write_a_number_is_read(text: str, value: float) -> None:
    assert grid(vector(('"a":"b"', "60.5", text)), INSTANT).values.tolist() == [[value]]
    assert grid(matrix(('"a":"b"', [("60", text), ("180", text)]))).values.tolist() == [[value, 0.0, value]]


def test_a_zero_keeps_its_sign() -> None:
    answer = grid(matrix(('"a":"b"', [("60", "-0"), ("120", "0"), ("180", "-0")])))

    assert np.signbit(answer.values).tolist() == [[True, False, True]]


def test_nan_is_a_value() -> None:
    answer = grid(vector(('"a":"b"', "60.5", "NaN")), INSTANT)

    assert answer.present.tolist() == [[True]]
    assert math.isnan(answer.values[0, 0])


def test_what_looks_like_a_number_in_a_label_stays_as_it_is() -> None:
    answer = grid(vector(('"le":"+Inf","a":"-0","b":"x,\\"+Inf\\"]"', "60.5", "+Inf")), INSTANT)

    assert dict(answer.labels[0]) == {"le": "+Inf", "a": "-0", "b": 'x,"+Inf"]', "cluster": "oslo"}


def test_labels_are_unescaped_and_sorted() -> None:
    answer = grid(vector(('"z":"\\u00e9\\n","a":"\\u003c\\\\"', "60.5", "1")), INSTANT)

    assert answer.labels == ((("a", "<\\"), ("cluster", "oslo"), ("z", "é\n")),)


@pytest.mark.parametrize(("body", "steps"), [(vector(), INSTANT), (matrix(), RANGE)], ids=["vector", "matrix"])
def test_nothing_is_an_answer(body: bytes, steps: Steps) -> None:
    answer = grid(body, steps)

    assert (answer.series, answer.steps) == (0, steps.count)


def test_a_vector_is_no_answer_to_a_question_about_a_range() -> None:
    with pytest.raises(NotPrometheus):
        grid(vector(('"a":"b"', "60", "1")), RANGE)


def test_what_a_cluster_remarks_is_kept() -> None:
    remarks = '["careful"]', '["by the way"]'

    _, of_range = decode_grid(with_remarks(matrix(), *remarks), "oslo", RANGE)
    _, of_moment = decode_vector(with_remarks(vector(), *remarks), "oslo", INSTANT.start)

    assert of_range == of_moment == ("careful", "by the way")


@pytest.mark.parametrize("steps", [INSTANT, RANGE], ids=["instant", "range"])
@pytest.mark.parametrize("case", NOT_PROMETHEUS)
def test_anything_else_is_not_prometheus(case: str, steps: Steps) -> None:
    with pytest.raises(NotPrometheus):
        grid(NOT_PROMETHEUS[case], steps)


@pytest.mark.parametrize("value", ["one", "", "1_000", "0x10"])
def test_a_value_that_is_no_number_is_not_prometheus(value: str) -> None:
    with pytest.raises(NotPrometheus):
        grid(vector(('"a":"b"', "60.5", value)), INSTANT)


@pytest.mark.parametrize(
    "samples",
    [
        [("0", "1")],
        [("240", "1")],
        [("59.999", "1"), ("60", "1"), ("120", "1")],
        [("1e300", "1")],
        [("-1e18", "1")],
        # As many as there are steps, but not at the steps.
        [("3600", "1"), ("3660", "1"), ("3720", "1")],
    ],
)
def test_samples_outside_the_range_that_was_asked_for_are_not_taken(samples: list[tuple[str, str]]) -> None:
    with pytest.raises(NotPrometheus, match="outside the range"):
        grid(matrix(('"a":"b"', samples)))


@pytest.mark.parametrize(
    "series", ['{"metric":{}}', '{"metric":{},"value":["NaN","1"]}', '{"metric":{},"value":["Infinity","1"]}']
)
def test_a_vector_with_a_series_that_has_no_sample_at_the_moment_is_not_taken(series: str) -> None:
    with pytest.raises(NotPrometheus):
        grid(f'{{"data":{{"resultType":"vector","result":[{series}]}}}}'.encode(), INSTANT)


def test_a_moment_that_is_not_the_one_asked_for_is_not_taken() -> None:
    with pytest.raises(NotPrometheus, match="outside the range"):
        grid(vector(('"a":"b"', "61", "1")), INSTANT)


def test_series_of_different_length_keep_their_places_though_their_number_of_samples_is_that_of_all_steps() -> None:
    answer = grid(
        matrix(
            ('"a":"1"', [("60", "1"), ("120", "2"), ("120", "2.5"), ("180", "3")]),
            ('"a":"2"', [("120", "5"), ("180", "6")]),
        )
    )

    assert shown(answer) == [[1, 2.5, 3], [None, 5, 6]]


@pytest.mark.parametrize("steps", [INSTANT, RANGE], ids=["instant", "range"])
@pytest.mark.parametrize("kind", HISTOGRAMS)
def test_native_histograms_are_refused_with_a_way_out(kind: str, steps: Steps) -> None:
    with pytest.raises(CannotExecute, match=r"native histograms cannot be combined across clusters; keep `cluster`"):
        grid(HISTOGRAMS[kind], steps)


def test_our_name_of_the_cluster_wins() -> None:
    answer = grid(vector(('"a":"1","cluster":"own"', "60.5", "1")), INSTANT)

    assert answer.labels == ((("a", "1"), ("cluster", "oslo")),)


def test_two_series_that_become_one_by_our_name_are_explained() -> None:
    body = vector(('"a":"1","cluster":"own"', "60.5", "1"), ('"a":"1","cluster":"other"', "60.5", "2"))

    with pytest.raises(CannotExecute, match=r'series of cluster "oslo" already carry the label "cluster"; .* Rename'):
        grid(body, INSTANT)


def test_the_rows_of_several_clusters_stand_in_the_order_of_their_labels() -> None:
    rows = ('"a":"2"', [("60", "1")]), ('"a":"1"', [("180", "2")])
    grids = [decode_grid(matrix(*rows), cluster, RANGE).grid for cluster in ("porto", "oslo")]

    answer = joined(grids, RANGE.count)

    assert [tuple(value for _, value in labels) for labels in answer.labels] == [
        ("1", "oslo"),
        ("1", "porto"),
        ("2", "oslo"),
        ("2", "porto"),
    ]
    assert shown(answer) == [[None, None, 2], [None, None, 2], [1, None, None], [1, None, None]]


def test_nothing_of_several_clusters_has_the_columns_all_the_same() -> None:
    assert joined([], 3).values.shape == (0, 3)
    assert joined_vectors([]).as_grid().values.shape == (0, 1)


def test_a_vector_with_an_infinity_or_a_negative_zero_keeps_all_its_values() -> None:
    answer = grid(vector(*((f'"a":"{value}"', "60.5", value) for value in ("+Inf", "-0", "-Inf", "1"))), INSTANT)

    values = {dict(labels)["a"]: value for labels, (value,) in zip(answer.labels, answer.values.tolist(), strict=True)}
    assert (values["+Inf"], values["-Inf"], values["1"], math.copysign(1, values["-0"])) == (math.inf, -math.inf, 1, -1)
