"""What there is to know of hubs from outside: which version of JupyterHub answers at their address."""

import asyncio
import json
from collections.abc import Sequence

import httpx

from aggregator.clusters.facts import HubFacts, plain_version
from aggregator.clusters.values import Hub

LARGEST = 64 * 1024
TIMEOUT = 10.0


async def hub_facts_of(http: httpx.AsyncClient, hubs: Sequence[Hub]) -> tuple[HubFacts, ...]:
    """One set of facts a hub, in their order. Their API tells its version to anybody."""
    return tuple(await asyncio.gather(*(_facts(http, hub) for hub in hubs)))


async def _facts(http: httpx.AsyncClient, hub: Hub) -> HubFacts:
    if hub.url is None:
        return HubFacts()
    try:
        async with asyncio.timeout(TIMEOUT), http.stream("GET", f"{hub.url}/hub/api/") as response:
            if response.status_code != 200:
                return HubFacts(failed=f"its API answers {response.status_code}")
            return _told(await _beginning(response))
    except TimeoutError:
        return HubFacts(failed=f"its API does not answer in {TIMEOUT:.0f} s")
    except (httpx.InvalidURL, UnicodeError):
        return HubFacts(failed="its address is none that can be asked")
    except httpx.HTTPError:
        return HubFacts(failed="its API cannot be reached")


async def _beginning(response: httpx.Response) -> bytes:
    body = b""
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > LARGEST:
            break
    return body[:LARGEST]


def _told(body: bytes) -> HubFacts:
    try:
        told = json.loads(body)
    except ValueError:
        told = None
    version = plain_version(str(told.get("version", ""))) if isinstance(told, dict) else None
    return HubFacts(version) if version else HubFacts(failed="what answers at its address is no JupyterHub")
