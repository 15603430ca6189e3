"""What older Prometheus do not read, though the parser does."""

import pytest

from aggregator.promql.spellings import NUMBERS_ARE_DURATIONS, spelt_since


@pytest.mark.parametrize(
    "text", ["x[5]", "x[5m:30]", "x[5:1m]", "x offset 300", "x > 5m", "x * 1h", "5m", "vector(1d)"]
)
def test_numbers_and_durations_stand_for_one_another_since_2_54(text: str) -> None:
    assert spelt_since(text) == NUMBERS_ARE_DURATIONS


@pytest.mark.parametrize(
    "text",
    [
        "x[5m]",
        "x[ 5m ]",
        "x[5m:30s] offset 5m",
        "x offset -5m",
        "max_over_time(x[1h:5m]) / 2",
        "rate(x[1h30m]) > 3",
        "x @ 5 offset 1h",
        "a1h + b5m",
        "foo:5m",
        'x{a="5m", b="[5]"}',
        "x # [5]",
    ],
)
def test_what_every_prometheus_reads_is_no_new_spelling(text: str) -> None:
    assert spelt_since(text) == (0, 0)
