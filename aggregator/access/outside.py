"""What anybody sees of a hub and of a Prometheus: by GET only, without credentials, and without making anything."""

import asyncio
import re
import socket
from collections.abc import Sequence
from ipaddress import ip_address

import httpx

from aggregator.access.evidence import NotAsked, Outside, Unseen
from aggregator.clusters.values import Prometheus

TIMEOUT = 15.0
MOST = 256 * 1024
_NAME = re.compile(rb"""<input[^>]+name=["']username["']""")
_PASSWORD = re.compile(rb"""<input[^>]+name=["']password["']""")
# A page that has its own address as the target of its form, as that of nativeauthenticator, asks for this.
_SIGN_UP = re.compile(rb"""<form[^>]+action=["'][^"']*signup|<input[^>]+name=["']signup_password["']""")


async def seen_from_outside(http: httpx.AsyncClient, url: str) -> Outside | Unseen:
    """The login page, the page on which people sign up, and the metrics of a hub."""
    pages = ("login", "signup", "metrics")
    login, sign_up, metrics = await asyncio.gather(*(_page(http, f"{url.rstrip('/')}/hub/{page}") for page in pages))
    if login is None or sign_up is None or metrics is None:
        return Unseen("its pages do not answer")
    if failing := next((status for status, _ in (login, sign_up, metrics) if _is_of_a_proxy(status)), 0):
        return Unseen(f"its pages answer {failing}")
    return Outside(
        sign_up=_is_fine(sign_up) and bool(_SIGN_UP.search(sign_up[1])),
        password_form=_is_fine(login) and bool(_NAME.search(login[1]) and _PASSWORD.search(login[1])),
        metrics=_is_fine(metrics) and b"jupyterhub_" in metrics[1],
    )


async def is_open(http: httpx.AsyncClient, prometheus: Prometheus) -> bool | Unseen | NotAsked:
    """Whether a Prometheus answers those who have no credentials, at any of its addresses.

    One that is configured without credentials is asked where its address is a public one: elsewhere that is as it should be.
    Whoever is asked through a proxy cannot be asked as a stranger would.
    """
    if prometheus.proxy is not None:
        return NotAsked("it is asked through a proxy")
    if prometheus.auth is None and not await _are_public(prometheus.urls):
        return NotAsked("it has no credentials, and no public address")
    pages = [await _page(http, f"{url.rstrip('/')}/api/v1/status/buildinfo") for url in prometheus.urls]
    if any(page is not None and _is_fine(page) and b'"success"' in page[1] for page in pages):
        return True
    seen = [page for page in pages if page is not None and not _is_of_a_proxy(page[0])]
    return (
        False
        if len(seen) == len(pages)
        else Unseen("the cluster's Prometheus does not answer those without credentials")
    )


async def _are_public(urls: Sequence[str]) -> bool:
    """Whether all of them lead to addresses of the internet by HTTPS."""
    return all([await _is_public(httpx.URL(url)) for url in urls])


async def _is_public(url: httpx.URL) -> bool:
    if url.scheme != "https":
        return False
    try:
        found = await asyncio.get_running_loop().getaddrinfo(url.host, url.port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    return bool(found) and all(ip_address(str(each[4][0]).partition("%")[0]).is_global for each in found)


_Page = tuple[int, bytes]


def _is_fine(page: _Page) -> bool:
    return page[0] == 200


def _is_of_a_proxy(status: int) -> bool:
    """Whether what is in front answers, since what is behind it does not."""
    return status >= 500


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
