"""The parameters of a request, from its URL and its form, as Go's net/http reads them."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import unquote_to_bytes

from starlette.requests import ClientDisconnect, Request

from aggregator.api import moments
from aggregator.errors import BadQuery

T = TypeVar("T")

LARGEST_FORM = 10 * 2**20
_FORM = b"application/x-www-form-urlencoded"
_BAD_ESCAPE = re.compile(rb"%(?![0-9a-fA-F]{2}).{0,2}", re.DOTALL)
_WHOLE = re.compile(r"[+-]?\d{1,19}", re.ASCII)
_TRUTH = {
    **dict.fromkeys(("1", "t", "T", "true", "TRUE", "True"), True),
    **dict.fromkeys(("0", "f", "F", "false", "FALSE", "False"), False),
}


@dataclass(slots=True)
class Parameters:
    """Every value of every parameter: those of the form before those of the URL, so that the form wins.

    `fault` says what could not be read. Most endpoints of Prometheus pass over it; what was read stands.
    """

    values: dict[str, list[str]] = field(default_factory=dict)
    fault: str | None = None
    alerting: bool = False

    def first(self, name: str) -> str:
        """The first value, or the empty text."""
        found = self.values.get(name)
        return found[0] if found else ""

    def every(self, name: str) -> tuple[str, ...]:
        return tuple(self.values.get(name, ()))

    def moment(self, name: str, missing: int) -> int:
        """Nanoseconds since 1970."""
        text = self.first(name)
        if not text:
            return missing
        # Prometheus says it twice.
        return self._read(name, moments.moment, f"Invalid time value for '{name}': ")

    def required_moment(self, name: str) -> int:
        return self._read(name, moments.moment)

    def duration(self, name: str) -> int:
        """Nanoseconds."""
        return self._read(name, moments.duration)

    def truth(self, name: str, *, missing: bool) -> bool:
        text = self.first(name)
        if text and text not in _TRUTH:
            raise BadQuery(f'invalid parameter "{name}": {moments.quoted(text)} is neither true nor false')
        return _TRUTH.get(text, missing)

    def partial(self, *, missing: bool) -> bool:
        """Whether clusters may be missing from the answer.

        Never for an alert of Grafana's, whatever its data source sends along: it would resolve because a cluster
        went silent.
        """
        return self.truth("partial_response", missing=missing) and not self.alerting

    def limit(self) -> int:
        """The most entries to answer; 0 is all of them."""
        text = self.first("limit")
        number = whole(text or "0")
        if number is None:
            raise BadQuery(f'invalid parameter "limit": strconv.Atoi: parsing {moments.quoted(text)}: invalid syntax')
        if number < 0:
            raise BadQuery('invalid parameter "limit": limit must be non-negative')
        return number

    def strict(self) -> None:
        """Refuse what could not be read, as some endpoints of Prometheus do."""
        if self.fault is not None:
            raise BadQuery(f"error parsing form values: {self.fault}")

    def _read(self, name: str, read: Callable[[str], T], prefix: str = "") -> T:
        try:
            return read(self.first(name))
        except BadQuery as fault:
            raise BadQuery(f'invalid parameter "{name}": {prefix}{fault}') from None


async def parameters(request: Request) -> Parameters:
    """What a request asks for."""
    # Of several of a name the first counts, as in Go. Starlette's mapping goes through all of them for each name.
    headers = dict(reversed(request.scope["headers"]))
    found = Parameters(alerting=headers.get(b"fromalert", b"").lower() == b"true")
    if request.scope["method"] == "POST" and _is_form(headers.get(b"content-type", b"")):
        _take(await _body(request), found)
    if request.scope["query_string"]:
        _take(request.scope["query_string"], found)
    return found


def whole(text: str) -> int | None:
    """The int that Go's strconv.Atoi reads, or None."""
    if not _WHOLE.fullmatch(text):
        return None
    number = int(text)
    return number if -(2**63) <= number < 2**63 else None


def now() -> int:
    """The present in nanoseconds, whole milliseconds as Prometheus takes them."""
    return time.time_ns() // moments.MILLISECOND * moments.MILLISECOND


def _is_form(kind: bytes) -> bool:
    return kind == _FORM or kind.partition(b";")[0].strip().lower() == _FORM


async def _body(request: Request) -> bytes:
    body, more = bytearray(), True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > LARGEST_FORM:
            raise BadQuery("error parsing form values: http: request body too large")
    return bytes(body)


def _take(encoded: bytes, found: Parameters) -> None:
    for pair in encoded.split(b"&"):
        if not pair:
            continue
        name, _, value = pair.partition(b"=")
        fault = _fault(pair)
        if fault is None:
            found.values.setdefault(_decoded(name), []).append(_decoded(value))
        elif found.fault is None:
            found.fault = fault


def _fault(pair: bytes) -> str | None:
    if b";" in pair:
        return "invalid semicolon separator in query"
    if bad := _BAD_ESCAPE.search(pair):
        return f"invalid URL escape {moments.quoted(bad[0].decode(errors='replace'))}"
    return None


def _decoded(text: bytes) -> str:
    plain = text.replace(b"+", b" ")
    if b"%" in plain:
        plain = unquote_to_bytes(plain)
    # What is no UTF-8 matches nothing anywhere, but must not break anything on its way.
    return plain.decode(errors="replace")
