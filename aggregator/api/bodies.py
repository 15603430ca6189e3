"""What is sent: Prometheus' envelope around an answer or an error, packed where that saves more than it costs."""

import asyncio
import re
from collections.abc import Iterable, Sequence

import msgspec
from isal import igzip
from starlette.requests import Request
from starlette.responses import Response

JSON = "application/json"

# Below this, packing costs the reader more than the bytes it saves.
WORTH_PACKING = 64 * 1024
# Above this it takes milliseconds, in which nobody else would be served.
WORTH_A_THREAD = 2**20
FASTEST = 1
_NEVER = re.compile(r"q\s*=\s*0(\.0*)?")

encode = msgspec.json.Encoder().encode


def success(
    data: Iterable[bytes], warnings: Sequence[str] = (), explain: object = None, infos: Sequence[str] = ()
) -> bytes:
    """The envelope of an answer whose `data` is given as JSON in pieces."""
    pieces = [b'{"status":"success","data":', *data]
    if warnings:
        pieces += (b',"warnings":', encode(warnings))
    if infos:
        pieces += (b',"infos":', encode(infos))
    if explain is not None:
        pieces += (b',"explain":', encode(explain))
    pieces.append(b"}")
    return b"".join(pieces)


def failure(error_type: str, error: str) -> bytes:
    """The envelope of an error."""
    return encode({"status": "error", "errorType": error_type, "error": error})


async def response(request: Request, body: bytes, kind: str = JSON) -> Response:
    """The body as the client asked for it."""
    if len(body) <= WORTH_PACKING:
        return Response(body, media_type=kind)
    headers = {"Vary": "Accept-Encoding"}
    if accepts_gzip(request.headers.get("accept-encoding", "")):
        headers["Content-Encoding"] = "gzip"
        large = len(body) > WORTH_A_THREAD
        body = await asyncio.to_thread(igzip.compress, body, FASTEST) if large else igzip.compress(body, FASTEST)
    return Response(body, media_type=kind, headers=headers)


def accepts_gzip(header: str) -> bool:
    """Whether a header Accept-Encoding allows gzip; `gzip;q=0` forbids it."""
    for offer in header.lower().split(","):
        name, _, weight = offer.partition(";")
        if name.strip() == "gzip":
            return not _NEVER.fullmatch(weight.strip())
    return False
