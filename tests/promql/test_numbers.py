"""Numbers as Prometheus writes them and Go reads them."""

import json
import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from aggregator.promql.numbers import (
    encode_matrix_values,
    moment,
    openmetrics_text,
    parse,
    plain_moment,
    plain_text,
    text,
    texts,
)


@pytest.mark.parametrize(
    ("value", "sample", "scalar"),
    [
        (0.0, "0", "0"),
        (-0.0, "-0", "-0"),
        (1.0, "1", "1"),
        (-1.5, "-1.5", "-1.5"),
        (1e-5, "0.00001", "0.00001"),
        (1.5e-6, "0.0000015", "0.0000015"),
        (1e-6, "0.000001", "0.000001"),
        (math.nextafter(1e-6, 0), "9.999999999999997e-07", "0.0000009999999999999997"),
        (1.5e-7, "1.5e-07", "0.00000015"),
        (5e-324, "5e-324", "0." + "0" * 323 + "5"),
        (1e-100, "1e-100", "0." + "0" * 99 + "1"),
        (123456789.125, "123456789.125", "123456789.125"),
        (2.0**53 + 2, "9007199254740994", "9007199254740994"),
        (1e16, "10000000000000000", "10000000000000000"),
        (1.2345e17, "123450000000000000", "123450000000000000"),
        (1e20, "100000000000000000000", "100000000000000000000"),
        (1e21, "1e+21", "1" + "0" * 21),
        (-1.5e22, "-1.5e+22", "-15" + "0" * 21),
        (math.nan, "NaN", "NaN"),
        (math.inf, "+Inf", "+Inf"),
        (-math.inf, "-Inf", "-Inf"),
    ],
)
def test_a_sample_changes_to_an_exponent_and_a_scalar_never_does(value: float, sample: str, scalar: str) -> None:
    assert text(value) == sample
    assert plain_text(value) == scalar
    assert texts(np.array([value, 1.0])) == [sample.encode(), b"1"]


def by_digits(value: float) -> str:
    """The slow way: the shortest digits, put on either side of the point by hand."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    negative, shortest, exponent = Decimal(repr(value)).as_tuple()
    assert isinstance(exponent, int)
    digits = "".join(map(str, shortest)).lstrip("0")
    bare = digits.rstrip("0")
    exponent += len(digits) - len(bare)
    sign = "-" if negative else ""
    if not bare:
        return sign + "0"
    if abs(value) < 1e-6 or abs(value) >= 1e21:
        power = exponent + len(bare) - 1
        fraction = "." + bare[1:] if bare[1:] else ""
        return f"{sign}{bare[0]}{fraction}e{'-' if power < 0 else '+'}{abs(power):02d}"
    if exponent >= 0:
        return sign + bare + "0" * exponent
    padded = bare.rjust(1 - exponent, "0")
    return f"{sign}{padded[:exponent]}.{padded[exponent:]}"


ANY_FLOAT = st.one_of(
    st.floats(),
    st.integers(-(2**60), 2**60).map(float),
    st.builds(lambda digits, power: float(f"{digits}e{power}"), st.integers(-(10**17), 10**17), st.integers(-30, 25)),
)


@given(st.lists(ANY_FLOAT, max_size=20))
@example([1e-5, 9.999999999999999e-6, 1e16, 9999999999999998.0, 1e21, 1e-6, -0.0, 0.0])
def test_every_float_is_written_as_the_slow_way_writes_it(values: list[float]) -> None:
    expected = [by_digits(value) for value in values]
    assert [text(value) for value in values] == expected
    assert texts(np.array(values, dtype=np.float64)) == [one.encode() for one in expected]


@given(ANY_FLOAT)
def test_what_is_written_reads_back_as_the_same_float(value: float) -> None:
    for written in (text(value), plain_text(value)):
        back = parse(written)
        assert back is not None
        assert math.copysign(1, back) == math.copysign(1, value) or math.isnan(value)
        assert back == value or math.isnan(value)


@pytest.mark.parametrize(
    ("milliseconds", "sample", "scalar"),
    [
        (0, "0", "0"),
        (1700000000000, "1700000000", "1700000000"),
        (1435781430781, "1435781430.781", "1435781430.781"),
        (1500, "1.500", "1.5"),
        (1050, "1.050", "1.05"),
        (1001, "1.001", "1.001"),
        (-500, "-0.500", "-0.5"),
        (-62135596800000, "-62135596800", "-62135596800"),
    ],
)
def test_a_moment_has_three_digits_of_milliseconds_or_none(milliseconds: int, sample: str, scalar: str) -> None:
    assert moment(milliseconds) == sample
    assert plain_moment(milliseconds) == scalar


def test_a_matrix_has_a_text_for_each_row_with_a_sample() -> None:
    times = np.array([1700000000000, 1700000060500])
    values = np.array([[1.5, np.nan], [0.0, 0.0], [0.0, 2.0]])
    present = np.array([[True, True], [False, False], [False, True]])

    encoded = encode_matrix_values(times, values, present)

    assert encoded == [b'[[1700000000,"1.5"],[1700000060.500,"NaN"]]', b'[[1700000060.500,"2"]]']


def test_an_empty_matrix_has_no_text() -> None:
    assert encode_matrix_values(np.array([0]), np.zeros((0, 1)), np.zeros((0, 1), dtype=bool)) == []
    assert encode_matrix_values(np.array([0]), np.zeros((2, 1)), np.zeros((2, 1), dtype=bool)) == []


@given(arrays(np.float64, array_shapes(min_dims=2, max_dims=2, max_side=6), elements=st.floats(width=64)), st.data())
def test_a_matrix_says_of_each_sample_what_text_says(
    values: "np.ndarray[tuple[int, int]]", data: st.DataObject
) -> None:
    present = data.draw(arrays(np.bool_, values.shape))
    times = np.arange(values.shape[1]) * 15_000

    encoded = encode_matrix_values(times, values, present)

    expected = [
        [[int(times[column]) // 1000, text(values[row, column])] for column in np.flatnonzero(present[row])]
        for row in range(len(values))
        if present[row].any()
    ]
    assert [json.loads(one) for one in encoded] == expected


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        ("1", 1.0),
        ("+.5", 0.5),
        ("5.", 5.0),
        ("1_000.5", 1000.5),
        ("0x1p4", 16.0),
        ("0X_1_0.8p-1", 8.25),
        ("1e-400", 0.0),
        ("+Inf", math.inf),
        ("-infinity", -math.inf),
        ("1e400", None),
        ("0x1p2000", None),
        ("0x1", None),
        ("0b1", None),
        ("1__0", None),
        ("+nan", None),
        (" 1", None),
        ("1\n", None),
        ("１", None),
        ("", None),
        ("+", None),
        ("1e", None),
        ("+.e1", None),
    ],
)
def test_a_literal_is_read_as_go_reads_it(literal: str, value: float | None) -> None:
    assert parse(literal) == value


def test_nan_is_a_literal_in_any_case() -> None:
    assert math.isnan(parse("nAn") or 0)


@pytest.mark.parametrize(
    ("value", "label"),
    [
        (1.0, "1.0"),
        (0.0, "0.0"),
        (-0.0, "0.0"),
        (0.99, "0.99"),
        (1e-4, "0.0001"),
        (1.5e-5, "1.5e-05"),
        (999999.0, "999999.0"),
        (1e6, "1e+06"),
        (-123456789.0, "-1.23456789e+08"),
        (math.nan, "NaN"),
        (math.inf, "+Inf"),
    ],
)
def test_a_label_of_openmetrics_has_a_point_or_an_exponent(value: float, label: str) -> None:
    assert openmetrics_text(value) == label
