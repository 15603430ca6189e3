"""What imported dashboards ask, asked of Crosshub over the test fleet: it answers as the union does, and as each cluster
answered the dashboard as it was.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from aggregator.grafana.across import Nature
from aggregator.grafana.rewriting import Terms, rewritten
from aggregator.series import CLUSTER
from tests.differential.compare import difference
from tests.differential.grammar import generated
from tests.differential.heard import Heard, Question, ask
from tests.fleet.places import PLACES, START
from tests.fleet.start import Fleet, started_crosshub, started_fleet
from tests.grafana.importing import NAMES, queries, read, variables

MINUTE, HOUR = 60_000, 3_600_000
FROM, TO, STEP = START + 2 * HOUR, START + 3 * HOUR, 10 * MINUTE
ALL = "|".join(place.name for place in PLACES)
GRAFANAS = {
    "__rate_interval": "5m",
    "__interval": "1m",
    "__range": "1h",
    "__range_s": "3600",
    "__to": f"{TO // 1000}",
    "hub": "prod",
    "node": "node-1",
    "namespace": "prod",
    "job": "hub",
}
GENERATED, SEED = 250, 2
# Where `topk` looks at all clusters at once, no cluster answers for itself.
OF_ALL = re.compile(r"\b(?:topk|bottomk)\(")
# Nobody in the fleet records these, or has an exporter for them.
WITHOUT_DATA = {"recording-rules", "broken", "loki-only"}


@dataclass(frozen=True, slots=True)
class Pair:
    """An expression before and after, with variables put in but for the one that chooses clusters."""

    before: str
    after: str
    variable: str
    is_each: bool

    def of(self, clusters: str) -> str:
        return put_in(self.after, {self.variable: clusters})


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    with started_fleet() as started:
        yield started


@pytest.fixture(scope="module")
def crosshub(fleet: Fleet) -> Iterator[str]:
    with started_crosshub(fleet.config) as url:
        yield url


def put_in(expr: str, values: Mapping[str, str]) -> str:
    """With what variables stand for; others stay."""

    def value(found: re.Match[str]) -> str:
        return values.get(found[1] or found[2] or found[3], found[0])

    return re.sub(r"\$\{(\w+)[^}]*\}|\[\[(\w+)\]\]|\$([A-Za-z_]\w*)", value, expr)


def pairs_of(name: str) -> list[Pair]:
    """All that was rewritten, and can be asked of a cluster as it was."""
    before, after = (list(queries(read(name, which))) for which in ("before", "after"))
    values, own = {**variables(name), **GRAFANAS}, variables(name).get(CLUSTER)
    variable = CLUSTER if own in (None, "") else "crosshub_cluster"
    values.pop(CLUSTER, None)
    others = {**values, CLUSTER: own} if own else values
    found = []
    for old, new in zip(before, after, strict=True):
        made = rewritten(new["expr"], Terms(variable), whole=new.get("format") == "heatmap")
        if old["expr"] == new["expr"] or not made.was_read:
            continue
        is_each = made.nature is Nature.EACH and not made.troubles and not OF_ALL.search(new["expr"])
        found.append(Pair(put_in(old["expr"], others), put_in(new["expr"], others), variable, is_each))
    return found


def question(expr: str) -> Question:
    return Question(expr, FROM, TO, STEP)


def of_cluster(heard: Heard, name: str | None) -> Heard:
    """The part of an answer that is of one cluster, or of whichever was asked alone, as that cluster would tell it."""
    if heard.failed or heard.body["data"]["resultType"] not in ("vector", "matrix"):
        return heard
    kept = [
        {**each, "metric": {key: value for key, value in each["metric"].items() if key != CLUSTER}}
        for each in heard.body["data"]["result"]
        if name is None or each["metric"].get(CLUSTER) == name
    ]
    data: dict[str, Any] = {**heard.body["data"], "result": kept}
    return Heard(heard.status, {**heard.body, "data": data})


@pytest.mark.parametrize("name", NAMES)
async def test_unchanged_it_gets_what_a_cluster_answers_behind_the_address_of_that_cluster(
    name: str, fleet: Fleet, crosshub: str
) -> None:
    async with aiohttp.ClientSession() as http:
        for pair in pairs_of(name):
            for cluster in fleet.clusters:
                asked = question(pair.before)
                was = await ask(http, cluster.url, asked)
                ours = await ask(http, f"{crosshub}/c/{cluster.name}", asked)

                assert difference(was, ours) is None, (cluster.name, pair.before)


@pytest.mark.parametrize("name", NAMES)
async def test_with_all_clusters_it_answers_as_the_union(name: str, fleet: Fleet, crosshub: str) -> None:
    async with aiohttp.ClientSession() as http:
        for pair in pairs_of(name):
            asked = question(pair.of(ALL))
            one, ours = await ask(http, fleet.union.url, asked), await ask(http, crosshub, asked)

            assert difference(one, ours) is None, asked.expression


@pytest.mark.parametrize("name", NAMES)
async def test_with_one_cluster_it_answers_as_that_cluster_did(name: str, fleet: Fleet, crosshub: str) -> None:
    async with aiohttp.ClientSession() as http:
        for pair in [each for each in pairs_of(name) if f"${CLUSTER}" not in each.before]:
            for cluster in fleet.clusters:
                was = await ask(http, cluster.url, question(pair.before))
                ours = of_cluster(await ask(http, crosshub, question(pair.of(cluster.name))), None)

                assert difference(was, ours) is None, (cluster.name, pair.after)


@pytest.mark.parametrize("name", NAMES)
async def test_with_all_clusters_each_has_in_it_what_it_answered(name: str, fleet: Fleet, crosshub: str) -> None:
    seen = 0
    async with aiohttp.ClientSession() as http:
        pairs = [each for each in pairs_of(name) if each.is_each and f"${CLUSTER}" not in each.before]
        for pair in pairs:
            ours = await ask(http, crosshub, question(pair.of(ALL)))
            seen += ours.has_something
            for cluster in fleet.clusters:
                was = await ask(http, cluster.url, question(pair.before))

                assert difference(was, of_cluster(ours, cluster.name)) is None, (cluster.name, pair.after)
    assert name in WITHOUT_DATA or seen >= len(pairs) / 2


async def test_the_clusters_and_what_they_have_can_be_chosen(crosshub: str) -> None:
    async with aiohttp.ClientSession() as http:
        chosen = {"match[]": f'{{{CLUSTER}=~"(lisbon|oslo)"}}', "start": f"{FROM // 1000}", "end": f"{TO // 1000}"}
        asked: tuple[tuple[str, dict[str, str]], ...] = (("cluster", {}), ("namespace", chosen))
        found = []
        for label, parameters in asked:
            async with http.get(f"{crosshub}/api/v1/label/{label}/values", params=parameters) as response:
                found.append((await response.json())["data"])

    assert found == [[place.name for place in PLACES], ["fjord", "prod", "staging", "workshop"]]


async def test_any_expression_answers_for_one_cluster_as_that_cluster_does(fleet: Fleet, crosshub: str) -> None:
    expressions = [each for each in generated(GENERATED, SEED) if CLUSTER not in each]
    made = {each: rewritten(each, Terms()) for each in expressions}

    assert [each for each, after in made.items() if not after.was_read] == []
    assert [each for each, after in made.items() if rewritten(after.text, Terms()).text != after.text] == []
    async with aiohttp.ClientSession() as http:
        for number, (before, after) in enumerate(made.items()):
            cluster = fleet.clusters[number % len(fleet.clusters)]
            was = await ask(http, cluster.url, Question(before, FROM, FROM))
            ours = await ask(http, crosshub, Question(put_in(after.text, {CLUSTER: cluster.name}), FROM, FROM))

            assert difference(was, of_cluster(ours, None)) is None, (cluster.name, before, after.text)
