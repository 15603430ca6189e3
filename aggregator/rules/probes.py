"""Hubs looked at from outside: their public health page, their REST API, and how long their certificate is valid."""

import asyncio
import json
import ssl
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import httpx

from aggregator.clusters.secrets import Secret, SecretUnreadable
from aggregator.clusters.values import Hub
from aggregator.federation.faults import fault
from aggregator.rules.evidence import Sight

HEALTH = "health"
REST = "rest"
CERTIFICATE = "certificate"

LARGEST = 64 * 1024
AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Pace:
    """What does not answer is asked again after each of these pauses; every time it has so many seconds.

    So short that a hub which never answers is told of within two looks of a minute.
    """

    pauses: tuple[float, ...] = (1.0, 4.0)
    timeout: float = 6.0


PATIENT = Pace()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one look came to, and how often was asked for it; `expires_at` is the end of the certificate it met."""

    sight: Sight
    detail: str = ""
    asks: int = 1
    expires_at: datetime | None = None
    # Browsers refuse it too, and say so to people.
    bad_certificate: bool = field(default=False)


Outcomes = Mapping[str, Outcome]
"""By the kind of look: health, rest, certificate."""


async def looked_at(http: httpx.AsyncClient, hubs: Sequence[Hub], pace: Pace) -> tuple[Outcomes, ...]:
    """What is seen of each hub, in their order; nothing of those without a url."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def look(hub: Hub) -> Outcomes:
        if hub.url is None:
            return {}
        async with turns:
            return await _seen(http, hub.url.rstrip("/"), hub, pace)

    return tuple(await asyncio.gather(*map(look, hubs)))


async def _seen(http: httpx.AsyncClient, url: str, hub: Hub, pace: Pace) -> Outcomes:
    health, rest = await asyncio.gather(
        _patiently(lambda: _health(http, f"{url}{hub.health_path}"), pace),
        _patiently(lambda: _rest(http, f"{url}/hub/api/", hub.api_token), pace),
    )
    looks = {HEALTH: health, REST: rest}
    return looks | {CERTIFICATE: _certificate(health, rest)} if url.startswith("https:") else looks


async def _patiently(ask: Callable[[], Awaitable[Outcome]], pace: Pace) -> Outcome:
    """The first outcome that does not fail, or the last one."""
    outcome = await _in_time(ask, pace.timeout)
    said = [outcome.detail]
    for pause in pace.pauses:
        if outcome.sight is not Sight.FAILING:
            break
        await asyncio.sleep(pause)
        outcome = await _in_time(ask, pace.timeout)
        said.append(outcome.detail)
    if outcome.sight is not Sight.FAILING:
        return outcome
    return replace(outcome, asks=len(said), detail=" and ".join(dict.fromkeys(said)))


async def _in_time(ask: Callable[[], Awaitable[Outcome]], seconds: float) -> Outcome:
    try:
        async with asyncio.timeout(seconds):
            return await ask()
    except TimeoutError:
        return Outcome(Sight.FAILING, f"no answer in {seconds:g} s")
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError):
        return Outcome(Sight.FAILING, "its address is none that can be asked")
    except httpx.HTTPError as error:
        causes = list(_causes(error))
        bad = any(isinstance(each, ssl.SSLCertVerificationError) for each in causes)
        return Outcome(Sight.FAILING, _words(error, causes), bad_certificate=bad)


async def _health(http: httpx.AsyncClient, url: str) -> Outcome:
    # Its body says nothing, and is not waited for.
    async with http.stream("GET", url, follow_redirects=False, timeout=None) as response:
        return _by_status(response)


async def _rest(http: httpx.AsyncClient, url: str, token: Secret | None) -> Outcome:
    """Whether the API tells its version, which it does to anybody, and answers whoever has a token."""
    async with http.stream("GET", url, follow_redirects=False, timeout=None) as response:
        seen = _by_status(response)
        if seen.sight is Sight.OK and not _tells_version(await _beginning(response)):
            return Outcome(Sight.FAILING, "what answers is no JupyterHub")
    return seen if seen.sight is not Sight.OK or token is None else await _info(http, f"{url}info", token, seen)


async def _info(http: httpx.AsyncClient, url: str, token: Secret, seen: Outcome) -> Outcome:
    """A token that is refused is no outage, but worth a word."""
    try:
        headers = {"Authorization": f"token {token.read()}"}
    except SecretUnreadable as error:
        return replace(seen, detail=f"its token cannot be read: {error}")
    async with http.stream("GET", url, headers=headers, follow_redirects=False, timeout=None) as response:
        if response.status_code >= 500:
            return _by_status(response)
        refused = "" if response.status_code == 200 else f"its token is refused: {response.status_code}"
        return replace(seen, detail=refused)


def _by_status(response: httpx.Response) -> Outcome:
    if response.status_code == 200:
        return Outcome(Sight.OK, expires_at=_end_of_certificate(response))
    return Outcome(Sight.FAILING, str(response.status_code), expires_at=_end_of_certificate(response))


def _end_of_certificate(response: httpx.Response) -> datetime | None:
    stream = response.extensions.get("network_stream")
    secured = stream.get_extra_info("ssl_object") if stream is not None else None
    told = secured.getpeercert() if secured is not None else None
    ends = (told or {}).get("notAfter")
    return None if ends is None else datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC)


def _certificate(*looks: Outcome) -> Outcome:
    """What was seen of it on the way, by whichever look met it."""
    bad = next((look for look in looks if look.bad_certificate), None)
    if bad is not None:
        return Outcome(Sight.FAILING, bad.detail)
    ends = next((look.expires_at for look in looks if look.expires_at is not None), None)
    return Outcome(Sight.UNKNOWN) if ends is None else Outcome(Sight.OK, expires_at=ends)


async def _beginning(response: httpx.Response) -> bytes:
    body = b""
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > LARGEST:
            break
    return body[:LARGEST]


def _tells_version(body: bytes) -> bool:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(told, dict) and isinstance(told.get("version"), str)


def _words(error: httpx.HTTPError, causes: Sequence[BaseException]) -> str:
    """What a socket or TLS said below all the layers; never an address."""
    known = next((each for each in reversed(causes) if isinstance(each, OSError)), None)
    if known is not None:
        return fault(known)[1].removeprefix("its ")
    return "what it answers is not HTTP" if _is_nonsense(error) else "the connection broke off"


def _is_nonsense(error: httpx.HTTPError) -> bool:
    told = str(error).lower()
    return isinstance(error, httpx.DecodingError) or (
        isinstance(error, httpx.RemoteProtocolError) and "disconnected" not in told and "incomplete" not in told
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, what it came from, and so on."""
    found: BaseException | None = error
    while found is not None:
        yield found
        found = found.exceptions[0] if isinstance(found, BaseExceptionGroup) else found.__cause__ or found.__context__
