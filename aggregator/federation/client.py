"""One request, one answer: the only place that speaks HTTP to clusters. Fast, since every query passes here."""

import asyncio
import time
from functools import lru_cache
from typing import Protocol

from yarl import URL

from aggregator.clusters.values import Prometheus
from aggregator.errors import FailureKind
from aggregator.federation.body import TooLarge
from aggregator.federation.connection import Connection, Disconnected, TooLate
from aggregator.federation.credentials import authorization
from aggregator.federation.dial import Dial
from aggregator.federation.faults import FAULTS, fault, is_of_tls
from aggregator.federation.names import Names
from aggregator.federation.pool import Pool
from aggregator.federation.response import Received
from aggregator.federation.tls import TlsContexts
from aggregator.federation.wording import amount

# Below what load balancers allow, so that we are the side that closes.
IDLE = 30.0
# A kept connection that is found dead is found so at once.
STALE = 1.0
FORM = b"application/x-www-form-urlencoded"


class Fault(Exception):
    """No answer, and why."""

    def __init__(self, kind: FailureKind, reason: str, size: int = 0) -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason
        self.size = size


class Client(Protocol):
    """How one cluster is spoken to."""

    async def exchange(self, url: URL, form: bytes | None, until: float) -> Received:
        """The answer to a POST of the form, or to a GET if there is none; raises Fault, or TooLate when it has not come
        at that moment of `time.monotonic()`.
        """
        ...

    async def close(self) -> None: ...


class HttpClient:
    """One cluster's connections, credentials and settings."""

    def __init__(self, prometheus: Prometheus, names: Names, contexts: TlsContexts) -> None:
        self._to = prometheus
        self._names = names
        self._dial = Dial(prometheus, names, contexts)
        self._pool = Pool(IDLE)
        self._head = lru_cache(maxsize=64)(self._written_head)

    async def exchange(self, url: URL, form: bytes | None, until: float) -> Received:
        try:
            kept = self._pool.take(_where(url))
            if kept is not None:
                started = time.monotonic()
                try:
                    return await self._over(kept, url, form, until)
                except Disconnected as lost:
                    # The far side closed a kept connection just as we wrote. A question does no harm when asked again.
                    if lost.begun or is_of_tls(lost) or time.monotonic() - started > STALE:
                        raise
            return await self._over(await self._opened(url, until), url, form, until)
        except FAULTS as error:
            raise Fault(*fault(error)) from None

    async def close(self) -> None:
        self._pool.close()

    async def _opened(self, url: URL, until: float) -> Connection:
        patience = asyncio.timeout(until - time.monotonic())
        try:
            async with patience:
                return await self._dial.open(url)
        except TimeoutError:
            if patience.expired():
                raise TooLate from None
            raise

    async def _over(self, connection: Connection, url: URL, form: bytes | None, until: float) -> Received:
        request, seconds = self._request(url, form), until - time.monotonic()
        try:
            received = await connection.exchange(request, self._to.max_body, seconds)
        except TooLarge:
            reason = f"its answer is larger than {amount(self._to.max_body)}"
            raise Fault(FailureKind.TOO_LARGE, reason, connection.size) from None
        if connection.is_open:
            self._pool.give(_where(url), connection)
        else:
            connection.close()
        return received

    def _request(self, url: URL, form: bytes | None) -> bytes:
        """The whole request."""
        head = self._head(url, self._encoding(url.raw_host or ""), authorization(self._to.auth))
        if form is None:
            return b"GET " + head + b"\r\n"
        return b"POST %bContent-Type: %b\r\nContent-Length: %d\r\n\r\n%b" % (head, FORM, len(form), form)

    def _written_head(self, url: URL, encoding: str, shown: str | None) -> bytes:
        """What all requests to a URL have in common; what is ours goes before a configured header of the same name."""
        headers = {"host": url.host_port_subcomponent or "", "user-agent": "crosshub"}
        headers |= {name.lower(): value for name, value in self._to.headers}
        headers["accept-encoding"] = encoding
        if shown is not None:
            headers["authorization"] = shown
        target = str(url) if self._dial.relays(url) else url.raw_path_qs
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"{target} HTTP/1.1\r\n{lines}".encode()

    def _encoding(self, host: str) -> str:
        """Compressing costs more than a near network does. Behind a proxy nothing is known to be near."""
        if self._to.encoding != "auto":
            return self._to.encoding
        return "identity" if self._to.proxy is None and self._names.near(host) else "gzip"


def _where(url: URL) -> tuple[str, str]:
    return url.scheme, url.authority
