"""Sums over ranges are gone through in one way for few windows and in another for many: with the same bits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.evaluation.ranges import OVER_RANGES
from aggregator.evaluation.sums import FEW
from aggregator.evaluation.windows import windows
from aggregator.series import Raw
from tests.evaluation.grids import samples

MANY = settings(max_examples=60, deadline=None, derandomize=True, database=None)
VALUES = st.lists(
    st.one_of(st.floats(), st.floats(-1e3, 1e3), st.sampled_from([0.1, -0.0, 1e308])), min_size=1, max_size=40
)


def series(values: list[float], copies: int) -> Raw:
    points = [(float(place), value) for place, value in enumerate(values)]
    return samples(*[(f'x{{a="{copy}"}}', points) for copy in range(copies)]).raw


@pytest.mark.parametrize("name", ["sum_over_time", "avg_over_time", "stdvar_over_time", "stddev_over_time"])
def test_one_window_has_the_bits_of_one_among_many(name: str) -> None:
    @MANY
    @given(VALUES)
    def for_any_values(values: list[float]) -> None:
        compute = OVER_RANGES[name].compute
        ends = np.array([100_000])

        alone, _ = compute(windows(series(values, 1), ends, 100_000, closed=True))
        among, _ = compute(windows(series(values, FEW + 1), ends, 100_000, closed=True))

        assert [repr(float(alone[0, 0]))] * (FEW + 1) == [repr(value) for value in among[:, 0].tolist()]

    for_any_values()
