"""What people and their tools do at a hub: log in by a provider or by its form, and delete accounts."""

import re
from urllib.parse import quote

import httpx

from tests.access.hubs.start import Hub

AMPLE = 60.0


async def logged_in_by_provider(hub: Hub, name: str) -> int:
    """What the hub answers when the provider says that somebody is `name`: 302 lets in, 403 does not."""
    async with _browser() as browser:
        begin = await browser.get(f"{hub.url}/hub/oauth_login")
        browser.cookies.set("who", name, domain="127.0.0.1")
        allowed = await browser.get(begin.headers["location"])
        return (await browser.get(allowed.headers["location"])).status_code


async def logged_in_by_form(hub: Hub, name: str, password: str = "") -> int:
    """What the hub answers to its own form: 302 lets in, 403 does not."""
    async with _browser() as browser:
        page = await browser.get(f"{hub.url}/hub/login")
        hidden = re.search(r'name="_xsrf"\s+value="([^"]*)"', page.text)
        form = {"username": name, "password": password, "_xsrf": hidden.group(1) if hidden else ""}
        return (await browser.post(f"{hub.url}/hub/login", data=form)).status_code


async def delete_account(hub: Hub, name: str) -> None:
    """As whoever closes a hub does."""
    async with _browser() as browser:
        path = f"{hub.url}/hub/api/users/{quote(name, safe='')}"
        (await browser.delete(path, headers=_keeper(hub))).raise_for_status()


async def accounts(hub: Hub) -> set[str]:
    """The names of all accounts."""
    async with _browser() as browser:
        told = (await browser.get(f"{hub.url}/hub/api/users", headers=_keeper(hub))).raise_for_status().json()
    return {each["name"] for each in told}


def _keeper(hub: Hub) -> dict[str, str]:
    return {"Authorization": f"token {hub.tokens['keeper']}"}


def _browser() -> httpx.AsyncClient:
    return httpx.AsyncClient(timeout=AMPLE, trust_env=False, verify=False)
