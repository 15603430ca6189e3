"""Real Prometheus servers: what they answer is the truth, and goes on without a seam when they scrape."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from aggregator.demo.blocks import Recipe, make_blocks
from aggregator.demo.exporter import program, scrape_job
from aggregator.demo.generate import truth_for
from aggregator.demo.processes import listening
from aggregator.demo.rhythm import HOUR, MINUTE
from aggregator.demo.servers import Server, Wanted, running
from aggregator.demo.windows import Window
from tests.demo.made import made, quiet_recipe


@dataclass(frozen=True)
class Fleet:
    """Two servers with an hour of blocks that ended when they began to scrape."""

    recipe: Recipe
    servers: tuple[Server, ...]
    blocks_end: int

    def ask(self, server: Server, query: str, at: float) -> dict[tuple[tuple[str, str], ...], float]:
        answer = httpx.get(f"{server.url}/api/v1/query", params={"query": query, "time": at}).json()
        return {tuple(sorted(one["metric"].items())): float(one["value"][1]) for one in answer["data"]["result"]}

    def scraped_at(self, server: Server) -> float:
        """When a sample that was scraped, not backfilled, came to be there. Prometheus begins after 5 s."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            times = self.ask(server, "max(timestamp(jupyterhub_total_users)) by ()", time.time()).values()
            if times and max(times) * 1000 >= self.blocks_end:
                return max(times)
        pytest.fail("nothing was scraped in a minute")


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    directory = tmp_path_factory.mktemp("live")
    recipe = quiet_recipe(hubs=2, people=0.3)
    plans = [recipe.cluster(index) for index in range(2)]
    with listening([program(recipe, 2, directory / "exporter.log")]) as (exporter,):
        now = int(time.time() * 1000)
        wanted = [
            Wanted(name=plan.name, directory=directory / plan.name, scrape=(scrape_job(plan, exporter, "3s"),))
            for plan in plans
        ]
        for index, each in enumerate(wanted):
            make_blocks(recipe, index, Window(now - HOUR, now, detail=True), each.data)
        with running(wanted) as servers:
            yield Fleet(recipe, servers, now)


def test_servers_answer_what_the_truth_says(live: Fleet) -> None:
    at = live.blocks_end - 20 * MINUTE
    for index, server in enumerate(live.servers):
        truth = truth_for(live.recipe.cluster(index), at, at + MINUTE)

        answered = live.ask(server, "timestamp(jupyterhub_total_users)", at / 1000)
        accounts = live.ask(server, "jupyterhub_total_users", at / 1000)

        assert len(answered) == len(accounts) == 2
        for series, when in answered.items():
            namespace = dict(series)["namespace"]
            (value,) = (found for labels, found in accounts.items() if dict(labels)["namespace"] == namespace)
            people = [p for p in truth.people if p.namespace == namespace and p.created <= when * 1000]
            assert value == len(people)


def test_scraped_series_are_those_of_the_blocks(live: Fleet) -> None:
    for index, server in enumerate(live.servers):
        at = live.scraped_at(server)

        now = set(live.ask(server, '{job=~".+", job!="demo-exporter"}', at))
        before = made(live.recipe.cluster(index), live.blocks_end - 2 * MINUTE, live.blocks_end)

        hubs = {series for series in before if ("job", "hub") in series}
        assert hubs
        assert hubs <= now
        assert {dict(series)["__name__"] for series in before} <= {dict(series)["__name__"] for series in now}


def test_counters_go_on_where_blocks_end(live: Fleet) -> None:
    server = live.servers[0]
    at = live.scraped_at(server)

    resets = live.ask(
        server, "resets(process_cpu_seconds_total[10m]) > 0 unless changes(process_start_time_seconds[10m]) > 0", at
    )
    growth = live.ask(server, "increase(jupyterhub_event_loop_interval_seconds_count[5m])", at)

    assert resets == {}
    assert len(growth) == 2
