"""Every expression of the catalogue is PromQL: for our own parser, and for a real Prometheus."""

from collections.abc import Iterator

import httpx
import pytest

from aggregator.demo.servers import Server, Wanted, running
from aggregator.promql.parse import parse
from aggregator.rollups.catalogue import DENSEST, MEASURES, PRESENT, SEEN, worded
from aggregator.rollups.people import NAMES, PODS
from tests.rollups.made import DAY, HOUR, Made, at, keep_blocks

NOON = at("2026-11-24 12:00")
LENGTHS = {"1h": HOUR, "23h": 23 * HOUR, "25h": 25 * HOUR, "31d": 31 * DAY}
TEXTS = {each.name: each.promql for each in MEASURES if each.promql} | {
    "seen": SEEN, "densest": DENSEST, "names": NAMES, "pods": PODS,
    **{f"present-{who.name.lower()}": text for who, text in PRESENT.items()},
}  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Prometheus with an hour of one hub whose namespace is no word of a regular expression."""
    wanted = Wanted(name="lisbon", directory=tmp_path_factory.mktemp("expressions"))
    keep_blocks([Made(namespace="a.b-c", life=(NOON - HOUR, NOON))], wanted.data)
    with running([wanted]) as (started,):
        yield started


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("name", TEXTS)
def test_expressions_are_promql(name: str, length: str, server: Server) -> None:
    text = worded(TEXTS[name], ["a.b-c", "d"], LENGTHS[length])

    answer = httpx.get(f"{server.url}/api/v1/query", params={"query": text, "time": NOON / 1000})

    assert answer.json()["status"] == "success", answer.json()
    parse(text)


def test_at_least_25_numbers_are_kept() -> None:
    names = [each.name for each in MEASURES]

    assert len(names) == len(set(names)) >= 25


def test_a_namespace_is_matched_as_it_is_written(server: Server) -> None:
    text = worded(SEEN, ["a.b-c"], HOUR)
    other = worded(SEEN, ["axb-c"], HOUR)

    found = [
        httpx.get(f"{server.url}/api/v1/query", params={"query": each, "time": NOON / 1000}).json()
        for each in (text, other)
    ]

    assert [len(each["data"]["result"]) for each in found] == [1, 0]
