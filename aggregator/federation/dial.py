"""Connections to the servers of one cluster: directly or through its proxy, with TLS where the URL wants it."""

import asyncio
import socket
import ssl

from aiohappyeyeballs import start_connection
from python_socks import ProxyType
from python_socks.async_.asyncio import Proxy
from yarl import URL

from aggregator.clusters.values import Prometheus
from aggregator.federation.connection import Connection
from aggregator.federation.names import Names
from aggregator.federation.tls import TlsContexts

# How long one address of a name is tried before the next one is as well (RFC 8305).
NEXT_ADDRESS = 0.25
PROXIES = {"http": ProxyType.HTTP, "socks4": ProxyType.SOCKS4, "socks5": ProxyType.SOCKS5}


class Unreachable(Exception):
    """No connection to the server; the cause says why."""


class ProxyUnreachable(Exception):
    """No connection to the proxy in front of the server."""


class Dial:
    """Opens connections as the settings of a cluster say."""

    def __init__(self, prometheus: Prometheus, names: Names, contexts: TlsContexts) -> None:
        self._to = prometheus
        self._names = names
        self._contexts = contexts
        self._proxy = URL(prometheus.proxy) if prometheus.proxy else None

    def relays(self, url: URL) -> bool:
        """Whether the proxy is sent the request itself, with the whole URL: an HTTP proxy on the way to plain HTTP."""
        return self._proxy is not None and self._proxy.scheme == "http" and url.scheme == "http"

    async def open(self, url: URL) -> Connection:
        """A connection on which the server of the URL can be asked; raises what FAULTS lists."""
        tls = self._contexts.current(self._to.tls) if url.scheme == "https" else None
        reached = await self._socket(url)
        try:
            _, connection = await asyncio.get_running_loop().create_connection(
                Connection, sock=reached, ssl=tls, server_hostname=url.raw_host if tls else None
            )
        except ssl.SSLError:
            raise
        except OSError as error:
            raise Unreachable from error
        return connection

    async def _socket(self, url: URL) -> socket.socket:
        if self._proxy is None:
            return await self._straight(url)
        if not self.relays(url):
            return await self._tunnel(self._proxy, url)
        try:
            return await self._straight(self._proxy)
        except Unreachable:
            raise ProxyUnreachable from None

    async def _straight(self, url: URL) -> socket.socket:
        try:
            addresses = await self._names.addresses(url.raw_host or "", url.port or 80)
            return await start_connection(addresses, happy_eyeballs_delay=NEXT_ADDRESS)
        except OSError as error:
            raise Unreachable from error

    async def _tunnel(self, proxy: URL, url: URL) -> socket.socket:
        """Names are resolved by the proxy: it stands where they mean something."""
        way = Proxy(PROXIES[proxy.scheme], proxy.host or "", proxy.port or 1080, rdns=True)
        return await way.connect(url.raw_host or "", url.port or 80, timeout=self._to.timeout)
