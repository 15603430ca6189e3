"""A way out that leads to public addresses only, for URLs that are not the operators' own."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from types import TracebackType
from typing import Self

import httpx

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

# Addresses that hold an IPv4 address: where a gateway stands, they lead to it.
# RFC 6052 and 8215 (NAT64), 3056 (6to4), 4380 (Teredo), 4291 (compatible, and translated).
HOLDING_OTHERS: tuple[IPv6Network, ...] = tuple(
    IPv6Network(text)
    for text in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96", "::ffff:0:0:0/96")
)
# What Python calls global, and is for no one to dial: AS112, relays of 6to4, multicast, what is reserved.
NOT_TO_BE_DIALLED: tuple[IPv4Network | IPv6Network, ...] = tuple(
    ip_network(text)
    for text in ("192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.175.48.0/24", "224.0.0.0/4", "240.0.0.0/4",
                 "fec0::/10", "ff00::/8", "5f00::/16", "3fff::/20")
)  # fmt: skip
PORTS = (443,)


class NotPublic(httpx.TransportError):
    """A URL that leads elsewhere than to a public address by HTTPS."""


def is_public(address: Address) -> bool:
    """Whether an address is one of the internet's own, however it is written."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return False
        if address.scope_id is not None or any(address in network for network in HOLDING_OTHERS):
            return False
    return address.is_global and not any(
        address in network for network in NOT_TO_BE_DIALLED if network.version == address.version
    )


async def addresses_of(host: str, port: int) -> Sequence[str]:
    """The addresses of a name as this machine resolves it. It also reads `0x7f.1` and `2130706433` as addresses."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(each[4][0]) for each in found))


class PublicTransport(httpx.AsyncBaseTransport):
    """Sends requests to addresses that were checked, and to these: nothing is looked up again in between.

    The name stays in the header `Host` and is what the certificate has to be for.
    """

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport | None = None,
        resolve: Resolve = addresses_of,
        allowed: Callable[[Address], bool] = is_public,
        ports: Sequence[int] = PORTS,
        trusted: ssl.SSLContext | None = None,
    ) -> None:
        # A connection kept for one name would be used for another one at the same address.
        limits = httpx.Limits(max_keepalive_connections=0)
        self._inner = inner or httpx.AsyncHTTPTransport(verify=trusted or True, trust_env=False, limits=limits)
        self._resolve = resolve
        self._allowed = allowed
        self._ports = ports

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.raw_host.decode("ascii").strip("[]")
        addresses = await self._checked(request.url, host)
        failed: httpx.ConnectError | httpx.ConnectTimeout | None = None
        for address in addresses:
            try:
                return await self._inner.handle_async_request(_pinned(request, host, address))
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failed = error
        raise failed or httpx.ConnectError("the name has no address")

    async def _checked(self, url: httpx.URL, host: str) -> Sequence[str]:
        if url.scheme != "https" or (url.port or 443) not in self._ports:
            raise NotPublic("its URL is not one of HTTPS on its usual port")
        try:
            addresses = await self._resolve(host, url.port or 443)
        except (OSError, UnicodeError) as error:
            raise httpx.ConnectError("the name has no address") from error
        # One bad address among good ones is a trap.
        if not all(self._allowed(ip_address(each)) for each in addresses):
            raise NotPublic("its URL leads to an address that is not public")
        return addresses

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def __aenter__(self) -> Self:
        await self._inner.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        await self._inner.__aexit__(kind, error, trace)


def _pinned(request: httpx.Request, host: str, address: str) -> httpx.Request:
    """The same request, to an address instead of a name."""
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": host},
    )


def public_client(transport: PublicTransport | None = None) -> httpx.AsyncClient:
    """A client for URLs that communities gave; to be closed by whoever opens it."""
    return httpx.AsyncClient(transport=transport or PublicTransport(), trust_env=False, follow_redirects=False)
