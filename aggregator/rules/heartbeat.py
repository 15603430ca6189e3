"""A dead man's switch: as long as Crosshub looks, it asks a URL of the user's choice, which tells when that stops."""

import asyncio
import logging

import httpx

from aggregator.clusters.alerting import Heartbeat
from aggregator.clusters.secrets import SecretUnreadable

log = logging.getLogger(__name__)

TIMEOUT = 10.0


async def beat(http: httpx.AsyncClient, heartbeat: Heartbeat | None) -> bool:
    """Whether the URL was asked and took it, or there is none; what is wrong is logged, never the URL: it is a secret."""
    if heartbeat is None:
        return True
    failed = await _failure(http, heartbeat)
    if failed:
        log.warning("the heartbeat did not go out: %s", failed)
    return not failed


async def _failure(http: httpx.AsyncClient, heartbeat: Heartbeat) -> str:
    try:
        url = heartbeat.url.read()
        async with (
            asyncio.timeout(TIMEOUT),
            http.stream("GET", url, follow_redirects=False, timeout=None) as response,
        ):
            return "" if response.is_success else f"its URL answers {response.status_code}"
    except SecretUnreadable as error:
        return str(error)
    except TimeoutError:
        return f"its URL does not answer in {TIMEOUT:.0f} s"
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError):
        return "its URL is none that can be asked"
    except httpx.HTTPError:
        return "its URL cannot be reached"
