"""Who was seen on a hub of late, as its own REST API tells it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import httpx
import msgspec

from aggregator.clusters.secrets import Secret, SecretUnreadable

PAGE = 200
TIMEOUT = 30.0
LARGEST = 8 << 20


@dataclass(frozen=True, slots=True)
class Api:
    """Where a hub's REST API is, and a token for it."""

    url: str
    token: Secret


@dataclass(frozen=True, slots=True)
class HubFailed:
    """A hub whose users cannot be known, and why."""

    reason: str


class _User(msgspec.Struct):
    name: str
    last_activity: datetime | None = None


class _Next(msgspec.Struct):
    offset: int


class _Pagination(msgspec.Struct):
    next: _Next | None = None


class _Page(msgspec.Struct):
    items: list[_User]
    pagination: _Pagination = msgspec.field(name="_pagination")


_decode = msgspec.json.Decoder(_Page).decode
PAGES = "application/jupyterhub-pagination+json"


async def last_seen(http: httpx.AsyncClient, api: Api) -> Mapping[str, datetime] | HubFailed:
    """When the hub saw each of its users last, by user name in lower case; who never came is left out."""
    try:
        headers = {"Authorization": f"token {api.token.read()}", "Accept": PAGES}
        async with asyncio.timeout(TIMEOUT):
            return await _all(http, f"{api.url.rstrip('/')}/hub/api/users", headers)
    except SecretUnreadable as error:
        return HubFailed(f"its token cannot be read: {error}")
    except TimeoutError:
        return HubFailed(f"its API does not answer in {TIMEOUT:.0f} s")
    except _Refused as refusal:
        return HubFailed(str(refusal))
    except (msgspec.MsgspecError, UnicodeError):
        return HubFailed("its API answers something else than users")
    except (httpx.HTTPError, httpx.InvalidURL):
        return HubFailed("its API cannot be reached")


class _Refused(Exception):
    pass


async def _all(http: httpx.AsyncClient, url: str, headers: Mapping[str, str]) -> Mapping[str, datetime]:
    """Page by page, since a hub answers so many at once only."""
    found: dict[str, datetime] = {}
    offset = 0
    while True:
        page = _decode(await _page(http, url, {"limit": PAGE, "offset": offset}, headers))
        found |= {
            user.name.lower(): user.last_activity
            for user in page.items
            if user.last_activity is not None and user.last_activity.tzinfo is not None
        }
        following = page.pagination.next
        # A hub that says the same page comes next would be asked for ever.
        if following is None or following.offset <= offset:
            return found
        offset = following.offset


async def _page(http: httpx.AsyncClient, url: str, parameters: Mapping[str, int], headers: Mapping[str, str]) -> bytes:
    body = bytearray()
    async with http.stream("GET", url, params=dict(parameters), headers=dict(headers)) as response:
        if response.status_code != 200:
            raise _Refused(
                f"its API answers {response.status_code}; the token needs the scopes list:users, read:users:activity"
            )
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) > LARGEST:
                raise _Refused(f"its API answers with more than {LARGEST >> 20} MiB for {PAGE} users")
    return bytes(body)
