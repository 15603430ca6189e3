"""What the programs of the bench that listen on many ports have in common: a first port that tells all others."""

import asyncio
import json
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence

import uvloop

Opened = Sequence[asyncio.Server]


def serve(open_ports: Callable[[list[str]], Awaitable[Opened]]) -> None:
    """Runs until told to end: `PORT ARGUMENT...` are the words of the command line."""
    port, *given = sys.argv[1:]
    uvloop.run(_serve(int(port), open_ports, given))


async def _serve(port: int, open_ports: Callable[[list[str]], Awaitable[Opened]], given: list[str]) -> None:
    numbers = [server.sockets[0].getsockname()[1] for server in await open_ports(given)]
    body = json.dumps(numbers).encode()

    async def tell(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()
        writer.close()

    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    async with await asyncio.start_server(tell, "127.0.0.1", port):
        await ended.wait()
