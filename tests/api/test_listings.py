"""Labels, their values and series: as one Prometheus lists them that holds everything."""

import pytest

from tests.api.asking import FROM, NOON, TO, asked, data
from tests.api.running import running_over
from tests.fakes.prometheus import fake_prometheus
from tests.fleet.start import Fleet

SPAN = [("start", FROM), ("end", TO)]
EVERYTHING = '{__name__!=""}'

MATCHES = [
    [],
    ["up"],
    ["kube_pod_labels"],
    ['up{cluster="lisbon"}'],
    ['up{cluster=~"lisbon|oslo"}'],
    ['up{cluster!="lisbon"}'],
    ['up{cluster!~"l.*|oslo"}'],
    ['{cluster="quito"}'],
    ['up{cluster=""}'],
    ['up{cluster="nowhere"}'],
    ["no_such_metric"],
    ['{job=~".+"}', 'up{cluster="perth"}'],
    ['{__name__=~"jupyterhub_.*",cluster!=""}'],
    ['{namespace="prod",cluster="oslo"}', '{namespace="andes"}'],
]


def _matching(match: list[str]) -> list[tuple[str, str]]:
    return [("match[]", each) for each in match]


@pytest.mark.parametrize("match", MATCHES, ids=" and ".join)
@pytest.mark.parametrize("path", ["labels", "label/cluster/values", "label/namespace/values", "label/__name__/values"])
def test_names_and_values_are_those_of_the_union(crosshub: str, union: str, path: str, match: list[str]) -> None:
    parameters = [*SPAN, *_matching(match)]

    assert data(crosshub, f"/api/v1/{path}", parameters) == data(union, f"/api/v1/{path}", parameters)


@pytest.mark.parametrize("match", MATCHES[1:], ids=" and ".join)
def test_series_are_those_of_the_union_in_their_order(crosshub: str, union: str, match: list[str]) -> None:
    parameters = [*SPAN, *_matching(match)]

    assert data(crosshub, "/api/v1/series", parameters) == data(union, "/api/v1/series", parameters)


def test_every_series_and_every_label_of_the_union_is_there(crosshub: str, union: str) -> None:
    everything = [*SPAN, ("match[]", EVERYTHING)]

    assert data(crosshub, "/api/v1/series", everything) == data(union, "/api/v1/series", everything)
    for label in data(union, "/api/v1/labels", SPAN):
        path = f"/api/v1/label/{label}/values"
        assert data(crosshub, path, SPAN) == data(union, path, SPAN)


def test_what_was_at_a_time_is_asked_of_that_time(crosshub: str, union: str) -> None:
    long_ago = [("start", "1"), ("end", "2"), ("match[]", "up")]

    for path in ("/api/v1/labels", "/api/v1/series", "/api/v1/label/job/values"):
        assert data(crosshub, path, long_ago) == data(union, path, long_ago)


def test_a_form_says_the_same_as_a_url(crosshub: str) -> None:
    parameters = {"match[]": "up", "start": FROM, "end": TO}

    for path in ("/api/v1/labels", "/api/v1/series"):
        posted = asked(crosshub, path, method="POST", data=parameters).json()["data"]
        assert posted == data(crosshub, path, parameters) != []


def test_the_form_wins_over_the_url_and_both_are_kept(crosshub: str) -> None:
    one_of_each = asked(
        crosshub, "/api/v1/series", {"match[]": 'up{cluster="oslo"}'}, "POST", data={"match[]": 'up{cluster="perth"}'}
    )
    overridden = asked(crosshub, "/api/v1/query", {"query": "1", "time": NOON}, "POST", data={"query": "2"})

    assert {series["cluster"] for series in one_of_each.json()["data"]} == {"oslo", "perth"}
    assert overridden.json()["data"]["result"] == [int(NOON), "2"]


@pytest.mark.parametrize("path", ["labels", "label/namespace/values", "label/cluster/values", "series"])
def test_a_limit_cuts_and_says_so(crosshub: str, path: str) -> None:
    everything = [*SPAN, ("match[]", EVERYTHING)]
    whole = data(crosshub, f"/api/v1/{path}", everything)

    cut = asked(crosshub, f"/api/v1/{path}", [*everything, ("limit", "2")]).json()
    uncut = asked(crosshub, f"/api/v1/{path}", [*everything, ("limit", str(len(whole)))]).json()

    assert (cut["data"], cut["warnings"]) == (whole[:2], ["results truncated due to limit"])
    assert uncut == {"status": "success", "data": whole}


def test_only_the_clusters_that_are_meant_are_asked(fleet: Fleet, crosshub: str) -> None:
    assert data(crosshub, "/api/v1/label/cluster/values") == [server.name for server in fleet.clusters]


async def test_a_cluster_that_is_not_meant_is_not_asked() -> None:
    async with fake_prometheus() as lisbon, fake_prometheus() as oslo, running_over(lisbon=lisbon, oslo=oslo) as http:
        for path in ("labels", "series", "label/job/values", "label/cluster/values"):
            await http.get(f"/api/v1/{path}", params={"match[]": 'up{cluster="lisbon"}'})

    assert [request.form["match[]"] for request in lisbon.requests if "match[]" in request.form] == [["up"]] * 4
    assert not any("match[]" in request.form for request in oslo.requests)


async def test_values_of_cluster_come_from_the_configuration_where_nothing_else_is_asked() -> None:
    async with fake_prometheus() as lisbon, fake_prometheus() as oslo, running_over(lisbon=lisbon, oslo=oslo) as http:
        every = await http.get("/api/v1/label/cluster/values")
        some = await http.get("/api/v1/label/cluster/values", params={"match[]": '{cluster=~"o.*"}'})

    assert (every.json()["data"], some.json()["data"]) == (["lisbon", "oslo"], ["oslo"])
    assert not any("labels" in request.path for server in (lisbon, oslo) for request in server.requests)
