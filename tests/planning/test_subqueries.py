"""How much work subqueries are: what decides whether others wait for them."""

import pytest

from aggregator.planning.plan import Work
from aggregator.planning.subqueries import work_of
from aggregator.promql.parse import parse
from aggregator.series import Steps

NOW = Steps(1_700_000_000_000, 1_700_000_000_000, 0)
HOUR = Steps(1_700_000_000_000, 1_700_003_600_000, 60_000)
DAYS = Steps(1_700_006_400_000, 1_700_611_200_000, 86_400_000)


@pytest.mark.parametrize(
    ("query", "steps", "work"),
    [
        ("sum(x)", NOW, None),
        ("rate(x[5m])", HOUR, None),
        ("max_over_time(x[6h:5m])", NOW, Work(looks=72 + 72, samples=72)),
        ("max_over_time(x[6h:5m])", HOUR, Work(looks=61 * 73 + 84, samples=73)),
        ("max_over_time(x[1h:1m] @ 1700000000)", HOUR, Work(looks=61 * 60 + 60, samples=60)),
        ("max_over_time(x[1m:1m])", DAYS, Work(looks=8 * 2 + 10_082, samples=2)),
        ("max_over_time((x + x)[1m:1m])", DAYS, Work(looks=8 * 2 + 3 * 10_082, samples=2)),
        ("max_over_time(x[6h:5m]) - min_over_time(x[6h:5m])", NOW, Work(looks=288, samples=144)),
        ("max_over_time(max_over_time(x[10m:1m])[1h:10m])", NOW, Work(looks=6 + 6 * 3 + 6 * 11 + 64, samples=6 + 11)),
    ],
)
def test_numbers_are_made_at_each_moment_and_looked_at_by_each_window(
    query: str, steps: Steps, work: Work | None
) -> None:
    assert work_of(parse(query), (), steps, closed=True) == work


def test_looks_are_counted_for_each_series_and_samples_once() -> None:
    assert Work(looks=1000, samples=0).for_series(7) == 7000
    assert Work(looks=0, samples=10).for_series(7) == Work(looks=0, samples=10).for_series(1) > 10
