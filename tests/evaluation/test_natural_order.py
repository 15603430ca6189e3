"""sort_by_label orders values as people count."""

import numpy as np

from aggregator.evaluation.calls import CALLS
from aggregator.series import Grid, Steps

MOMENT = Steps(0, 0, 0)


def sorted_by_label(*values: str) -> list[str]:
    shape = (len(values), 1)
    grid = Grid(tuple((("a", value),) for value in values), np.zeros(shape), np.ones(shape, dtype=np.bool_))
    answer = CALLS["sort_by_label"]("sort_by_label", [grid, "a"], MOMENT)
    assert isinstance(answer, Grid)
    return [labels[0][1] for labels in answer.labels]


def test_runs_of_digits_are_numbers() -> None:
    assert sorted_by_label("node-10", "node-9", "node-009a") == ["node-9", "node-009a", "node-10"]


def test_digits_that_are_no_decimal_ones_are_letters() -> None:
    assert sorted_by_label("6", "5²", "5") == ["5", "5²", "6"]


def test_numbers_longer_than_any_integer_are_compared_too() -> None:
    long = "9" * 5_000

    assert sorted_by_label("1" + "0" * 5_000, long) == [long, "1" + "0" * 5_000]
