"""The demo from its first block to its end: Prometheus servers full of hubs, and Crosshub in front of them."""

import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import NoReturn

from aggregator.demo.blocks import (
    Recipe,
    database_of,
    deliver,
    forget,
    forget_databases,
    kept_in,
    make_blocks,
    make_window,
)
from aggregator.demo.config_file import Told, write_config
from aggregator.demo.directory import Home, owned
from aggregator.demo.exporter import program, scrape_job
from aggregator.demo.fleet import ClusterPlan
from aggregator.demo.kept import keep_weeks, weeks_of
from aggregator.demo.processes import Listening, NotStarted, Program, listening
from aggregator.demo.progress import Show
from aggregator.demo.rhythm import HOUR, MINUTE
from aggregator.demo.servers import Server, Wanted, running
from aggregator.demo.welcome import welcome
from aggregator.demo.windows import Window, Windows, windows
from aggregator.demo.workers import workers

PORT = 9099
_RETENTION = "60d"
_SCRAPE_EVERY = "30s"
# Blocks go on this far beyond now, so that there is no hole until the first scrape; scrapes before it are refused.
_AHEAD = MINUTE
# Prometheus would merge our blocks in the background, for nothing.
_ARGUMENTS = ("--storage.tsdb.max-block-duration=6h",)
_CROSSHUB = "from aggregator.cli.main import main; main()"


@dataclass(frozen=True, slots=True)
class Demand:
    """What somebody wants to see: so many clusters, the last `detail` hours of them in full, and weeks before."""

    clusters: int
    recipe: Recipe
    directory: Path
    detail: int
    weeks: int
    with_crosshub: bool = True

    def plans(self) -> tuple[ClusterPlan, ...]:
        return tuple(self.recipe.cluster(index) for index in range(self.clusters))


@dataclass(frozen=True, slots=True)
class _Order:
    """A window of a cluster, and where its blocks are kept."""

    cluster: ClusterPlan
    window: Window
    kept: Path


@dataclass(frozen=True, slots=True)
class _Site:
    """Where a demo is set up."""

    demand: Demand
    home: Home
    show: Show
    pool: ProcessPoolExecutor
    windows: Windows

    def orders(self, some: Sequence[Window]) -> list[_Order]:
        """These windows of every cluster, the first window's first."""
        recipe, store = self.demand.recipe, self.home.blocks
        return [
            _Order(plan, window, kept_in(store, recipe, plan, window))
            for window in some
            for plan in self.demand.plans()
        ]

    def made(self, orders: list[_Order]) -> Iterator[_Order]:
        """These orders as they are finished, those of earlier runs at once."""
        futures: dict[Future[None], _Order] = {}
        for order in orders:
            if not order.kept.exists():
                job = self.pool.submit(make_window, self.demand.recipe, order.cluster.index, order.window, order.kept)
                futures[job] = order
        yield from (order for order in orders if order not in futures.values())
        for future in as_completed(futures):
            future.result()
            yield futures[future]

    def deliver(self, order: _Order) -> None:
        deliver(order.kept, self.home.server(order.cluster.name))


def run(demand: Demand, show: Show) -> None:
    """Runs until a signal ends it (KeyboardInterrupt). Whatever it started is then gone."""
    with _signals_interrupt(), owned(demand.directory) as home, ExitStack() as stack:
        making = stack.enter_context(ExitStack())
        pool = making.enter_context(workers(os.cpu_count() or 1))
        site = _Site(demand, home, show, pool, windows(_now(), demand.detail * HOUR, demand.weeks))
        forget(home.blocks, _now())
        forget_databases(home.path)
        (exporter,) = stack.enter_context(listening([program(demand.recipe, demand.clusters, home.log("exporter"))]))
        _lay_in(site)
        servers = stack.enter_context(running([_wanted(home, plan, exporter) for plan in demand.plans()]))
        show.done(f"{len(servers)} Prometheus servers answer")
        crosshub = _crosshub(site, servers, exporter, stack) if demand.with_crosshub else None
        urls = {server.name: server.url for server in servers}
        show.say(welcome(demand.plans(), urls, crosshub, home.config, demand.weeks))
        _fetch_older(site)
        making.close()
        if crosshub is not None and demand.weeks:
            keep_weeks(demand.weeks, home.config, servers, show)
        _watch([exporter.pid, *(server.pid for server in servers), *([crosshub.pid] if crosshub else [])])


def _lay_in(site: _Site) -> None:
    """What servers start with: the last days, all that is kept, and the hours up to now."""
    kept = [order for order in site.orders(site.windows.older) if order.kept.exists()]
    recent = site.orders(site.windows.recent)
    plans = site.demand.plans()
    there = sum(order.kept.exists() for order in recent)
    site.show.say(
        f"{site.home.path}: {there} of {len(recent)} blocks of the last days are there, {len(kept)} older ones."
    )
    with site.show.counting(
        f"the last {site.demand.detail} hours of {len(plans)} clusters", len(recent) + len(plans)
    ) as step:
        for order in (*kept, *site.made(recent)):
            site.deliver(order)
            step()
        tail = Window(site.windows.tail_from, _now() + _AHEAD, detail=True)
        for tail_made in as_completed([_make_tail(site, plan, tail) for plan in plans]):
            tail_made.result()
            step()


def _make_tail(site: _Site, plan: ClusterPlan, tail: Window) -> "Future[None]":
    data = site.home.server(plan.name) / "data"
    return site.pool.submit(make_blocks, site.demand.recipe, plan.index, tail, data)


def _fetch_older(site: _Site) -> None:
    """The weeks before, into servers that already answer; they see a block within a minute of its arrival."""
    missing = [order for order in site.orders(site.windows.older) if not order.kept.exists()]
    if not missing:
        return
    with site.show.counting(f"the {weeks_of(site.demand.weeks)} before", len(missing)) as step:
        for order in site.made(missing):
            site.deliver(order)
            step()


def _wanted(home: Home, plan: ClusterPlan, exporter: Listening) -> Wanted:
    scrape = (scrape_job(plan, exporter, _SCRAPE_EVERY),)
    return Wanted(
        name=plan.name, directory=home.server(plan.name), scrape=scrape, retention=_RETENTION, arguments=_ARGUMENTS
    )


def _crosshub(site: _Site, servers: tuple[Server, ...], exporter: Listening, stack: ExitStack) -> Listening:
    urls = {server.name: server.url for server in servers}

    def command(port: int) -> list[str]:
        told = Told(f"127.0.0.1:{port}", urls, f"{exporter.url}/hubs", database_of(site.demand.recipe))
        write_config(site.home.config, site.demand.plans(), told)
        return [sys.executable, "-c", _CROSSHUB, "--config", str(site.home.config), "serve"]

    service = Program(
        name="Crosshub",
        command=command,
        log=site.home.log("crosshub"),
        ready="/readyz",
        # The database is the demo's own, whatever the environment says.
        environment=lambda port: {"CROSSHUB_LISTEN": f"127.0.0.1:{port}", "CROSSHUB_DATABASE": ""},
        port=PORT,
    )
    (started,) = stack.enter_context(listening([service]))
    site.show.done("Crosshub answers")
    return started


def _watch(pids: list[int]) -> NoReturn:
    """Wait for a signal; should one of ours end before, say so."""
    while True:
        ended = [pid for pid in pids if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)]
        if ended:
            raise NotStarted(f"a program of the demo ended by itself (process {ended[0]}); its log is in the directory")
        time.sleep(1)


@contextmanager
def _signals_interrupt() -> Iterator[None]:
    """SIGTERM and SIGHUP end us as Ctrl-C does, and SIGINT even where a script started us in the background."""

    def interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _now() -> int:
    return int(time.time() * 1000)
