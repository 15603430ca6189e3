"""Clusters that answer at once, whatever they are asked, with 20 KB: what is left is what asking costs."""

import asyncio
import json
from typing import cast

from tests.bench.places import END, START, STEP
from tests.bench.ports import Opened, serve

SIZE = 20_000


def vector() -> bytes:
    """Many series of one sample: the dearest of answers, since label sets have to be read."""
    labels: dict[str, object] = {
        "__name__": "container_memory_working_set_bytes",
        "container": "notebook",
        "namespace": "prod",
    }
    series: list[dict[str, object]] = [
        {"metric": {**labels, "pod": f"jupyter-person-{n:04}"}, "value": [END // 1000, f"{413_253_632 + n}"]}
        for n in range(1000)
    ]
    return _cut("vector", series)


def matrix() -> bytes:
    """A few series of many samples, as panels have them."""
    values = [[(START + STEP * n) // 1000, f"{n * 0.1234567:.12f}"] for n in range(97)]
    series: list[dict[str, object]] = [
        {"metric": {"job": "hub", "namespace": f"hub-{n}"}, "values": values} for n in range(1000)
    ]
    return _cut("matrix", series)


def _cut(kind: str, series: list[dict[str, object]]) -> bytes:
    """As many of the series as come to SIZE, as Prometheus writes them: labels by their names."""
    each = len(json.dumps(series[0], separators=(",", ":"))) + 1
    result = {"resultType": kind, "result": series[: SIZE // each]}
    whole = {"status": "success", "data": result}
    return json.dumps(whole, separators=(",", ":")).encode()


_ANSWERS = {
    path: b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    for path, body in ((b"/api/v1/query ", vector()), (b"/api/v1/query_range ", matrix()))
}
_BUILD = b'{"status":"success","data":{"version":"2.42.0"}}'
_OTHER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(_BUILD) + _BUILD


class Fake(asyncio.Protocol):
    """One connection; requests come one after the other."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports do not say so, but they are.
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._read += data
        head, end, body = self._read.partition(b"\r\n\r\n")
        if end and len(body) >= _length(head):
            self._read = b""
            path = head.split(b" ", 2)[1].partition(b"?")[0] + b" "
            self.transport.write(_ANSWERS.get(path, _OTHER))


def _length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"content-length:")
    return int(rest.partition(b"\r\n")[0]) if found else 0


async def open_fakes(given: list[str]) -> Opened:
    loop = asyncio.get_running_loop()
    return [await loop.create_server(Fake, "127.0.0.1", 0) for _ in range(int(given[0]))]


if __name__ == "__main__":
    serve(open_fakes)
