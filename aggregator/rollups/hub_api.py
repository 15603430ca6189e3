"""A hub's own REST API, asked with a token; what fails is a value."""

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import httpx
import msgspec

from aggregator.clusters.secrets import Secret, SecretUnreadable

T = TypeVar("T")

TIMEOUT = 30.0
LARGEST = 8 << 20


@dataclass(frozen=True, slots=True)
class Api:
    """Where a hub's REST API is, and a token for it."""

    url: str
    token: Secret


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked below `/hub/api`, and which scopes the token needs for it, in words."""

    path: str
    scopes: str
    accept: str = "application/json"
    parameters: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HubFailed:
    """A hub that does not tell what it is asked, and why."""

    reason: str


class Refused(Exception):
    """What a hub answers instead, in words; `told` turns it into a HubFailed."""


async def told(asking: Awaitable[T], what: str) -> T | HubFailed:
    """What a hub tells, or why it does not; `what` is what it was asked for, in words."""
    try:
        async with asyncio.timeout(TIMEOUT):
            return await asking
    except SecretUnreadable as error:
        return HubFailed(f"its token cannot be read: {error}")
    except TimeoutError:
        return HubFailed(f"its API does not answer in {TIMEOUT:.0f} s")
    except Refused as refusal:
        return HubFailed(str(refusal))
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return HubFailed(f"its API answers something else than {what}")
    except (httpx.HTTPError, httpx.InvalidURL):
        return HubFailed("its API cannot be reached")


async def body_of(http: httpx.AsyncClient, api: Api, ask: Ask) -> bytes:
    """The body of an answer; raises what `told` knows."""
    headers = {"Authorization": f"token {api.token.read()}", "Accept": ask.accept}
    url = f"{api.url.rstrip('/')}/hub/api/{ask.path}"
    body = bytearray()
    async with http.stream("GET", url, params=dict(ask.parameters), headers=headers) as response:
        if response.status_code != 200:
            raise Refused(f"its API answers {response.status_code}; the token needs {ask.scopes}")
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) > LARGEST:
                raise Refused(f"its API answers with more than {LARGEST >> 20} MiB at once")
    return bytes(body)
