"""Times and durations in a request, read as Prometheus reads them."""

import math
import re
from datetime import UTC, datetime, timedelta

from aggregator.errors import BadQuery
from aggregator.promql import numbers

NANOSECONDS = 10**9
MILLISECOND = 10**6  # in nanoseconds

# What a float64 of milliseconds still tells apart: the year 287396. Prometheus' own integers overflow behind it.
_FURTHEST = 2**53 * MILLISECOND
_LONGEST = 2**63
# Whole numbers of so many digits are moments that a float64 holds.
_SURE = 12
_RFC3339 = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:[.,](\d+))?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))", re.ASCII)
# The first and the last moment that Prometheus has, as it writes them itself.
_BOUNDS = {
    "-292273086-05-16T16:47:06Z": -_FURTHEST,
    "292277025-08-18T07:12:54.999999999Z": _FURTHEST,
}
_DURATION = re.compile(r"(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?", re.ASCII)
_SECONDS = (365 * 86400, 7 * 86400, 86400, 3600, 60, 1)
_UNITS = (*(seconds * NANOSECONDS for seconds in _SECONDS), MILLISECOND)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(text: str) -> int:
    """Nanoseconds since 1970 of `1700000000.5` or `2026-11-22T10:00:00Z`; raises BadQuery."""
    if len(text) <= _SURE and text.isascii() and text.isdecimal():
        return int(text) * NANOSECONDS
    seconds = numbers.parse(text)
    if seconds is not None:
        return _of_seconds(seconds)
    found = _RFC3339.fullmatch(text)
    if found and (nanoseconds := _of_calendar(found)) is not None:
        return nanoseconds
    if text in _BOUNDS:
        return _BOUNDS[text]
    raise BadQuery(f"cannot parse {quoted(text)} to a valid timestamp")


def duration(text: str) -> int:
    """Nanoseconds of `15`, `0.5` or `1h30m`; raises BadQuery."""
    seconds = numbers.parse(text)
    if seconds is not None:
        nanoseconds = seconds * NANOSECONDS
        if math.isinf(nanoseconds) or abs(nanoseconds) > _LONGEST:
            raise BadQuery(f"cannot parse {quoted(text)} to a valid duration. It overflows int64")
        return 0 if math.isnan(nanoseconds) else int(nanoseconds)
    found = _DURATION.fullmatch(text)
    if text and found and len(text) < 100:
        whole = sum(int(count or 0) * unit for count, unit in zip(found.groups(), _UNITS, strict=True))
        if whole < _LONGEST:
            return whole
    raise BadQuery(f"cannot parse {quoted(text)} to a valid duration")


def quoted(text: str) -> str:
    """A text as Go's `%q` writes it."""
    return '"' + "".join(_ESCAPES.get(character) or _shown(character) for character in text) + '"'


def _of_seconds(seconds: float) -> int:
    if not abs(seconds) < _FURTHEST / NANOSECONDS:
        return _FURTHEST if seconds > 0 else -_FURTHEST
    fraction, whole = math.modf(seconds)
    # Rounded to milliseconds, as Prometheus does, since a float64 of today holds little more.
    return int(whole) * NANOSECONDS + int(_rounded(fraction * 1000) / 1000 * NANOSECONDS)


def _rounded(value: float) -> float:
    """Halves away from zero, as in Go."""
    return math.copysign(math.floor(abs(value) + 0.5), value)


def _of_calendar(found: re.Match[str]) -> int | None:
    try:
        day = datetime.fromisoformat(found[1]).replace(tzinfo=UTC)
    except ValueError:
        return None
    fraction = int((found[2] or "0")[:9].ljust(9, "0"))
    offset = timedelta(hours=int(found[4] or 0), minutes=int(found[5] or 0)) * (-1 if found[3] == "-" else 1)
    return ((day - _EPOCH - offset) // timedelta(seconds=1)) * NANOSECONDS + fraction


_ESCAPES = {
    '"': '\\"',
    "\\": "\\\\",
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
}


def _shown(character: str) -> str:
    code = ord(character)
    if character.isprintable():
        return character
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
