"""The fields of a form that was sent, as far as it is of a size that anybody would write."""

from urllib.parse import parse_qsl

from starlette.requests import Request

LARGEST = 64 * 1024


async def fields_of(request: Request) -> dict[str, str]:
    """By name; empty where it was sent in another form than that of our pages."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            break
    return dict(parse_qsl(body[:LARGEST].decode(errors="replace"), keep_blank_values=True))
