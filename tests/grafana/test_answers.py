"""Every expression of every dashboard, asked of a Crosshub over a whole fleet, for everything that can be chosen."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.grafana.boards import NAMES, Asked, board, choices, every_expression, in_marks, in_panels, panels
from tests.grafana.chosen import ANYTHING, SOMETHING, Choices, substituted
from tests.grafana.expected import EMPTY, Empty
from tests.grafana.world import ODD_CLUSTER, ODD_COMMUNITY, ODD_HUB, SILENT, World, world

pytestmark = pytest.mark.asyncio(loop_scope="module")

CHOSEN: Mapping[str, Choices] = {
    "All": {
        "cluster": ("lisbon", "oslo", ODD_CLUSTER, SILENT),
        "hub": ("prod", "staging", "workshop", ODD_HUB),
        "community": ANYTHING,
        "user": SOMETHING,
        "group": SOMETHING,
    },
    "one": {"cluster": ("lisbon",), "hub": ("prod",), "community": ("lisbon",)},
    "two": {"cluster": ("lisbon", ODD_CLUSTER), "hub": ("prod", "staging"), "community": ("lisbon", ODD_COMMUNITY)},
    "odd": {"cluster": (ODD_CLUSTER,), "hub": (ODD_HUB,), "community": (ODD_COMMUNITY,)},
}
AT_ONCE = 6
DOC = Path(__file__).parents[2] / "docs" / "grafana.md"
HOURS, DAYS = (3 * 3600, 180), (90 * 86400, 86400)
"""How far back panels look and how far apart their points are: of what clusters tell, and of what is kept for years."""

Found = list[dict[str, str]]
"""The labels of the series of an answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an expression: series, or a fault."""

    asked: Asked
    found: Found
    fault: str = ""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with world(tmp_path_factory.mktemp("grafana")) as made:
        await _until_it_counted(made)
        yield made


async def _until_it_counted(here: World) -> None:
    """Crosshub has counted its own doings three times, so that there are rates of them."""
    some = Asked("crosshub", "", "sum by (cluster) (up)", now=True)
    wrong = Asked("crosshub", "", "sum(", now=True)
    counted = Asked("crosshub", "", "count_over_time(crosshub_server_queries_total[5m]) >= 3", now=True)
    async with asyncio.timeout(60):
        while not (await _answers(here, (counted, some, wrong), {}))[0].found:  # noqa: ASYNC110 - a counter tells nobody
            await asyncio.sleep(0.2)


@pytest.mark.parametrize("chosen", CHOSEN)
@pytest.mark.parametrize("name", NAMES)
async def test_every_expression_gives_data_whatever_is_chosen(here: World, name: str, chosen: str) -> None:
    values = await _values(here, name, chosen)

    answers = await _answers(here, (*in_panels(name), *in_marks(name)), values)

    assert [f"{each.asked}: {each.fault}" for each in answers if each.fault] == []
    assert sorted({str(each.asked) for each in answers if not each.found and not _is_explained(each.asked)}) == []


async def test_what_is_explained_to_be_empty_is_little_and_is_empty(here: World) -> None:
    explained = [asked for asked in every_expression() if _is_explained(asked)]

    answers = [answer for name in NAMES for answer in await _answers(here, [e for e in explained if e.board == name],
               await _values(here, name, "one"))]  # fmt: skip

    assert len(explained) <= 0.05 * len(every_expression())
    assert [str(each.asked) for each in answers if each.found] == []
    assert all(any(_is(each, asked) for asked in explained) for each in EMPTY)


@pytest.mark.parametrize("name", NAMES)
async def test_legends_and_columns_name_labels_that_there_are(here: World, name: str) -> None:
    answers = await _answers(here, in_panels(name), await _values(here, name, "All"))

    for answer in answers:
        there = {label for each in answer.found for label in each}
        assert not answer.found or set(re.findall(r"{{(\w+)}}", answer.asked.legend)) <= there, answer.asked
    for panel in panels(name):
        there = {label for each in answers if each.asked.title == panel["title"] for one in each.found for label in one}
        assert not there or _labels_of_columns(panel) <= there, panel["title"]


async def test_marks_name_labels_that_all_of_their_series_have(here: World) -> None:
    marks = {name: [each for each in board(name)["annotations"]["list"] if "expr" in each] for name in NAMES}

    for name, some in marks.items():
        answers = await _answers(here, in_marks(name), await _values(here, name, "All"))
        for mark, answer in zip(some, answers, strict=True):
            words = {*re.findall(r"{{(\w+)}}", mark["titleFormat"] + mark["textFormat"])}
            # Grafana writes the name of a label where there is none.
            assert [(mark["name"], one, word) for one in answer.found for word in words if not one.get(word)] == []


@pytest.mark.parametrize("chosen", CHOSEN)
@pytest.mark.parametrize("name", NAMES)
async def test_every_variable_has_values_whatever_is_chosen_before_it(here: World, name: str, chosen: str) -> None:
    for variable, query in choices(name).items():
        found = await _label_values(here, query, CHOSEN[chosen])
        assert found, variable
        assert variable == "community" or set(CHOSEN[chosen].get(variable, ())) - {SILENT, *SOMETHING} <= set(found), (
            variable
        )


async def test_a_cluster_that_is_away_has_a_past(here: World) -> None:
    (asked,) = [each for each in in_panels("fleet") if each.title == "Clusters that did not answer"]
    query = substituted(asked.expr, await _values(here, "fleet", "All"))
    form = {"query": query, "start": str(here.now - HOURS[0]), "end": str(here.now), "step": str(HOURS[1])}

    told = (await here.crosshub.post("/api/v1/query_range", data=form)).json()

    found = {each["metric"]["cluster"]: [value for _, value in each["values"]] for each in told["data"]["result"]}
    assert {name: set(values) for name, values in found.items()} == {
        "lisbon": {"1"}, "oslo": {"1"}, ODD_CLUSTER: {"1"}, SILENT: {"0", "1"},
    }  # fmt: skip
    assert found[SILENT] == sorted(found[SILENT], reverse=True)


@pytest.mark.parametrize(
    "query", re.findall(r"^\| [^|]+ \| `(.+)` \|$", DOC.read_text().split("| question |")[1], re.MULTILINE)
)
async def test_the_questions_of_the_documentation_have_answers(here: World, query: str) -> None:
    is_own = "crosshub_server" in query

    (answer,) = await _answers(here, [Asked("crosshub" if is_own else "", "", query, now=True)], {})

    assert not answer.fault
    assert answer.found


async def test_a_community_narrows_the_clusters_and_a_cluster_its_hubs(here: World) -> None:
    queries, chosen = choices("fleet"), CHOSEN["odd"]

    clusters = await _label_values(here, queries["cluster"], chosen)
    hubs = await _label_values(here, queries["hub"], chosen)

    assert clusters == [ODD_CLUSTER]
    assert hubs == [ODD_HUB, "prod", "staging"]


async def _values(here: World, name: str, chosen: str) -> Choices:
    """What is chosen; of people and groups one, two, or one whose name is full of signs, of those that are there now."""
    values = dict(CHOSEN[chosen])
    for variable, query in choices(name).items():
        if variable not in values:
            there = await _values_now(here, query, values)
            odd = [each for each in there if re.search(r"[^\w@-]", each)]
            values[variable] = {"one": there[:1], "two": there[:2], "odd": (odd or there)[:1]}[chosen]
    return values


async def _values_now(here: World, query: str, chosen: Choices) -> list[str]:
    """Those of the values that are there at the end of the time: label values are of whole blocks of it."""
    found = re.fullmatch(r"label_values\((.+), (\w+)\)", query)
    assert found
    (answer,) = await _answers(here, [Asked("", "", f"group by ({found[2]}) ({found[1]})", now=True)], chosen)
    return sorted(each[found[2]] for each in answer.found if found[2] in each)


async def _label_values(here: World, query: str, chosen: Choices) -> list[str]:
    """The values that Grafana's `label_values` gives."""
    found = re.fullmatch(r"label_values\((.+), (\w+)\)", substituted(query, chosen))
    assert found
    span = {"start": str(here.now - HOURS[0]), "end": str(here.now)}
    response = await here.crosshub.get(f"/api/v1/label/{found[2]}/values", params={"match[]": found[1], **span})
    values: list[str] = response.json()["data"]
    return values


async def _answers(here: World, asked: Sequence[Asked], values: Choices) -> list[Answer]:
    turns = asyncio.Semaphore(AT_ONCE)

    async def in_turn(each: Asked) -> Answer:
        async with turns:
            return await _answer(here, each, values)

    return list(await asyncio.gather(*map(in_turn, asked)))


async def _answer(here: World, asked: Asked, values: Choices) -> Answer:
    # What Crosshub counted, it counted just now.
    is_own = asked.board == "crosshub"
    client, now = (here.busy, time.time()) if is_own else (here.crosshub, here.now)
    form = {"query": substituted(asked.expr, values)}
    if asked.now:
        path, form = "/api/v1/query", {**form, "time": str(now)}
    else:
        back, step = DAYS if asked.step == "1d" else HOURS
        path, form = "/api/v1/query_range", {**form, "start": str(now - back), "end": str(now), "step": str(step)}
    told = (await client.post(path, data=form)).json()
    if told["status"] != "success":
        return Answer(asked, [], told["error"])
    return Answer(asked, [each["metric"] for each in told["data"]["result"]])


def _labels_of_columns(panel: dict[str, Any]) -> set[str]:
    """The labels that a table shows."""
    names = [name for each in panel.get("transformations", ()) for name in each["options"].get("renameByName", ())]
    return {name for name in names if not name.startswith("Value")}


def _is_explained(asked: Asked) -> bool:
    return any(_is(each, asked) for each in EMPTY)


def _is(empty: Empty, asked: Asked) -> bool:
    return (empty.board, empty.title) == (asked.board, asked.title) and empty.asks in asked.expr
