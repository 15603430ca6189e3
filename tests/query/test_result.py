"""Values as the result of a query: rows without a value are not written, and are not counted against the limit."""

import json

import numpy as np
import pytest

from aggregator.query.result import encoded
from aggregator.series import Grid, Labels, Steps, Vector

NOW = Steps(60_000, 60_000, 0)
ROWS: tuple[Labels, ...] = ((("a", "2"),), (("a", "absent"),), (("a", "1"),))


@pytest.mark.parametrize(
    ("value", "limit", "shown", "is_cut"),
    [
        (Grid(ROWS, np.array([[2.0], [9.0], [1.0]]), np.array([[True], [False], [True]])), 0, ["2", "1"], False),
        (Grid(ROWS, np.array([[2.0], [9.0], [1.0]]), np.array([[True], [False], [True]])), 2, ["2", "1"], False),
        (Grid(ROWS, np.array([[2.0], [9.0], [1.0]]), np.array([[True], [False], [True]])), 1, ["2"], True),
        (Vector(ROWS[::2], [2.0, 1.0]), 0, ["2", "1"], False),
        (Vector(ROWS[::2], [2.0, 1.0]), 2, ["2", "1"], False),
        (Vector(ROWS[::2], [2.0, 1.0]), 1, ["2"], True),
    ],
)
def test_a_vector_has_its_order_and_as_many_series_as_are_wanted(
    value: Grid | Vector, limit: int, shown: list[str], *, is_cut: bool
) -> None:
    kind, pieces, cut = encoded(value, NOW, limit)

    assert kind == "vector"
    assert [series["metric"]["a"] for series in json.loads(b"".join(pieces))] == shown
    assert cut is is_cut
