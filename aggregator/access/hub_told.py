"""What a hub tells of itself to a read-only token: its class, its versions, its accounts."""

import asyncio
from datetime import datetime

import httpx
import msgspec

from aggregator.access.evidence import Account, Told, Unseen
from aggregator.rollups.hub_api import Api, Ask, HubFailed, body_of, told
from aggregator.rollups.hub_users import User, Users, users

# In other years nothing happened to an account, and hours could not be added to them.
FIRST, LAST = 1990, 2199
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
    if any(user.created is msgspec.UNSET for user in found.users):
        return Unseen("its API does not tell when accounts were made; the token needs the scope read:users")
    part = info.authenticator
    return Told(info.version, part.name, part.version or "", _accounts(found), found.total)


async def _info(http: httpx.AsyncClient, api: Api) -> _Info:
    return _decode(await body_of(http, api, Ask("info", "the scope read:hub")))


def _accounts(found: Users) -> tuple[Account, ...]:
    return tuple(map(_account, found.users))


def sane(moment: datetime | None) -> datetime | None:
    """The moment, if it is one that a hub can mean: with a zone, and not at the end of all time."""
    return moment if moment is not None and moment.tzinfo is not None and FIRST <= moment.year <= LAST else None


def _account(user: User) -> Account:
    created = user.created if isinstance(user.created, datetime) else None
    # In lower case, as clusters tell of the same people.
    return Account(user.name.lower(), sane(created), sane(user.last_activity), user.admin)
