"""What anybody sees of a hub and of a Prometheus: by GET only, without credentials, and without making anything."""

import asyncio
import re

import httpx

from aggregator.access.evidence import Outside, Unseen
from aggregator.clusters.values import Prometheus

TIMEOUT = 15.0
MOST = 256 * 1024
_NAME = re.compile(rb"""<input[^>]+name=["']username["']""")
_PASSWORD = re.compile(rb"""<input[^>]+name=["']password["']""")
_SIGN_UP = re.compile(rb"""<form[^>]+action=["'][^"']*signup""")


async def seen_from_outside(http: httpx.AsyncClient, url: str) -> Outside | Unseen:
    """The login page, the page on which people sign up, and the metrics of a hub."""
    pages = ("login", "signup", "metrics")
    login, sign_up, metrics = await asyncio.gather(*(_page(http, f"{url.rstrip('/')}/hub/{page}") for page in pages))
    if login is None or sign_up is None or metrics is None:
        return Unseen("its pages do not answer")
    return Outside(
        sign_up=_is_fine(sign_up) and bool(_SIGN_UP.search(sign_up[1])),
        password_form=_is_fine(login) and bool(_NAME.search(login[1]) and _PASSWORD.search(login[1])),
        metrics=_is_fine(metrics) and b"jupyterhub_" in metrics[1],
    )


async def is_open(http: httpx.AsyncClient, prometheus: Prometheus) -> bool | None:
    """Whether a Prometheus answers without the credentials that are configured; None where there are none, or it is silent.

    Whoever is asked through a proxy, or by a certificate, cannot be asked as a stranger would.
    """
    if prometheus.auth is None or prometheus.proxy is not None:
        return None
    found = await _page(http, f"{prometheus.urls[0].rstrip('/')}/api/v1/status/buildinfo")
    return None if found is None else _is_fine(found) and b'"success"' in found[1]


_Page = tuple[int, bytes]


def _is_fine(page: _Page) -> bool:
    return page[0] == 200


async def _page(http: httpx.AsyncClient, url: str) -> _Page | None:
    """Status, and the beginning of the body; redirects are not followed."""
    body = bytearray()
    try:
        async with asyncio.timeout(TIMEOUT), http.stream("GET", url, follow_redirects=False, timeout=None) as response:
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > MOST:
                    break
            return response.status_code, bytes(body)
    except (TimeoutError, httpx.HTTPError, httpx.InvalidURL, UnicodeError):
        return None
