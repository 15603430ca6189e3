"""The sentences about alerts that all channels share; plain text, on one line, with what is hostile taken out."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from aggregator.outbox.notice import Item, Notice, Page

REPEAT = "Possible repeat: sending was interrupted, and this may have been said before."
UNITS = (("day", 86400), ("hour", 3600), ("minute", 60))
# They turn around what stands after them, also that of others.
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def plain(text: str, most: int = 300) -> str:
    """The text on one line, without control characters, cut off where it is longer."""
    kept = "".join(" " if char.isspace() else char for char in text if not _is_hostile(char))
    line = " ".join(kept.split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def titled(text: str, most: int = 300) -> str:
    """The same, for what has to say something."""
    return plain(text, most) or "(untitled)"


def headline(said: Notice | Page) -> str:
    """What it comes to in one line, the number first: `2 firing, 1 resolved: Lisbon is down, and 2 more`."""
    if isinstance(said, Page):
        return titled(said.subject)
    number = Counter(item.status for item in said.items)
    counts = ", ".join(f"{number[status]} {status}" for status in ("firing", "resolved") if number[status])
    more = f", and {len(said.items) - 1} more" if len(said.items) > 1 else ""
    return f"{counts}: {titled(said.items[0].title, 150)}{more}" if said.items else "Nothing"


def when(item: Item, notice: Notice) -> str:
    """Since when, for how long, and how many people it meets."""
    began = clock(item.since, notice)
    if item.status == "resolved" and item.until is not None:
        return f"It lasted {spell(item.until - item.since)}, {began} to {clock(item.until, notice)}."
    people = f" {_people(item.people)} had servers there." if item.people else ""
    return f"Since {began}, for {spell(notice.at - item.since)}.{people}"


def held(item: Item) -> str:
    """That it is not known how it stands, and why; nothing where it is known."""
    return f"Not known whether it is over: {plain(item.held).rstrip('.')}." if item.held else ""


def clock(instant: datetime, notice: Notice) -> str:
    """The time in the reader's zone, with the day where it is another one than that of the notice."""
    zone = ZoneInfo(notice.zone)
    local, today = instant.astimezone(zone), notice.at.astimezone(zone)
    if local.date() == today.date():
        return f"{local:%H:%M}"
    return f"{local.day} {local:%b %H:%M}" if local.year == today.year else f"{local.day} {local:%b %Y %H:%M}"


def spell(length: timedelta) -> str:
    """A length of time in words, to about a tenth: `17 minutes`, `2 hours 10 minutes`, `3 days`."""
    seconds = max(0, round(length.total_seconds()))
    if seconds < 60:
        return _many(seconds, "second")
    for place, (unit, size) in enumerate(UNITS):
        if seconds >= size:
            number, rest = divmod(seconds, size)
            finer = UNITS[place + 1 : place + 2]
            if number < 10 and finer and rest >= finer[0][1]:
                return f"{_many(number, unit)} {_many(rest // finer[0][1], finer[0][0])}"
            return _many(number, unit)
    return ""


def left_out(items: Sequence[object], shown: int) -> str:
    """How many are not shown; nothing where all are."""
    missing = len(items) - shown
    return f"{missing} more {'is' if missing == 1 else 'are'} left out here." if missing else ""


def _people(number: int) -> str:
    return "1 person" if number == 1 else f"{number:,} people"


def _many(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def _is_hostile(char: str) -> bool:
    return char in TURNING or (unicodedata.category(char) == "Cc" and not char.isspace())
