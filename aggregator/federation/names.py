"""What the names of servers resolve to, and whether that is near."""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import lru_cache, partial
from ipaddress import ip_address

from aiohttp.abc import AbstractResolver, ResolveResult

THREADS = 32


class Names(AbstractResolver):
    """Resolves in threads of its own, so that one name that hangs does not hold up the others."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="names")
        self._near: dict[str, bool] = {}

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of a name, as aiohttp wants them."""
        ask = partial(
            socket.getaddrinfo, host, port, family=family, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG
        )
        found = await asyncio.get_running_loop().run_in_executor(self._threads, ask)
        results = [_result(host, *entry) for entry in found]
        self._near[host] = all(is_near(result["host"]) for result in results)
        return results

    def near(self, host: str) -> bool:
        """Is the host on this machine or in a private network? A name is far until it was first resolved."""
        return self._near.get(host) or is_near(host)

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


@lru_cache(maxsize=1024)
def is_near(address: str) -> bool:
    """Is this a loopback, link-local or private address? A name is none."""
    with suppress(ValueError):
        return ip_address(address).is_private
    return False


Sockaddr = tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]


def _result(host: str, family: int, _: int, proto: int, __: str, sockaddr: Sockaddr) -> ResolveResult:
    address = str(sockaddr[0])
    scope = sockaddr[3] if len(sockaddr) == 4 else 0
    return ResolveResult(
        hostname=host,
        host=f"{address}%{scope}" if scope and "%" not in address else address,
        port=int(sockaddr[1]),
        family=family,
        proto=proto,
        flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
    )
