"""Calendars, compared with Prometheus and with Python."""

import calendar
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.evaluation.dates import DATES
from tests.evaluation.conftest import END, Reference

MOMENTS = [
    "NaN", "Inf", "-Inf", "0", "0.999", "-0.5", "-1", "1700000000", "951782400", "951868799.9", "4107542399",
    "-62135596800", "-62135596801", "-2208988800", "1e11", "-1e11", "1e15", "-1e15", "9.2e18", "-9.2e18",
    "9.223372036854775e18", "9.3e18", "-9.3e18", "9223372036854775807", "-9223372036854775808", "1e300",
    "-9223372028715321600", "-9223372028715321601",
]  # fmt: skip


@pytest.mark.parametrize("name", DATES)
def test_prometheus_says_the_same_of_every_float(prometheus: Reference, name: str) -> None:
    ours = DATES[name](np.array([float(moment) for moment in MOMENTS]))

    theirs = [prometheus.scalar(f"scalar({name}(vector({moment})))", END * 1000) for moment in MOMENTS]
    assert dict(zip(MOMENTS, ours.tolist(), strict=True)) == dict(zip(MOMENTS, theirs, strict=True))


@given(st.datetimes(min_value=datetime(1, 1, 1), max_value=datetime(9999, 12, 31)))  # noqa: DTZ001
def test_python_says_the_same_of_its_own_years(local: datetime) -> None:
    moment = local.replace(tzinfo=UTC)
    seconds = np.array([[(moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)]], dtype=np.float64)

    found = {name: compute(seconds).item() for name, compute in DATES.items()}

    assert found == {
        "day_of_month": moment.day,
        "day_of_week": moment.isoweekday() % 7,
        "day_of_year": moment.timetuple().tm_yday,
        "days_in_month": calendar.monthrange(moment.year, moment.month)[1],
        "hour": moment.hour,
        "minute": moment.minute,
        "month": moment.month,
        "year": moment.year,
    }
