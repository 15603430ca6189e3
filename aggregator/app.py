"""Builds, opens and closes everything: what answers from one configuration, and the service around it."""

import asyncio
import gc
import logging
import os
import secrets
import signal
import socket
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from importlib.metadata import version
from typing import Any

import uvicorn
from fastapi import FastAPI
from starlette.applications import Starlette

from aggregator.api import errors
from aggregator.api.clusters import cluster_routes
from aggregator.api.desk import Answering, Desk
from aggregator.api.front import Front, in_front_of
from aggregator.api.heard import heard_routes
from aggregator.api.routes import routes
from aggregator.clusters.values import Config
from aggregator.errors import BadConfig, FailureKind
from aggregator.federation.fanout import open_fleet
from aggregator.jobs import ticking
from aggregator.own_series.source import OwnSeries
from aggregator.query.engine import Engine
from aggregator.query.sources import Source, Together
from aggregator.query.standing import Standing
from aggregator.rollups.kept import Kept
from aggregator.rollups.opened import keeping
from aggregator.rollups.people_rows import key_of_people
from aggregator.rounds import Rounds, clients, has_hubs
from aggregator.rules.files import Groups, rules_of
from aggregator.rules.own_rules import OwnRules
from aggregator.slots.rows import Holder
from aggregator.store.instants import utc_now
from aggregator.telemetry import Telemetry
from aggregator.web.around import Around
from aggregator.web.routes import web_routes

log = logging.getLogger("crosshub")

VERSION = version("crosshub")
# Longer than Go's clients keep a connection, so that it is they who close it.
KEEP_ALIVE = 120
# Queries under way when the service is told to stop have this long.
GRACE = 10


@asynccontextmanager
async def answering(
    config: Config, source: Source, telemetry: Telemetry, own: OwnRules | None = None, *, at_once: bool
) -> AsyncIterator[Answering]:
    """What answers queries from one configuration. On leaving, those under way are finished first.

    `at_once`: without waiting for the clusters to tell their versions.
    """
    standing = Standing(config.clusters)

    def observe(cluster: str, kind: FailureKind | None, seconds: float, size: int) -> None:
        telemetry.replied(cluster, kind, seconds, size)
        standing.observe(cluster, kind)

    names = tuple(cluster.name for cluster in config.clusters)
    async with open_fleet(config.clusters, observe) as fleet:
        looking = asyncio.create_task(standing.keep_looking(fleet, config.every.health))
        try:
            if not at_once:
                await standing.looked.wait()
            engine = Engine(fleet, names, config.query, standing.versions, source)
            yield Answering(config, fleet, engine, standing, own)
        finally:
            looking.cancel()
            with suppress(asyncio.CancelledError):
                await looking


class Serving:
    """What answers now, and the taking over of a configuration that has changed."""

    def __init__(self, config: Config, reread: Callable[[], Config]) -> None:
        self.telemetry = Telemetry(VERSION)
        self.desk = Desk(self.telemetry)
        self._config = config
        self._groups = rules_of(config.rules)
        self._reread = reread
        self._open = AsyncExitStack()
        self._kept: Kept
        self._turn = asyncio.Lock()
        self._under_way: set[asyncio.Task[None]] = set()
        self._holder = Holder(f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}")

    @asynccontextmanager
    async def running(self, _: Starlette) -> AsyncIterator[None]:
        """The service, from the first to the last moment in which requests are taken."""
        async with keeping(self._config.database) as self._kept, clients() as ways_out:
            self.desk.database = self._kept.database
            if has_hubs(self._config):
                # Raises where the key of the hashes is not the one that they were made with.
                async with self.desk.database.reading() as connection:
                    await key_of_people(connection, self._config.people_key_file)
            await self._take_over(self._config, self._groups, at_once=True)
            ticks = Rounds(self.desk, ways_out, self._holder).ticks()
            async with self._heeding_signals(), ticking(ticks):
                yield
            # One may start another: a configuration that is taken over puts an older one away.
            while self._under_way:
                await asyncio.wait(self._under_way)
            await self._open.aclose()

    @asynccontextmanager
    async def _heeding_signals(self) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        # Signals come to the main thread only; elsewhere somebody else has to call `reload`.
        told = threading.current_thread() is threading.main_thread()
        if told:
            loop.add_signal_handler(signal.SIGHUP, lambda: self._start(self.reload()))
        try:
            yield
        finally:
            if told:
                loop.remove_signal_handler(signal.SIGHUP)

    async def reload(self) -> None:
        """Takes the configuration over as it stands in the file now; a bad one changes nothing."""
        async with self._turn:
            try:
                config = self._reread()
                groups = rules_of(config.rules)
            except BadConfig as fault:
                self.telemetry.reloaded(successfully=False)
                log.error("the configuration was read again and is not taken over:")  # noqa: TRY400 - its words say it all
                for line in f"{fault}".splitlines():
                    log.error("%s", line)  # noqa: TRY400
                return
            # What ranges hold depends on the versions, so those are asked for before anybody is answered.
            await self._take_over(config, groups, at_once=False)
            self.telemetry.reloaded(successfully=True)
            log.info("the configuration was read again and taken over: %d clusters", len(config.clusters))
            if config.listen != self._config.listen:
                log.warning("another address to listen on is taken over at the next start")
            if config.database != self._config.database:
                log.warning("another database is taken over at the next start")

    async def _take_over(self, config: Config, groups: Groups, *, at_once: bool) -> None:
        before, opening = self._open, AsyncExitStack()
        own = OwnRules(groups, config.every.rules, self._kept.database)
        names = self.telemetry.names()
        series = OwnSeries(config, self._kept.database, self.desk.numbers, names, utc_now)
        source = Together((self._kept.source, series))
        here = await opening.enter_async_context(answering(config, source, self.telemetry, own, at_once=at_once))
        self._open, self.desk.now = opening, here
        self.telemetry.breakers = here.fleet.breakers
        # Whoever was asked under the old configuration is waited for, but nobody waits for that.
        self._start(before.aclose())

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)


def create_app(config: Config, reread: Callable[[], Config]) -> Front:
    """The service as an ASGI application; `reread` gives the configuration as it stands in its file now.

    Raises BadRules.

    What speaks as a Prometheus stands in front of FastAPI, whose layers take longer than many an answer.
    """
    serving = Serving(config, reread)
    own = FastAPI(title="Crosshub", version=VERSION, redoc_url=None, redirect_slashes=False)
    own.include_router(cluster_routes(serving.desk))
    pages = Around(
        lambda: serving.desk.now.config,
        lambda: serving.desk.database,
        utc_now,
        lambda: () if serving.desk.now.own is None else tuple(serving.desk.now.own.groups),
    )
    every_route = [*routes(serving.desk), *heard_routes(serving.desk), *web_routes(pages)]
    app = Starlette(routes=every_route, lifespan=serving.running)
    app.router.redirect_slashes = False
    app.router.default = own
    for each in (own, app):
        errors.install(each, serving.telemetry)
    return in_front_of(app, errors.handlers(serving.telemetry))


def run(config: Config, reread: Callable[[], Config]) -> None:
    """Serves until told to stop."""
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(config, reread),
            host=config.listen.host,
            port=config.listen.port,
            loop="uvloop",
            http="httptools",
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE,
            timeout_graceful_shutdown=GRACE,
        )
    )
    gc.collect()
    gc.freeze()
    server.run()
