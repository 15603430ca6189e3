"""The kinds of scalar in the file: what each is called in a fault, and how its text becomes a value."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from aggregator.clusters import addresses, amounts, times
from aggregator.clusters.addresses import Listen
from aggregator.clusters.conditions import Condition, parse_condition
from aggregator.clusters.faults import Unfit
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


def _anywhere(read: Callable[[str], object]) -> Callable[[str, Place], object]:
    """For a text that means the same wherever it stands."""
    return lambda text, _: read(text)


def _text(text: str) -> str:
    if any(ord(character) < 32 or 127 <= ord(character) < 160 for character in text):
        raise Unfit("holds a line break or another control character")
    return text


def _name(text: str) -> str:
    if not _text(text).strip():
        raise Unfit("is empty")
    if text != text.strip():
        raise Unfit("begins or ends with a space")
    return text


def _path(text: str, place: Place) -> Path:
    return place.folder / _name(text)


def _variable(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text, re.ASCII):
        raise ValueError
    return text


def whole(least: int, most: int = 2**31 - 1) -> Kind:
    """A whole number between two others."""
    read = _anywhere(lambda text: amounts.whole_number(text, least, most))
    return Kind("a whole number", read, shown=True, tags=("int",))


def secret_kinds(*, empty: bool) -> tuple[Kind, Kind]:
    """How the two keys of a secret are read, its file and its variable; an empty text may mean that there is none."""

    def in_file(text: str, place: Place) -> Secret | None:
        return None if empty and not text else Secret.in_file(_path(text, place), text)

    def in_env(text: str, _: Place) -> Secret | None:
        return None if empty and not text else Secret.in_env(_variable(text))

    return (
        Kind("the path of a file", in_file, tags=("str",)),
        Kind("the name of an environment variable", in_env, tags=("str",)),
    )


def _database(text: str, place: Place) -> str:
    return addresses.database_without_password(_name(text), place.folder)


BOOL = Kind("true or false", _anywhere(lambda text: text.lower() in {"true", "yes", "on"}), tags=("bool",))
NUMBER = Kind("a number", _anywhere(amounts.number), shown=True, tags=("int", "float"))
TEXT = Kind("text", _anywhere(_text), tags=("str",))
HEADER_NAME = Kind("the name of a header", _anywhere(addresses.header_name))
HEADER_VALUE = Kind("the text of a header", _anywhere(_text), tags=("str",))

Name = Annotated[str, Kind("a name", _anywhere(_name), tags=("str",))]
Seconds = Annotated[float, Kind("a duration such as 30s, 5m or 3d", _anywhere(times.positive_duration), shown=True)]
Pause = Annotated[float, Kind("a duration such as 0s, 30s or 5m", _anywhere(times.duration), shown=True)]
Age = Annotated[float | None, Kind("a duration such as 400d or 3y, or forever", _anywhere(times.retention), shown=True)]
Zone = Annotated[ZoneInfo, Kind("a time zone such as Europe/Lisbon", _anywhere(times.known_zone), shown=True)]
Day = Annotated[date, Kind("a day such as 2027-06-30", _anywhere(date.fromisoformat), shown=True)]
Moment = Annotated[
    datetime,
    Kind("a moment such as 2026-12-01T09:00", lambda text, place: times.moment(text, place.zone), shown=True),
]
Cron = Annotated[str, Kind("a cron expression such as 0 8 * * MON", _anywhere(times.cron), shown=True)]
Bytes = Annotated[int, Kind("a size such as 64MiB", _anywhere(amounts.size), shown=True)]
Url = Annotated[str, Kind("a URL", _anywhere(addresses.url))]
Proxy = Annotated[str, Kind("the URL of a proxy", _anywhere(addresses.proxy))]
Database = Annotated[str, Kind("the URL of a database", _database)]
Endpoint = Annotated[Listen, Kind("host and port such as 127.0.0.1:9099", _anywhere(addresses.listen), shown=True)]
HealthPath = Annotated[str, Kind("a path such as /hub/health", _anywhere(addresses.health_path), shown=True)]
Address = Annotated[str, Kind("a mail address", _anywhere(addresses.mail_address), shown=True)]
Sender = Annotated[str, Kind("a mail address", _anywhere(addresses.sender), shown=True)]
File = Annotated[Path, Kind("the path of a file", _path, tags=("str",))]
Glob = Annotated[str, Kind("a path or a pattern such as alerts/*.yaml", lambda text, place: str(_path(text, place)))]
Where = Annotated[Condition, Kind('a matcher such as severity="page"', _anywhere(parse_condition), shown=True)]
