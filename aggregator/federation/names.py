"""What the names of servers resolve to, and whether that is near."""

import asyncio
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import lru_cache, partial
from ipaddress import ip_address
from typing import Any

AddressInfo = tuple[int, int, int, str, tuple[Any, ...]]
"""Family, type, protocol, canonical name and address, as `getaddrinfo` gives them."""

THREADS = 32


class Names:
    """Resolves in threads of its own, so that one name that hangs does not hold up the others."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="names")
        self._near: dict[str, bool] = {}

    async def addresses(self, host: str, port: int) -> Sequence[AddressInfo]:
        """Where a name leads; raises OSError or UnicodeError where it leads nowhere."""
        with suppress(socket.gaierror):
            # An address is read, not asked for.
            return _resolved(host, port, socket.AI_NUMERICHOST)
        ask = partial(_resolved, host, port, socket.AI_ADDRCONFIG)
        found = await asyncio.get_running_loop().run_in_executor(self._threads, ask)
        self._near[host] = all(is_near(str(sockaddr[0])) for *_, sockaddr in found)
        return found

    def near(self, host: str) -> bool:
        """Is the host on this machine or in a private network? A name is far until it was first resolved."""
        return self._near.get(host) or is_near(host)

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def _resolved(host: str, port: int, flags: int) -> Sequence[AddressInfo]:
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)


@lru_cache(maxsize=1024)
def is_near(address: str) -> bool:
    """Is this a loopback, link-local or private address? A name is none."""
    with suppress(ValueError):
        return ip_address(address).is_private
    return False
