"""What Grafana was seen to ask of a Prometheus data source, call by call, and what it must get."""

from typing import Any

import httpx
import pytest

from tests.api.asking import FROM, NOON, TO, asked, data
from tests.api.running import running_over
from tests.fakes.prometheus import fake_prometheus

SPAN = {"limit": "40000", "start": FROM, "end": TO}
ALWAYS = {"partial_response": "true"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}

# What is done in Grafana, the request it makes, and what the answer must hold.
CALLS: list[tuple[str, str, str, dict[str, str], Any]] = [
    ("save and test", "POST", "query", {"query": "1+1", "time": "4"}, {"resultType": "scalar", "result": [4, "2"]}),
    ("the data source opens", "GET", "rules", {}, {"groups": []}),
    (
        "it probes for exemplars, in milliseconds",
        "POST",
        "query_exemplars",
        {"query": "test", "start": "1795372337534", "end": "1795374137535"},
        [],
    ),
    ("the editor lists metrics", "GET", "label/__name__/values", SPAN, "up"),
    ("the editor asks what they are", "GET", "metadata", {"limit": "40000"}, None),
    ("label_names()", "POST", "labels", SPAN, "cluster"),
    ("label_values(namespace)", "GET", "label/namespace/values", SPAN, "prod"),
    ("label_values(cluster)", "GET", "label/cluster/values", SPAN, "oslo"),
    (
        "label_values(up{cluster}, namespace)",
        "GET",
        "label/namespace/values",
        SPAN | {"match[]": '{namespace!="",cluster="quito"}'},
        "andes",
    ),
    (
        "label_values(metric, cluster)",
        "GET",
        "label/cluster/values",
        SPAN | {"match[]": '{namespace="andes"}'},
        ["quito"],
    ),
    (
        "metrics(u.*)",
        "GET",
        "label/__name__/values",
        SPAN | {"match[]": '{__name__=~"u.*"}'},
        "up",
    ),
    ("up{job} in a variable", "POST", "series", {"match[]": 'up{cluster="oslo"}', "start": FROM, "end": TO}, None),
    ("keys of an ad-hoc filter", "POST", "labels", SPAN | {"match[]": '{__name__=~"up",cluster="oslo"}'}, "cluster"),
    (
        "values of an ad-hoc filter",
        "GET",
        "label/job/values",
        SPAN | {"match[]": '{__name__=~"up",cluster="oslo"}'},
        None,
    ),
    ("a stat panel", "POST", "query", {"query": "sum by (cluster)(up)", "time": NOON, "timeout": "30s"}, None),
    (
        "a time series, with the statistics of queries",
        "POST",
        "query_range",
        {"query": 'up{cluster=~"oslo|quito"}', "start": FROM, "end": f"{FROM}.5", "step": "14.5", "stats": "all"},
        None,
    ),
    (
        "a panel with an ad-hoc filter",
        "POST",
        "query_range",
        {
            "query": 'sum(rate(up{cluster=~"oslo|quito"}[5m]))/sum(up{cluster=~"oslo|quito"})',
            "start": FROM,
            "end": TO,
            "step": "60",
        },
        None,
    ),
    ("alerting looks for rules", "GET", "rules", {"exclude_alerts": "true", "group_limit": "40"}, {"groups": []}),
    ("alerting looks for alerts", "GET", "alerts", {}, {"alerts": []}),
]


@pytest.mark.parametrize(
    ("method", "path", "parameters", "expected"), [call[1:] for call in CALLS], ids=[c[0] for c in CALLS]
)
def test_what_grafana_asks_is_answered(
    crosshub: str, method: str, path: str, parameters: dict[str, str], expected: Any
) -> None:
    address = f"/api/v1/{path}"
    if method == "POST":
        # `customQueryParameters` stand in the URL and in the form.
        response = asked(crosshub, address, ALWAYS, "POST", data=parameters | ALWAYS)
    else:
        response = asked(crosshub, address, parameters | ALWAYS)

    found = response.json()["data"]
    assert (response.status_code, response.headers["content-type"]) == (200, "application/json")
    assert found == expected if isinstance(expected, list | dict) else expected is None or expected in found
    assert found != [] or expected == []


def test_the_version_is_told_without_what_grafana_takes_for_a_mimir(crosshub: str) -> None:
    build = data(crosshub, "/api/v1/status/buildinfo")

    assert build["version"] == "2.42.0"
    assert build["revision"].startswith("crosshub-")
    assert "features" not in build
    assert asked(crosshub, "/api/v1/status/buildinfo", method="POST").json()["data"] == build


def test_an_address_that_is_not_there_is_a_404(crosshub: str) -> None:
    assert asked(crosshub, "/api/v1/suggestions").status_code == 404


async def test_the_lowest_version_is_told() -> None:
    newer = {"/api/v1/status/buildinfo": b'{"status":"success","data":{"version":"3.5.1"}}'}
    async with (
        fake_prometheus(answers=newer) as oslo,
        fake_prometheus() as lisbon,
        running_over(a=oslo, b=lisbon) as http,
    ):
        both = await version_told(http)
    async with fake_prometheus(answers=newer) as oslo, running_over(a=oslo) as http:
        one = await version_told(http)

    assert (both, one) == ("2.42.0", "3.5.0")


async def version_told(http: httpx.AsyncClient) -> str:
    """What a Crosshub that knows its clusters says its version is."""
    while (await http.get("/readyz")).status_code == 503:
        pass
    version: str = (await http.get("/api/v1/status/buildinfo")).json()["data"]["version"]
    return version
