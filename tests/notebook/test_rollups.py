"""`rollups(...)`: what is kept, as a DataFrame."""

import asyncio
import subprocess
import sys
import warnings
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from aggregator.clusters.values import Prometheus
from aggregator.errors import BadQuery
from aggregator.notebook import Crosshub, PartialAnswer, connect
from tests.api.running import config_of, reached_at, running
from tests.fakes.prometheus import fake_prometheus
from tests.notebook.kept import FIRST, GAP, HUBS, LAST, people_on

NOBODY = Prometheus(urls=("http://127.0.0.1:1",))


def test_days_of_hubs_in_all_zones_stand_in_the_row_of_their_date(crosshub: Crosshub) -> None:
    people = crosshub.rollups("people")

    assert list(people.columns) == HUBS
    assert (people.index[0].date(), people.index[-1].date(), len(people)) == (FIRST, LAST, 35)
    for hub in ("lisbon/prod", "perth/auckland", "quito/hilo"):
        assert people[hub].to_list() == [people_on(hub, day.date()) for day in people.index]


def test_a_gap_is_nan_and_not_zero(crosshub: Crosshub) -> None:
    oslo = crosshub.rollups("people", cluster="oslo")["oslo/prod"]

    assert [day.date() for day in oslo.index[oslo.isna()]] == list(GAP)


def test_dates_are_the_first_and_the_last(crosshub: Crosshub) -> None:
    start, end = LAST - timedelta(days=3), LAST - timedelta(days=1)

    texts = crosshub.rollups("people", start=str(start), end=str(end))
    values = crosshub.rollups("people", start=datetime(start.year, start.month, start.day, tzinfo=UTC), end=end)

    assert [day.date() for day in texts.index] == [start, start + timedelta(days=1), end]
    pd.testing.assert_frame_equal(texts, values)


def test_several_measures_stand_beside_each_other_and_show_what_is_lacking(crosshub: Crosshub) -> None:
    table = crosshub.rollups(["people", "home_bytes"], start=str(LAST))

    assert list(table.columns.get_level_values("measure").unique()) == ["people", "home_bytes"]
    assert table["home_bytes"].isna().iloc[0].to_dict() == {hub: hub != "lisbon/prod" for hub in HUBS}


def test_weeks_begin_on_mondays_and_months_on_the_first(crosshub: Crosshub) -> None:
    weeks = crosshub.rollups("people", resolution="1w")
    months = crosshub.rollups("people", resolution="1mo")

    assert {day.weekday() for day in weeks.index} == {0}
    assert {day.day for day in months.index} == {1}
    for table in (weeks, months):
        assert not table.empty
        for hub in HUBS:
            assert table[hub].to_list() == [people_on(hub, day.date()) for day in table.index]


def test_hours_begin_at_moments_in_utc(crosshub: Crosshub) -> None:
    hours = crosshub.rollups("accounts", resolution="1h", start=f"{LAST}T05:00:00Z", end=f"{LAST}T08:00:00Z")

    assert [str(hour) for hour in hours.index] == [f"{LAST} 0{hour}:00:00+00:00" for hour in (5, 6, 7)]
    assert hours["lisbon/prod"].to_list() == [people_on("lisbon/prod", LAST) + hour for hour in (5, 6, 7)]


def test_people_of_everybody_have_one_column(crosshub: Crosshub) -> None:
    assert list(crosshub.rollups("fleet_people", resolution="1w").columns) == ["everywhere"]


@pytest.mark.parametrize(
    "arguments",
    [
        {"cluster": "nowhere"},
        {"start": str(LAST + timedelta(days=1))},
        {"resolution": "1h", "start": f"{LAST + timedelta(days=3)}T00:00:00Z", "end": f"{LAST + timedelta(days=4)}"},
    ],
)
def test_where_nothing_is_kept_the_table_is_empty(crosshub: Crosshub, arguments: dict[str, str]) -> None:
    table = crosshub.rollups("server_hours", **arguments)  # type: ignore[arg-type]

    assert len(table) == 0
    assert isinstance(table.index, pd.DatetimeIndex)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"measures": "peple"}, 'nothing is kept as "peple"; did you mean "people"?'),
        ({"measures": "people", "resolution": "2d"}, 'resolution "2d" is none of 1h, 1d, 1w, 1mo'),
        (
            {"measures": "people", "resolution": "1h"},
            '"people" is not kept by the hour, since people are counted by the day',
        ),
        ({"measures": ["accounts", "fleet_people"], "resolution": "1h"}, '"fleet_people" is not kept by the hour'),
        (
            {"measures": "people", "start": "2026-11-02", "end": "2026-11-01"},
            "start 2026-11-02 is after end 2026-11-01",
        ),
        ({"measures": "people", "start": "2999-11-02"}, "start 2999-11-02 is after end "),
        ({"measures": []}, 'no measure is named; name some, as in rollups(["people", "server_starts"])'),
        ({"measures": "people", "start": "soon"}, 'start "soon" is no moment; write it as 2026-10-30'),
    ],
)
def test_what_cannot_be_asked_is_said(crosshub: Crosshub, arguments: dict[str, str], words: str) -> None:
    with pytest.raises(BadQuery) as fault:
        crosshub.rollups(**arguments)  # type: ignore[arg-type]

    assert words in str(fault.value)


@pytest.mark.parametrize("url", ["crosshub.example.org", "localhost:9099", "http://", ""])
def test_a_url_that_is_none_is_said_and_how_it_is_written(url: str) -> None:
    with pytest.raises(BadQuery) as fault:
        connect(url)

    assert str(fault.value) == f'"{url}" is no URL of a Crosshub; write it as https://crosshub.example.org'


async def test_a_partial_answer_is_a_warning_each_time_and_names_the_line_that_asked() -> None:
    def ask_twice(url: str) -> list[warnings.WarningMessage]:
        with warnings.catch_warnings(record=True) as told, connect(url) as crosshub:
            warnings.filterwarnings("always", category=PartialAnswer)
            crosshub.custom_query("up")
            crosshub.custom_query("up")
        return told

    async with fake_prometheus() as fake, running(config_of(lisbon=reached_at(fake), oslo=NOBODY)) as client:
        told = await asyncio.to_thread(ask_twice, str(client.base_url))

    assert [each.category for each in told] == [PartialAnswer, PartialAnswer]
    assert 'cluster "oslo"' in str(told[0].message)
    assert told[0].filename == __file__


async def test_a_token_is_sent_as_bearer() -> None:
    async with fake_prometheus() as fake:
        await asyncio.to_thread(lambda: connect(fake.url, token="of-ana").custom_query("up"))

        assert fake.requests[0].headers["authorization"] == "Bearer of-ana"


async def test_what_crosshub_says_with_a_503_is_not_lost() -> None:
    async with running(config_of(oslo=NOBODY)) as client:
        with pytest.raises(Exception, match=r"503 .*oslo"):
            await asyncio.to_thread(lambda: connect(str(client.base_url)).custom_query("up"))


@pytest.mark.parametrize("missing", ["pandas", "prometheus_api_client"])
def test_without_the_extra_it_says_what_to_install(missing: str) -> None:
    program = f"import sys; sys.modules[{missing!r}] = None; import aggregator.notebook"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)

    assert done.returncode == 1
    assert "pip install 'crosshub[notebook]'" in done.stderr.splitlines()[-1]
