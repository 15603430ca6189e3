"""One request to a receiver, and what came of it as a value: bounded in time and size, no redirect followed."""

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress

import httpx

from aggregator.delivery.public_addresses import NotPublic
from aggregator.delivery.verdicts import Answer, NoAnswer, Refused

MOST_OF_A_BODY = 16 * 1024
TO_CONNECT = 5.0
# Nobody waits longer for the words of an answer whose status is known.
TO_READ = 3.0
AGENT = "Crosshub"


async def posted(
    http: httpx.AsyncClient, url: str, body: bytes, headers: Mapping[str, str], deadline: float
) -> Answer | NoAnswer | Refused:
    """What a POST of some JSON came to. The URL may be a secret: no word of it is in what is said."""
    sent = {"Content-Type": "application/json; charset=utf-8", "User-Agent": AGENT, **headers}
    until = time.monotonic() + deadline
    try:
        async with asyncio.timeout(deadline):
            request = http.build_request(
                "POST", url, content=body, headers=sent, timeout=httpx.Timeout(deadline, connect=TO_CONNECT)
            )
            response = await http.send(request, stream=True, follow_redirects=False)
    except NotPublic as error:
        return Refused(str(error), "receiver")
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError):
        return Refused("its URL is none", "receiver")
    except TimeoutError:
        return NoAnswer(f"no answer in {deadline:g} s", unsure=True)
    except httpx.HTTPError as error:
        return _nothing(error)
    try:
        body_text = await _beginning(response, min(TO_READ, until - time.monotonic()))
    finally:
        await response.aclose()
    return Answer(response.status_code, body_text, response.headers.get("retry-after"))


def _nothing(error: httpx.HTTPError) -> NoAnswer:
    match error:
        case httpx.ConnectTimeout() | httpx.PoolTimeout():
            return NoAnswer("no connection in time")
        case httpx.ConnectError() | httpx.ProxyError():
            return NoAnswer("no connection")
        case httpx.TimeoutException():
            return NoAnswer("no answer in time", unsure=True)
        case _:
            return NoAnswer("the connection broke off", unsure=True)


async def _beginning(response: httpx.Response, patience: float) -> str:
    """The beginning of the body; as much of it as came, where it comes slowly or breaks off."""
    content = b""
    with suppress(TimeoutError, httpx.HTTPError):
        async with asyncio.timeout(max(0.0, patience)):
            async for piece in response.aiter_bytes():
                content += piece
                if len(content) >= MOST_OF_A_BODY:
                    break
    return content[:MOST_OF_A_BODY].decode(errors="replace")
