"""The kinds of scalar in the file: what each is called in a fault, and how its text becomes a value."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from cronsim import CronSim, CronSimError

from aggregator.clusters.conditions import Condition, parse_condition
from aggregator.clusters.faults import Unfit, did_you_mean
from aggregator.clusters.secrets import Secret


@dataclass(frozen=True, slots=True)
class Place:
    """What a text in the file is relative to: the folder of the file, and the zone of the mapping it stands in."""

    folder: Path
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of scalar. `read` raises Unfit with words of its own, or a ValueError whose words do not matter.

    `tags` are the types of YAML it may be written in, where that matters; `shown` ones are repeated in faults.
    """

    what: str
    read: Callable[[str, Place], object]
    shown: bool = False
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Listen:
    """Where the service listens."""

    host: str
    port: int


UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400, "y": 365 * 86400}
SIZES = {"": 1, "B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "kB": 10**3, "MB": 10**6, "GB": 10**9}
LONGEST = 100 * UNITS["y"]


def duration(text: str) -> float:
    """Seconds of `30s`, `1h30m`, `3d`: the units of Prometheus, each at most once and the larger first."""
    units = "".join(rf"(?:(?P<{unit}>\d+(?:\.\d+)?){unit})?" for unit in ("y", "w", "d", "h", "m", "s", "ms"))
    if text.isdigit() and text != "0":
        raise Unfit(f"has no unit; write {text}s, {text}m, ...")
    if text == "" or not (found := re.fullmatch(units, text, re.ASCII)):
        raise ValueError
    seconds = sum(float(number) * UNITS[unit] for unit, number in found.groupdict(default="0").items())
    if seconds > LONGEST:
        raise Unfit("longer than 100 years")
    return seconds


def _positive_duration(text: str, _: Place) -> float:
    if (seconds := duration(text)) > 0:
        return seconds
    raise Unfit("must be more than nothing")


def _retention(text: str, place: Place) -> float | None:
    return None if text == "forever" else _positive_duration(text, place)


def _size(text: str, _: Place) -> int:
    found = re.fullmatch(r"(\d+(?:\.\d+)?) ?([A-Za-z]*)", text, re.ASCII)
    if not found or found[2] not in SIZES or len(text) > 20:
        raise ValueError
    if size := int(float(found[1]) * SIZES[found[2]]):
        return size
    raise Unfit("must be more than nothing")


def _text(text: str, _: Place) -> str:
    if any(ord(character) < 32 or 127 <= ord(character) < 160 for character in text):
        raise Unfit("holds a line break or another control character")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Unfit("holds half a character (a lone surrogate)") from None
    return text


def _filled_text(text: str, place: Place) -> str:
    if not _text(text, place).strip():
        raise Unfit("is empty")
    if text != text.strip():
        raise Unfit("begins or ends with a space")
    return text


def _split(text: str) -> SplitResult:
    """The parts of a URL; its text is never repeated in a fault, since people put passwords there."""
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        raise Unfit("is not a URL") from None
    if not url.hostname or port == 0 or re.search(r"[\s\x00-\x1f\x7f\\]", text):
        raise Unfit("is not a URL")
    if "@" in url.netloc:
        raise Unfit("holds a user or password; secrets stand in files or in the environment")
    return url


def _url(text: str, _: Place) -> str:
    if not text.startswith(("http://", "https://")):
        raise Unfit("begins with neither https:// nor http://")
    url = _split(text)
    if url.query or url.fragment or "?" in text or "#" in text:
        raise Unfit("has a query or a fragment; only scheme, host, port and path belong here")
    return text.rstrip("/")


def _proxy(text: str, _: Place) -> str:
    if not text.startswith(("http://", "socks5://", "socks4://")):
        raise Unfit("begins with none of socks5://, socks4:// and http://")
    url = _split(text)
    if url.port is None or url.path not in {"", "/"} or url.query:
        raise Unfit("needs host and port, and nothing behind them")
    return text.rstrip("/")


def database(text: str, folder: Path) -> str:
    """The URL of a database; a file's path becomes absolute."""
    scheme, separator, rest = text.partition("://")
    if not separator or scheme not in {"sqlite", "postgresql"}:
        raise Unfit("begins with neither sqlite:/// nor postgresql://")
    if scheme == "postgresql":
        return text
    if not rest.startswith("/"):
        raise Unfit("sqlite is followed by three slashes, sqlite:///file.db, four for an absolute path")
    return text if rest == "/:memory:" else f"sqlite:///{folder / rest[1:]}"


def _database(text: str, place: Place) -> str:
    user, at, rest = text.partition("://")[2].rpartition("@")
    if (at and ":" in user) or "password=" in rest:
        raise Unfit("holds a password; set CROSSHUB_DATABASE instead, or use ~/.pgpass")
    return database(_filled_text(text, place), place.folder)


def listen(text: str) -> Listen:
    """Host and port of `127.0.0.1:9099` or `[::1]:9099`."""
    host, _, port = text.rpartition(":")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if not host or not re.fullmatch(r"\d{1,5}", port, re.ASCII) or int(port) > 65535 or (":" in host and bare == host):
        raise ValueError
    return Listen(bare, int(port))


def zone(text: str) -> ZoneInfo:
    """The zone of that name; a ValueError when there is none."""
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, OSError):
        raise ValueError from None


def _zone(text: str, _: Place) -> ZoneInfo:
    try:
        return zone(text)
    except ValueError:
        hint = did_you_mean(text, sorted(available_timezones()))
        raise Unfit(f"is not a time zone such as Europe/Lisbon{hint}") from None


def _moment(text: str, place: Place) -> datetime:
    written = datetime.fromisoformat(text)
    aware = written if written.tzinfo else written.replace(tzinfo=place.zone)
    try:
        return aware.astimezone(UTC)
    except OverflowError:
        raise ValueError from None


def _cron(text: str, _: Place) -> str:
    if len(text.split()) != 5:
        raise Unfit("must have five fields: minute, hour, day, month, weekday")
    try:
        CronSim(text, datetime(2000, 1, 1, tzinfo=UTC))
    except CronSimError as error:
        raise Unfit(str(error).lower()) from None
    return " ".join(text.split())


def _path(text: str, place: Place) -> Path:
    return place.folder / _filled_text(text, place)


def _address(text: str, place: Place) -> str:
    """A mail address; `Name <user@host>` is for senders only."""
    if not re.fullmatch(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+", _text(text, place)):
        raise ValueError
    return text


def _sender(text: str, place: Place) -> str:
    found = re.fullmatch(r"[^<>]*<([^<>]+)>", text)
    _address(found[1] if found else text, place)
    return _text(text, place)


def _bool(text: str, _: Place) -> bool:
    return text.lower() in {"true", "yes", "on"}


def _number(text: str, _: Place) -> float:
    if not re.fullmatch(r"[-+]?\d+(\.\d*)?([eE][-+]?\d+)?", text, re.ASCII) or abs(float(text)) == float("inf"):
        raise ValueError
    return float(text)


def whole(least: int, most: int = 2**31 - 1) -> Kind:
    """A whole number between two others."""

    def read(text: str, _: Place) -> int:
        if not re.fullmatch(r"[-+]?\d{1,18}", text, re.ASCII):
            raise ValueError
        if not least <= int(text) <= most:
            raise Unfit(f"must be {least} or more" if int(text) < least else f"must be {most} or less")
        return int(text)

    return Kind("a whole number", read, shown=True, tags=("int",))


def _health_path(text: str, _: Place) -> str:
    if not re.fullmatch(r"/[!-~]*", text, re.ASCII):
        raise ValueError
    return text


def _header_name(text: str, _: Place) -> str:
    if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", text, re.ASCII):
        raise ValueError
    if text.lower() in {"authorization", "proxy-authorization", "cookie"}:
        raise Unfit("carries a secret; say `auth` instead")
    return text


def _env(text: str, _: Place) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text, re.ASCII):
        raise ValueError
    return text


def secret_kinds(*, empty: bool) -> tuple[Kind, Kind]:
    """How the two keys of a secret are read: the file it stands in, the variable; an empty text may mean none."""

    def in_file(text: str, place: Place) -> Secret | None:
        return None if empty and not text else Secret.in_file(_path(text, place), text)

    def in_env(text: str, place: Place) -> Secret | None:
        return None if empty and not text else Secret.in_env(_env(text, place))

    return Kind("the path of a file", in_file, tags=("str",)), Kind(
        "the name of an environment variable", in_env, tags=("str",)
    )


BOOL = Kind("true or false", _bool, tags=("bool",))
NUMBER = Kind("a number", _number, shown=True, tags=("int", "float"))
TEXT = Kind("text", _text, tags=("str",))

HEADER_NAME = Kind("the name of a header", _header_name)
HEADER_VALUE = Kind("the text of a header", _text, tags=("str",))

Name = Annotated[str, Kind("a name", _filled_text, tags=("str",))]
Seconds = Annotated[float, Kind("a duration such as 30s, 5m or 3d", _positive_duration, shown=True)]
Pause = Annotated[float, Kind("a duration such as 0s, 30s or 5m", lambda text, _: duration(text), shown=True)]
Age = Annotated[float | None, Kind("a duration such as 400d or 3y, or forever", _retention, shown=True)]
Bytes = Annotated[int, Kind("a size such as 64MiB", _size, shown=True)]
Url = Annotated[str, Kind("a URL", _url)]
Proxy = Annotated[str, Kind("the URL of a proxy", _proxy)]
Database = Annotated[str, Kind("the URL of a database", _database)]
Address = Annotated[str, Kind("a mail address", _address, shown=True)]
Sender = Annotated[str, Kind("a mail address", _sender, shown=True)]
Endpoint = Annotated[Listen, Kind("host and port such as 127.0.0.1:9099", lambda text, _: listen(text), shown=True)]
Zone = Annotated[ZoneInfo, Kind("a time zone such as Europe/Lisbon", _zone, shown=True)]
Day = Annotated[date, Kind("a day such as 2027-06-30", lambda text, _: date.fromisoformat(text), shown=True)]
Moment = Annotated[datetime, Kind("a moment such as 2026-12-01T09:00", _moment, shown=True)]
Cron = Annotated[str, Kind("a cron expression such as 0 8 * * MON", _cron, shown=True)]
Where = Annotated[
    Condition, Kind('a matcher such as severity="page"', lambda text, _: parse_condition(text), shown=True)
]
HealthPath = Annotated[str, Kind("a path such as /hub/health", _health_path, shown=True)]
File = Annotated[Path, Kind("the path of a file", _path, tags=("str",))]
Glob = Annotated[str, Kind("a path or a pattern such as alerts/*.yaml", lambda text, place: str(_path(text, place)))]
