"""Grafana's HTTP API: one question, and its answer or what is wrong, in words that say what to do."""

import ssl
from dataclasses import dataclass
from typing import Any

import httpx
import orjson

from aggregator.clusters.secrets import Secret, SecretUnreadable
from aggregator.errors import printable

TIMEOUT = 30.0
LARGEST = 32 << 20
CONFLICTS = frozenset({409, 412})
MISSING = 404
# Of what Grafana says, as much as fits on two lines.
_SAID = 200


@dataclass(frozen=True, slots=True)
class Told:
    """What Grafana answers, out of JSON."""

    body: Any


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why there is no answer, and what to do. `status` is that of HTTP, None where there was none."""

    words: str
    status: int | None = None

    @property
    def is_conflict(self) -> bool:
        """Whether somebody else wrote meanwhile, or holds the name."""
        return self.status in CONFLICTS


@dataclass(frozen=True, slots=True)
class Grafana:
    """A Grafana, and what it is asked with."""

    http: httpx.AsyncClient
    url: str
    token: Secret

    async def get(self, path: str, **parameters: str) -> Told | Trouble:
        return await self._asked("GET", path, parameters=parameters)

    async def post(self, path: str, body: object) -> Told | Trouble:
        return await self._asked("POST", path, body)

    async def put(self, path: str, body: object) -> Told | Trouble:
        return await self._asked("PUT", path, body)

    async def patch(self, path: str, body: object) -> Told | Trouble:
        return await self._asked("PATCH", path, body)

    async def delete(self, path: str) -> Told | Trouble:
        return await self._asked("DELETE", path)

    async def _asked(
        self, method: str, path: str, body: object = None, parameters: dict[str, str] | None = None
    ) -> Told | Trouble:
        try:
            token = self.token.read()
            if not token.isascii():
                return Trouble(f"the token of {self.token.source} holds letters that no token has")
            headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
            content = None
            if body is not None:
                headers["Content-Type"], content = "application/json", orjson.dumps(body)
            response = await self.http.request(
                method,
                f"{self.url.rstrip('/')}/api/{path}",
                params=parameters,
                content=content,
                headers=headers,
                timeout=TIMEOUT,
                follow_redirects=False,
            )
        except SecretUnreadable as error:
            return Trouble(f"Grafana's token cannot be read: {error}")
        except httpx.TimeoutException:
            return Trouble(f"Grafana does not answer in {TIMEOUT:.0f} s: {self.url}")
        except (httpx.InvalidURL, UnicodeError, httpx.UnsupportedProtocol):
            return Trouble(f"grafana.url is no address that can be asked: {self.url}")
        except httpx.HTTPError as error:
            return Trouble(_unreachable(self.url, error))
        return _read(response, f"{method} /api/{path}", self.token.source, self.url)


def _unreachable(url: str, error: httpx.HTTPError) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return f"{url}: its certificate is not one this machine trusts; SSL_CERT_FILE names another set of them"
        cause = cause.__cause__ or cause.__context__
    return f"{url}: nobody answers there; is grafana.url right, and reachable from here?"


def _read(response: httpx.Response, asked: str, token: str, url: str) -> Told | Trouble:
    body, status = response.content, response.status_code
    told = _json(body) if len(body) <= LARGEST else None
    if status < 300 and told is not None:
        return Told(told)
    if status == 401:
        return Trouble(f"Grafana does not take the token of {token} (401): is it another Grafana's, or over?", status)
    if status == 403 and isinstance(told, dict):
        return Trouble(
            f"{asked}: Grafana refuses it ({_said(told)}). The service account of {token} needs the role Admin; "
            "what a file provisions is changed in that file alone",
            status,
        )
    if told is None:
        return Trouble(_no_grafana(status, url, body), status)
    return Trouble(f"{asked}: Grafana answers {status} ({_said(told)})", status)


def _no_grafana(status: int, url: str, body: bytes) -> str:
    what = "a page of HTML" if body.lstrip()[:1] == b"<" else "no JSON"
    if 300 <= status < 400:
        what = "a redirect"
    return (
        f"{url} answers {status} with {what}: that is a proxy, a login page or another server, not Grafana's API. "
        "Is grafana.url right (with the path that Grafana is below), and may the token pass what stands in front?"
    )


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def _said(told: Any) -> str:
    said = told.get("message", "") if isinstance(told, dict) else ""
    return printable(str(said))[:_SAID] or "without a word"
