"""Programs that speak to a Prometheus speak to Crosshub."""

import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from prometheus_api_client import PrometheusConnect

from tests.api.asking import FROM, NOON, TO, data
from tests.fleet.places import END, START


@pytest.fixture
def client(crosshub: str) -> Iterator[PrometheusConnect]:
    connected = PrometheusConnect(url=crosshub)
    yield connected
    connected._session.close()


def test_prometheus_api_client_finds_it(client: PrometheusConnect) -> None:
    assert client.check_prometheus_connection()


def test_prometheus_api_client_asks_at_a_moment(client: PrometheusConnect, union: str) -> None:
    query = {"query": "sum by (cluster) (up)", "time": NOON}

    found = client.custom_query(query["query"], params={"time": NOON})

    assert found == data(union, "/api/v1/query", query)["result"]
    assert len(found) == 4


def test_prometheus_api_client_asks_for_a_range(client: PrometheusConnect, union: str) -> None:
    found = client.custom_query_range("count(up)", _moment(START), _moment(END), "300")

    assert found == data(union, "/api/v1/query_range", _range("count(up)", "300"))["result"]
    assert len(found[0]["values"]) == 73


def test_prometheus_api_client_fetches_raw_samples_in_chunks(client: PrometheusConnect, union: str) -> None:
    found = client.get_metric_range_data('up{cluster="oslo"}', start_time=_moment(START), end_time=_moment(END))

    whole = data(union, "/api/v1/query", {"query": 'up{cluster="oslo"}[21600s]', "time": TO})["result"]
    assert found == whole != []


def test_prometheus_api_client_lists(client: PrometheusConnect, union: str) -> None:
    span = {"start": FROM, "end": TO}

    assert client.get_label_names(span) == data(union, "/api/v1/labels", span)
    assert client.get_label_values("cluster", span) == ["lisbon", "oslo", "perth", "quito"]
    assert client.all_metrics(span) == data(union, "/api/v1/label/__name__/values", span)
    assert client.get_series(_moment(START), _moment(END), {"match[]": "up"}) == data(
        union, "/api/v1/series", span | {"match[]": "up"}
    )


def test_prometheus_api_client_reads_current_values_and_targets(client: PrometheusConnect) -> None:
    assert client.get_current_metric_value("up") == []  # nothing of the fleet is of today
    assert client.get_targets() == {"activeTargets": [], "droppedTargets": []}
    assert client.get_metric_metadata("up") == []


@pytest.mark.parametrize(
    "command",
    [
        ["instant", f"--time={FROM}", "SERVER", "sum by (cluster) (up)"],
        ["instant", f"--time={NOON}", "SERVER", "topk(2, up)"],
        ["instant", "SERVER", "up{"],
        ["range", f"--start={FROM}", f"--end={TO}", "--step=1h", "SERVER", "count(up)"],
        ["range", f"--start={FROM}", f"--end={TO}", "--step=1h", "SERVER", "up[5m]"],
        ["series", f"--start={FROM}", f"--end={TO}", "--match=up", "SERVER"],
        ["series", "--match=up", "SERVER"],
        ["labels", f"--start={FROM}", f"--end={TO}", "SERVER", "namespace"],
        ["labels", "SERVER", "job"],
    ],
    ids=lambda command: " ".join(part for part in command if part != "SERVER"),
)
@pytest.mark.parametrize("form", ["promql", "json"])
def test_promtool_prints_what_it_prints_of_the_union(crosshub: str, union: str, command: list[str], form: str) -> None:
    theirs, ours = (
        subprocess.run(
            ["promtool", f"--format={form}", "query", *(url if part == "SERVER" else part for part in command)],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        for url in (union, crosshub)
    )

    assert (ours.returncode, ours.stdout, ours.stderr) == (theirs.returncode, theirs.stdout, theirs.stderr)
    if form == "json" and not theirs.returncode:
        json.loads(ours.stdout)


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _range(query: str, step: str) -> dict[str, str]:
    return {"query": query, "start": FROM, "end": TO, "step": step}
