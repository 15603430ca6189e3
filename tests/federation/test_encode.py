"""Values as the JSON of a Prometheus result."""

import math

import numpy as np
import pytest

from aggregator.federation.encode import (
    Pieces,
    encode_matrix,
    encode_samples,
    encode_scalar,
    encode_string,
    encode_vector,
)
from aggregator.series import Grid, Labels, Raw, Scalar, Steps, Vector

A: Labels = (("__name__", "x"), ("a", 'é"\n'))
B: Labels = (("b", "+Inf"),)
STEPS = Steps(60_000, 60_002, 1)


def text(pieces: Pieces) -> str:
    return b"".join(pieces).decode()


def grid(*rows: tuple[Labels, list[float | None]]) -> Grid:
    values = np.array([[math.nan if value is None else value for value in row] for _, row in rows])
    present = np.array([[value is not None for value in row] for _, row in rows])
    return Grid(tuple(labels for labels, _ in rows), values, present)


@pytest.mark.parametrize(
    ("value", "sample", "scalar"),
    [
        (1.0, "1", "1"),
        (-0.0, "-0", "-0"),
        (0.1 + 0.2, "0.30000000000000004", "0.30000000000000004"),
        (1e-6, "0.000001", "0.000001"),
        (1.5e-7, "1.5e-07", "0.00000015"),
        (1e20, "100000000000000000000", "100000000000000000000"),
        (1e21, "1e+21", "1000000000000000000000"),
        (-1.5e300, "-1.5e+300", "-15" + "0" * 299),
        (5e-324, "5e-324", "0." + "0" * 323 + "5"),
        (math.inf, "+Inf", "+Inf"),
        (-math.inf, "-Inf", "-Inf"),
        (math.nan, "NaN", "NaN"),
    ],
)
def test_a_number_is_written_as_prometheus_writes_it_there(value: float, sample: str, scalar: str) -> None:
    assert text(encode_vector(Vector((B,), [value]), 60_500)) == (
        f'[{{"metric":{{"b":"+Inf"}},"value":[60.500,"{sample}"]}}]'
    )
    assert text(encode_matrix(grid((B, [value])), Steps(60_000, 60_000, 1))) == (
        f'[{{"metric":{{"b":"+Inf"}},"values":[[60,"{sample}"]]}}]'
    )
    assert text(encode_scalar(Scalar(np.array([value])), 60_500)) == f'[60.5,"{scalar}"]'


def test_labels_are_escaped() -> None:
    assert '"metric":{"__name__":"x","a":"é\\"\\n"}' in text(encode_vector(Vector((A,), [1.0]), 0))


def test_a_vector_keeps_its_order() -> None:
    answer = text(encode_vector(Vector((B, ()), [2.0, 1.0]), 1_000))

    assert answer == '[{"metric":{"b":"+Inf"},"value":[1,"2"]},{"metric":{},"value":[1,"1"]}]'


def test_a_matrix_leaves_out_gaps_and_empty_rows() -> None:
    answer = text(encode_matrix(grid((A, [None] * 3), (B, [1.0, None, math.nan])), STEPS))

    assert answer == '[{"metric":{"b":"+Inf"},"values":[[60,"1"],[60.002,"NaN"]]}]'


def test_samples_keep_their_own_moments() -> None:
    raw = Raw(
        (A[:1], ((("c", "nothing"),)), B),
        np.array([-1_500, 0, 60_001], dtype=np.int64),
        np.array([1.0, 2.5, -0.0]),
        np.array([0, 2, 2, 3], dtype=np.int64),
    )

    assert text(encode_samples(raw)) == (
        '[{"metric":{"__name__":"x"},"values":[[-1.500,"1"],[0,"2.5"]]},'
        '{"metric":{"b":"+Inf"},"values":[[60.001,"-0"]]}]'
    )


def test_nothing_is_an_empty_list() -> None:
    assert text(encode_vector(Vector((), []), 0)) == "[]"
    assert text(encode_matrix(Grid.empty(3), STEPS)) == "[]"


def test_a_string_is_escaped() -> None:
    assert text(encode_string('a"\\\né', 60_500)) == '[60.5,"a\\"\\\\\\né"]'
