"""Asking one server or the other the same thing."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import httpx

from tests.fleet.places import END, START

NOON = str((START + END) // 2 // 1000)
FROM, TO = str(START // 1000), str(END // 1000)

Parameters = Mapping[str, str] | Sequence[tuple[str, str]]


def asked(
    url: str, path: str, parameters: Parameters | str = "", method: str = "GET", **options: Any
) -> httpx.Response:
    """The response; parameters given as a text are sent as they are."""
    query = parameters if isinstance(parameters, str) else urlencode(parameters)
    # Without `verify` each call would read all the CAs there are.
    return httpx.request(method, f"{url}{path}?{query}", timeout=30, trust_env=False, verify=False, **options)


def data(url: str, path: str, parameters: Parameters = ()) -> Any:
    """The `data` of an answer."""
    response = asked(url, path, parameters)
    assert response.status_code == 200, response.text
    return response.json()["data"]
