"""How often clusters scrape, as it is read from their targets and asked for."""

import asyncio
from pathlib import Path

import orjson
import pytest

from aggregator.grafana.intervals import slowest
from aggregator.query.wire import raw
from tests.fakes.prometheus import fake_prometheus
from tests.grafana.test_render import read, rendered


@pytest.mark.parametrize(
    ("intervals", "found"),
    [
        (("15s", "1m", "30s"), "1m"),
        (("1m", "1h"), "1m"),
        (("1m0s", "90s"), "90s"),
        ((), "1m"),
        (("nonsense", "0s"), "1m"),
    ],
)
def test_the_slowest_interval_that_rates_can_be_made_of_is_taken(intervals: tuple[str, ...], found: str) -> None:
    targets = [{"scrapeInterval": raw(each)} for each in intervals]

    assert slowest([*targets, {}]) == found


async def test_the_clusters_are_asked_how_often_they_scrape(tmp_path: Path) -> None:
    told = {"status": "success", "data": {"activeTargets": [{"labels": {}, "scrapeInterval": "45s"}]}}
    file = tmp_path / "crosshub.yaml"
    async with fake_prometheus(answers={"/api/v1/targets": orjson.dumps(told)}) as lisbon:
        file.write_text(
            f"clusters: [{{name: lisbon, prometheus: {{url: {lisbon.url}}}}},"
            " {name: oslo, prometheus: {url: http://127.0.0.1:1}}]"
        )
        result = await asyncio.to_thread(rendered, tmp_path / "out", "--connect", config=file)

    (source,) = read(tmp_path / "out/datasources/crosshub.yaml")["datasources"]
    assert source["jsonData"]["timeInterval"] == "45s"
    assert 'cluster "oslo"' in result.output
    assert "how often it scrapes is not known" in result.output
