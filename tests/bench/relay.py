"""The least that a hop in Python costs: uvicorn in front, the questions of the plan behind, and nothing is read.

Whoever asks one of the bench's queries gets the first cluster's answer, once all have answered.
"""

import asyncio
import json
import sys
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

import uvicorn
from httptools import HttpResponseParser

from tests.bench import bare
from tests.bench.asking import FORM, Request, whole
from tests.bench.queries import every_query

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Port = int


class Asking(asyncio.Protocol):
    """A connection to a cluster, on which one question at a time is asked."""

    transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports do not say so, but they are.
        self.transport = cast("asyncio.Transport", transport)

    def ask(self, request: bytes) -> asyncio.Future[bytes]:
        self._parser: HttpResponseParser | None = HttpResponseParser(self)
        self._body = bytearray()
        self._answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return self._answer

    def data_received(self, data: bytes) -> None:
        assert self._parser is not None
        self._parser.feed_data(data)

    def on_body(self, chunk: bytes) -> None:
        self._body += chunk

    def on_message_complete(self) -> None:
        self._parser = None
        self._answer.set_result(bytes(self._body))


class Relay:
    """The application; `asked` are the questions to clusters by path and form of what is asked here."""

    def __init__(self, asked: Mapping[tuple[str, bytes], list[tuple[Port, bytes]]]) -> None:
        self._asked = asked
        self._kept: defaultdict[Port, list[Asking]] = defaultdict(list)

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        form, more = b"", True
        while more:
            message = await receive()
            form, more = form + message["body"], message["more_body"]
        questions = self._asked.get((scope["path"], form), [])
        answers = await asyncio.gather(*(self._answer(port, request) for port, request in questions))
        body = answers[0] if answers else b""
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, port: Port, request: bytes) -> bytes:
        kept = self._kept[port]
        if kept:
            asking = kept.pop()
        else:
            _, asking = await asyncio.get_running_loop().create_connection(Asking, "127.0.0.1", port)
        answer = await asking.ask(request)
        kept.append(asking)
        return answer


def written(request: Request, encoding: str) -> tuple[Port, bytes]:
    """A question as it travels, and where to."""
    url = request.url
    head = f"POST {url.path} HTTP/1.1\r\nhost: {url.host}:{url.port}\r\naccept-encoding: {encoding}\r\n"
    head += f"content-type: {FORM}\r\ncontent-length: {len(request.body)}\r\n\r\n"
    return url.port or 80, head.encode() + request.body


def main() -> None:
    """`PORT ENCODING CLUSTERS`, the last a JSON object of names and URLs."""
    port, encoding, clusters = sys.argv[1:]
    urls = json.loads(clusters)
    asked = {}
    for query in every_query():
        (here,) = whole("http://here", query)
        asked[here.url.path, here.body] = [written(question, encoding) for question in bare.split(query, urls)]
    uvicorn.run(
        Relay(asked),
        host="127.0.0.1",
        port=int(port),
        loop="uvloop",
        http="httptools",
        log_level="warning",
        access_log=False,
        lifespan="off",
    )


if __name__ == "__main__":
    main()
