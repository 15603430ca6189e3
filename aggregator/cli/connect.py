"""`crosshub check --connect`: every cluster and every hub asked at once, and told in two tables."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import httpx
from rich.console import Console
from rich.text import Text

from aggregator.clusters.facts import ClusterFacts, HubFacts
from aggregator.clusters.tables import Row, aligned, cluster_row, hub_row, summary
from aggregator.clusters.values import Config
from aggregator.federation.fanout import open_fleet
from aggregator.query.facts import facts_of
from aggregator.query.hub_facts import hub_facts_of

COLOURS = {"ok": "green", "FAILS": "bold red", "?": "yellow"}


def ask_everything(config: Config) -> bool:
    """Prints what answers and how; true when no cluster and no hub fails."""
    facts, hubs = asyncio.run(_asked(config))
    console = Console(highlight=False, soft_wrap=True)
    _print(console, f"clusters ({len(facts)})", [cluster_row(each) for each in facts])
    rows = list(_hub_rows(config, facts, hubs))
    if rows:
        _print(console, f"hubs ({len(rows)})", rows)
    console.print(summary(facts, hubs))
    return all(failed is None for failed in (*(each.failed for each in facts), *(each.failed for each in hubs)))


def _hub_rows(config: Config, facts: Sequence[ClusterFacts], hubs: Sequence[HubFacts]) -> Iterator[Row]:
    today = datetime.now(UTC).date()
    seen = iter(hubs)
    for cluster, around in zip(config.clusters, facts, strict=True):
        for hub in cluster.hubs:
            yield hub_row(cluster, hub, next(seen), around, today)


async def _asked(config: Config) -> tuple[tuple[ClusterFacts, ...], tuple[HubFacts, ...]]:
    hubs = [hub for cluster in config.clusters for hub in cluster.hubs]
    # The environment is not looked at, as for clusters.
    async with open_fleet(config.clusters) as fleet, httpx.AsyncClient(trust_env=False) as http:
        return await asyncio.gather(facts_of(fleet, config.clusters, time.time), hub_facts_of(http, hubs))


def _print(console: Console, title: str, rows: Sequence[Row]) -> None:
    console.print(title)
    names, states = (max(map(len, cells)) for cells in ([row.name for row in rows], [row.state for row in rows]))
    for row, words in zip(rows, aligned(rows), strict=True):
        # As Text: nothing that comes from a cluster is markup.
        state = Text(row.state.ljust(states), COLOURS[row.state])
        console.print(Text.assemble(f"  {row.name.ljust(names)}   ", state, f"   {words}"))
