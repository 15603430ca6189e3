"""What a hub tells of itself to a read-only token: its class, its versions, its accounts."""

import asyncio

import httpx
import msgspec

from aggregator.access.evidence import Account, Told, Unseen
from aggregator.rollups.hub_api import Api, Ask, HubFailed, body_of, told
from aggregator.rollups.hub_users import User, Users, users

NEWEST = 1000
"""So many of the newest accounts are looked at."""


class _Part(msgspec.Struct):
    name: str = msgspec.field(name="class", default="")
    version: str | None = None


class _Info(msgspec.Struct):
    version: str
    authenticator: _Part = msgspec.field(default_factory=_Part)


_decode = msgspec.json.Decoder(_Info).decode


async def told_by_hub(http: httpx.AsyncClient, api: Api) -> Told | Unseen:
    """Everything at once. A hub that tells a part only has not been seen: what is missing could be what matters."""
    info, found = await asyncio.gather(told(_info(http, api), "what it is"), users(http, api, NEWEST))
    if isinstance(info, HubFailed):
        return Unseen(info.reason)
    if isinstance(found, HubFailed):
        return Unseen(found.reason)
    part = info.authenticator
    return Told(info.version, part.name, part.version or "", _accounts(found), found.total)


async def _info(http: httpx.AsyncClient, api: Api) -> _Info:
    return _decode(await body_of(http, api, Ask("info", "the scope read:hub")))


def _accounts(found: Users) -> tuple[Account, ...]:
    return tuple(map(_account, found.users))


def _account(user: User) -> Account:
    created = user.created if user.created and user.created.tzinfo else None
    last = user.last_activity if user.last_activity and user.last_activity.tzinfo else None
    return Account(user.name, created, last, user.admin)
