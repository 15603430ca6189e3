"""Where a backfill looks, and what it asks first."""

import asyncio
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from aggregator.clusters.values import Cluster, Config, Hub, Prometheus
from aggregator.rollups.backfill import Days, backfill, window_of
from aggregator.rollups.buckets import HOUR, Resolution, buckets, midnight
from aggregator.rollups.catalogue import About
from aggregator.rollups.subjects import Subject, subjects
from tests.fakes.http import Request, response, send, serving

DAYS = Days(date(2026, 10, 24), date(2026, 10, 26))
ZONES = [ZoneInfo(name) for name in ("Pacific/Honolulu", "Europe/Lisbon", "Asia/Kathmandu", "Pacific/Auckland")]
HUBS = [Subject(About.HUB, f"a/{zone.key}", zone, cluster="a") for zone in ZONES]
LATER = midnight(date(2026, 12, 1), ZONES[0])


@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_each_hub_has_the_days_of_its_own_zone_and_no_other(zone: ZoneInfo) -> None:
    window = window_of(DAYS, HUBS, again=False)

    wanted = buckets(Resolution.DAY, window.start, window.end, zone)

    assert [each.first_day.day for each in window.chosen(wanted, {}, LATER)] == [24, 25, 26]


def test_hours_are_there_from_the_first_beginning_to_the_last_end() -> None:
    window = window_of(DAYS, HUBS[1:2], again=False)

    hours = window.chosen(buckets(Resolution.HOUR, window.start, window.end, ZONES[1]), {}, LATER)

    # The clocks of Lisbon went back on the 25th.
    assert (len(hours), hours[0].start % (24 * HOUR), hours[-1].end % (24 * HOUR)) == (73, 23 * HOUR, 0)


def test_only_the_hubs_given_are_looked_at() -> None:
    window = window_of(DAYS, HUBS[:2], again=False)

    assert [window.looks_at(hub) for hub in HUBS] == [True, True, False, False]
    assert not window.looks_at(Subject(About.FLEET, "", ZONES[1]))


async def test_what_was_seen_is_asked_before_the_numbers(tmp_path: Path) -> None:
    async def behave(_: Request, writer: asyncio.StreamWriter) -> None:
        await send(writer, response(200, b'{"status":"success","data":{"resultType":"matrix","result":[]}}'))

    async with serving(behave) as fake:
        hub = Hub("prod", timezone=ZONES[1])
        config = Config(
            (Cluster("a", Prometheus((fake.url,)), hubs=(hub,)),),
            database=f"sqlite:///{tmp_path}/crosshub.db",
            people_key_file=tmp_path / "key",
        )

        await backfill(config, window_of(Days(date(2025, 3, 1), date(2025, 3, 1)), subjects(config)[:1], again=False))

        asked = [request.form["query"][0] for request in fake.requests]
        assert all("count_over_time(up{" in query for query in asked[:2])
        assert fake.most_at_once <= 2
