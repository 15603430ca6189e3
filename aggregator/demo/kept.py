"""The weeks before, kept: rollups of what came in behind, once the servers have it."""

import asyncio
import http.client
import logging
import re
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from aggregator.clusters.config import load
from aggregator.demo.progress import Show
from aggregator.demo.servers import Server
from aggregator.rollups.backfill import Days, backfill, window_of
from aggregator.rollups.catalogue import About
from aggregator.rollups.subjects import subjects

# Prometheus looks for new blocks once a minute.
_PATIENCE = 150.0
_BETWEEN_LOOKS = 1.0
_LOADED = re.compile(r"^prometheus_tsdb_blocks_loaded (\S+)$", re.MULTILINE)


def keep_weeks(weeks: int, config: Path, servers: Iterable[Server], show: Show) -> None:
    """Has rollups of so many weeks computed into the demo's database; what is there is not asked again."""
    _await_blocks(servers)
    # What it would say comes below the bar.
    logging.getLogger("aggregator.rollups").addHandler(logging.NullHandler())
    told = load(config)
    hubs = [each for each in subjects(told) if each.about is About.HUB]
    today = datetime.now(UTC).date()
    window = window_of(Days(today - timedelta(weeks=weeks), today), hubs, again=False)
    with show.growing(f"rollups of {weeks_of(weeks)}") as step:
        outcome = asyncio.run(backfill(told, window, step))
    for failed in outcome.failed.values():
        show.say(f"          {failed}")


def weeks_of(count: int) -> str:
    """`5 weeks`."""
    return "1 week" if count == 1 else f"{count} weeks"


def _await_blocks(servers: Iterable[Server]) -> None:
    """Until each server has loaded as many blocks as lie there, or is not going to."""
    until = time.monotonic() + _PATIENCE
    for server in servers:
        there = sum(1 for _ in (server.directory / "data").glob("*/meta.json"))
        while _loaded(server.url) < there and time.monotonic() < until:
            time.sleep(_BETWEEN_LOOKS)


def _loaded(url: str) -> float:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)  # urllib would ask a proxy
    try:
        connection.request("GET", "/metrics")
        found = _LOADED.search(connection.getresponse().read().decode())
        return float(found[1]) if found else 0.0
    except (OSError, http.client.HTTPException):
        return 0.0
    finally:
        connection.close()
