"""The service in this process, over a real server on a free port of the loopback."""

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
import uvicorn

from aggregator.app import create_app
from aggregator.clusters.values import Cluster, Config, Every, Prometheus, Query
from tests.fakes.http import FakeServer

AMPLE = 30.0
# As far as a test goes.
NEVER = Every(health=1e9, rules=1e9, access=1e9, rollups=1e9)


@asynccontextmanager
async def running(config: Config, reread: Callable[[], Config] | None = None) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a Crosshub with this configuration."""
    settings = uvicorn.Config(
        create_app(config, reread or (lambda: config)), http="httptools", ws="none", log_config=None, access_log=False
    )
    settings.load()
    server = uvicorn.Server(settings)
    server.lifespan = settings.lifespan_class(settings)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        # Started and stopped by hand: uvicorn's own loop would take our signals, and look around ten times a second.
        await server.startup(sockets=[listener])
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            async with httpx.AsyncClient(base_url=url, timeout=60, trust_env=False, verify=False) as client:
                yield client
        finally:
            await server.shutdown(sockets=[listener])


@asynccontextmanager
async def running_over(**servers: FakeServer) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a Crosshub whose clusters are these."""
    async with running(config_of(**{name: reached_at(server) for name, server in servers.items()})) as client:
        yield client


def reached_at(server: FakeServer, timeout: float = AMPLE) -> Prometheus:
    return Prometheus(urls=(server.url,), timeout=timeout)


def config_of(**reached: Prometheus) -> Config:
    """A configuration in which clusters of these names are reached so, and are asked nothing that nobody asks for."""
    return Config(
        tuple(Cluster(name, prometheus) for name, prometheus in reached.items()),
        query=Query(deadline=5),
        database="sqlite:///:memory:",
        every=NEVER,
        rules=(),
    )
