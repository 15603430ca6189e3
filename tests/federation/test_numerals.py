"""The numbers of samples, many of them at once: to the last bit what Python reads in each of their texts."""

import random

import msgspec
import numpy as np
import pytest

from aggregator.federation.numerals import numbers
from aggregator.federation.question import NotPrometheus
from aggregator.promql.numbers import text

MANY = 1000


def samples(values: list[str]) -> list[msgspec.Raw]:
    """Two series that hold the values by turns."""
    pairs = [f'[{second},"{value}"]' for second, value in enumerate(values)]
    return [msgspec.Raw(f"[{','.join(half)}]".encode()) for half in (pairs[: MANY // 2], pairs[MANY // 2 :])]


def read(values: list[str]) -> list[str]:
    """The values again, as their bits."""
    found = numbers(samples(values))
    assert found[0::2].tolist() == list(range(len(values)))
    return [value.hex() for value in found[1::2].tolist()]


@pytest.mark.parametrize(
    "odd",
    ["7", "0", "-0", "-5", "0.1", "NaN", "+Inf", "-Inf", "1e-07", "5e-324", "1e+21", "9223372036854775808", "9" * 20],
)
def test_whole_numbers_may_have_any_other_among_them(odd: str) -> None:
    values = [str(number) for number in range(MANY - 1)]

    assert read([*values, odd]) == [float(value).hex() for value in (*values, odd)]


def test_whole_numbers_are_rounded_as_floats_are() -> None:
    draws = random.Random(1)
    values = [str(draws.randrange(2**63)) for _ in range(MANY)]

    assert read(values) == [float(value).hex() for value in values]


def test_every_float_is_read_as_it_was_written() -> None:
    bits = np.random.default_rng(1).integers(0, 2**64, MANY, dtype=np.uint64)
    values = [text(value) for value in bits.view(np.float64).tolist()]

    assert read(values) == [float(value).hex() for value in values]


@pytest.mark.parametrize("wrong", ["", "one", "0x10", "1_000", "1,", ",", "null", "{}", "٣"])
def test_what_is_no_number_is_found_among_many(wrong: str) -> None:
    values = [str(number) for number in range(MANY - 1)]

    with pytest.raises(NotPrometheus):
        read([wrong, *values])


def test_a_moment_that_is_no_number_is_found_among_many() -> None:
    broken = b'["",1],' + b",".join(b'[%d,"1"]' % second for second in range(MANY))

    with pytest.raises(NotPrometheus):
        numbers([msgspec.Raw(b"[" + broken + b"]")])
