"""One request, one answer: the only place that knows the HTTP library. Fast, since every query passes here."""

import ssl
import time
from dataclasses import dataclass
from typing import Any, Protocol

import aiohttp
from aiohttp_socks import ProxyConnector, ProxyType
from multidict import CIMultiDict
from yarl import URL

from aggregator.clusters.values import Prometheus
from aggregator.errors import FailureKind
from aggregator.federation.body import Body, Gzipped, Plain, TooLarge
from aggregator.federation.credentials import authorization
from aggregator.federation.faults import FAULTS, fault
from aggregator.federation.names import Names
from aggregator.federation.tls import TlsContexts
from aggregator.federation.wording import amount

# Below what load balancers allow, so that we are the side that closes.
IDLE = 30.0
# A kept connection that is found dead is found so at once.
STALE = 1.0
LARGEST_ERROR = 1 << 20
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Received:
    """An answer of any status. `size` counts the bytes that travelled, `location` is where a redirect points."""

    status: int
    body: bytes
    size: int
    location: str


class Fault(Exception):
    """No answer, and why."""

    def __init__(self, kind: FailureKind, reason: str, size: int = 0) -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason
        self.size = size


class Client(Protocol):
    """How one cluster is spoken to."""

    async def exchange(self, url: URL, form: bytes | None) -> Received:
        """The answer to a POST of the form, or to a GET if there is none; raises Fault. Takes as long as it takes."""
        ...

    async def close(self) -> None: ...


class AiohttpClient:
    """One cluster's connections, credentials and settings."""

    def __init__(self, prometheus: Prometheus, names: Names, contexts: TlsContexts) -> None:
        self._to = prometheus
        self._names = names
        self._contexts = contexts
        self._session = _session(prometheus, names)

    async def exchange(self, url: URL, form: bytes | None) -> Received:
        try:
            async with await self._response(url, form) as response:
                return await self._received(response)
        except FAULTS as error:
            raise Fault(*fault(error)) from None

    async def close(self) -> None:
        await self._session.close()

    async def _response(self, url: URL, form: bytes | None) -> aiohttp.ClientResponse:
        started = time.monotonic()
        try:
            return await self._send(url, form)
        except aiohttp.ClientConnectorError:
            raise
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
            # The far side closed a kept connection just as we wrote. A question does no harm when asked again.
            if time.monotonic() - started > STALE or isinstance(error.__cause__, ssl.SSLError):
                raise
        return await self._send(url, form)

    async def _send(self, url: URL, form: bytes | None) -> aiohttp.ClientResponse:
        return await self._session.request(
            "GET" if form is None else "POST",
            url,
            data=form,
            headers=self._headers(url, form),
            ssl=self._contexts.current(self._to.tls) if url.scheme == "https" else True,
            allow_redirects=False,
        )

    def _headers(self, url: URL, form: bytes | None) -> CIMultiDict[str]:
        headers = CIMultiDict(self._to.headers)
        shown = authorization(self._to.auth)
        if shown is not None:
            headers["Authorization"] = shown
        if form is not None:
            headers["Content-Type"] = FORM
        headers["Accept-Encoding"] = self._encoding(url.raw_host or "")
        return headers

    def _encoding(self, host: str) -> str:
        """Compressing costs more than a near network does. Behind a proxy nothing is known to be near."""
        if self._to.encoding != "auto":
            return self._to.encoding
        return "identity" if self._to.proxy is None and self._names.near(host) else "gzip"

    async def _received(self, response: aiohttp.ClientResponse) -> Received:
        good = response.status == 200
        if good and self._is_plain(response):
            body = await response.read()
            return Received(response.status, body, len(body), "")
        size = 0
        try:
            parts = _body(response, self._to.max_body if good else LARGEST_ERROR)
            async for chunk in response.content.iter_any():
                size += len(chunk)
                parts.add(chunk)
        except TooLarge:
            # Closed, not released: what is still coming is not read.
            response.close()
            if good:
                raise Fault(
                    FailureKind.TOO_LARGE, f"its answer is larger than {amount(self._to.max_body)}", size
                ) from None
            parts = Plain(0)
        return Received(response.status, parts.whole(), size, response.headers.get("Location", ""))

    def _is_plain(self, response: aiohttp.ClientResponse) -> bool:
        """Its length is known, and small enough, so there is nothing to watch while it comes."""
        announced = response.content_length
        return announced is not None and announced <= self._to.max_body and "Content-Encoding" not in response.headers


def _body(response: aiohttp.ClientResponse, largest: int) -> Body:
    if (response.content_length or 0) > largest:
        raise TooLarge
    match response.headers.get("Content-Encoding", "").lower():
        case "" | "identity":
            return Plain(largest)
        case "gzip":
            return Gzipped(largest)
        case _:
            raise Fault(FailureKind.NOT_PROMETHEUS, "its answer is in an encoding nobody asked for")


def _session(prometheus: Prometheus, names: Names) -> aiohttp.ClientSession:
    proxy = URL(prometheus.proxy) if prometheus.proxy else None
    through_socks = proxy is not None and proxy.scheme.startswith("socks")
    options: dict[str, Any] = {"limit": 0, "keepalive_timeout": IDLE}
    return aiohttp.ClientSession(
        connector=_socks(proxy, options)
        if proxy and through_socks
        else aiohttp.TCPConnector(resolver=names, **options),
        proxy=None if through_socks else proxy,
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=prometheus.timeout if through_socks else None),
        headers={"User-Agent": "crosshub"},
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
        read_bufsize=1 << 18,
    )


def _socks(proxy: URL, options: dict[str, Any]) -> ProxyConnector:
    """Names are resolved by the proxy: it stands where they mean something."""
    kind = ProxyType.SOCKS4 if proxy.scheme == "socks4" else ProxyType.SOCKS5
    return ProxyConnector(
        host=proxy.host or "",
        port=proxy.port or 1080,
        proxy_type=kind,
        username=proxy.user,
        password=proxy.password,
        rdns=True,
        **options,
    )
