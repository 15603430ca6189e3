"""The users of a hub, as its own REST API tells of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import httpx
import msgspec

from aggregator.rollups.hub_api import Api, Ask, HubFailed, body_of, told

PAGE = 200
PAGES = "application/jupyterhub-pagination+json"
SCOPES = "the scopes list:users, read:users:activity"


class User(msgspec.Struct, frozen=True):
    """One user. What the token may not read is None."""

    name: str
    last_activity: datetime | None = None
    created: datetime | None = None
    admin: bool | None = None


@dataclass(frozen=True, slots=True)
class Users:
    """Users in the order in which they were made, and how many there are in all."""

    users: tuple[User, ...]
    total: int


class _Next(msgspec.Struct):
    offset: int


class _Pagination(msgspec.Struct):
    next: _Next | None = None
    total: int = 0


class _Page(msgspec.Struct):
    items: list[User]
    pagination: _Pagination = msgspec.field(name="_pagination")


_decode = msgspec.json.Decoder(_Page).decode


async def last_seen(http: httpx.AsyncClient, api: Api) -> Mapping[str, datetime] | HubFailed:
    """When the hub saw each of its users last, by user name in lower case; who never came is left out."""
    found = await users(http, api)
    if isinstance(found, HubFailed):
        return found
    return {
        user.name.lower(): user.last_activity
        for user in found.users
        if user.last_activity is not None and user.last_activity.tzinfo is not None
    }


async def users(http: httpx.AsyncClient, api: Api, newest: int | None = None) -> Users | HubFailed:
    """All users of a hub, or so many of the newest and those of the first page."""
    return await told(_all(http, api, newest), "users")


async def _all(http: httpx.AsyncClient, api: Api, newest: int | None) -> Users:
    """Page by page, since a hub answers so many at once only."""
    found: list[User] = []
    offset, total = 0, 0
    while True:
        asked = Ask("users", SCOPES, PAGES, {"limit": PAGE, "offset": offset})
        page = _decode(await body_of(http, api, asked))
        found += page.items
        following, total = page.pagination.next, max(total, page.pagination.total, len(found))
        # A hub that says the same page comes next would be asked for ever.
        if following is None or following.offset <= offset:
            return Users(tuple(found), total)
        offset = following.offset
        if newest is not None:
            offset = max(offset, page.pagination.total - newest)
