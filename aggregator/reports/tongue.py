"""A language: its sentences by gettext, its numbers and dates as people who speak it write them.

Sentences are English in the code, `{name}` where a value belongs; catalogues are `locale/*.po`, compiled when they are
first used. `later` marks a sentence that a table holds, to be said elsewhere.
"""

import math
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from io import BytesIO
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_interval, format_skeleton, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from aggregator.reports.periods import Kind, Period

LOCALES = {"en": "en_GB", "pt": "pt_PT"}
"""Which of its forms a language of the configuration is written in."""

KIB = 1024
UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
MINUTE = timedelta(minutes=1)
# Of a length of time: the unit, and how many of the one before make it up.
MINUTES_AN_HOUR, HOURS_A_DAY = 60, 24


def later(text: str) -> str:
    """The text as it is: to be found by who collects what has to be translated."""
    return text


@dataclass(frozen=True, slots=True)
class Tongue:
    """One language."""

    language: str
    locale: Locale
    catalogue: NullTranslations = field(repr=False)

    def say(self, text: str, **values: object) -> str:
        """The sentence with its values."""
        return self.catalogue.gettext(text).format(**values)

    def many(self, one: str, more: str, number: float, **values: object) -> str:
        """The sentence that fits a number, which is `{number}` in it."""
        chosen = self.catalogue.ngettext(one, more, 1 if number == 1 else 2)
        return chosen.format(number=self.number(number), **values)

    def number(self, value: float) -> str:
        """To a tenth below ten, otherwise whole."""
        digits = 0 if abs(value) >= 9.95 or float(value).is_integer() else 1
        # Python rounds halves to even numbers, and minus nothing is nothing.
        rounded = round(value, digits) + 0.0
        return format_decimal(rounded, format="#,##0.#" if digits else "#,##0", locale=self.locale)

    def percent(self, value: float) -> str:
        """Per cent with their sign, so many of a hundred."""
        sign = "+" if value > 0 else "\u2212" if value < 0 else "±"
        return f"{sign}{self.number(abs(round(value)))}\u00a0%"

    def share(self, value: float) -> str:
        """A part of one, rounded down: 100 % is all of it."""
        tenths = math.floor(value * 1000 + 1e-9) / 10
        return f"{format_decimal(tenths, format='#,##0.#', locale=self.locale)}\u00a0%"

    def size(self, count: float) -> str:
        """Bytes in the largest unit that fits."""
        power = 0 if abs(count) < KIB else min(int(math.log(abs(count), KIB)), len(UNITS) - 1)
        return f"{self.number(count / KIB**power)}\u00a0{UNITS[power]}"

    def more_size(self, count: float) -> str:
        """Bytes by which something grew or shrank, with their sign."""
        sign = "+" if count > 0 else "\u2212" if count < 0 else "±"
        return f"{sign}{self.size(abs(count))}"

    def seconds(self, length: float) -> str:
        """`21 s`, `3.5 min`."""
        return f"{self.number(length / 60)}\u00a0min" if length >= 120 else f"{self.number(round(length))}\u00a0s"

    def spell(self, minutes: float) -> str:
        """A length of time in words, the two largest units of it: `17 minutes`, `2 hours 10 minutes`, `3 days`."""
        hours, rest = divmod(round(minutes), MINUTES_AN_HOUR)
        days, hours_left = divmod(hours, HOURS_A_DAY)
        parts = (
            self.many("{number} day", "{number} days", days) if days else "",
            self.many("{number} hour", "{number} hours", hours_left) if hours_left else "",
            self.many("{number} minute", "{number} minutes", rest) if rest and not days else "",
        )
        return " ".join(filter(None, parts)) or self.say("less than a minute")

    def weekday(self, day: date) -> str:
        """`Mon`."""
        return format_date(day, "EEE", locale=self.locale)

    def short_day(self, day: date) -> str:
        """`Mon 30`."""
        return f"{self.weekday(day)} {day.day}"

    def numeric_day(self, day: date) -> str:
        """`30/11`, in digits alone."""
        return format_skeleton("Md", day, locale=self.locale)

    def day(self, day: date) -> str:
        """`Monday 30 November`."""
        return format_skeleton("MMMMEEEEd", day, locale=self.locale)

    def full_date(self, day: date) -> str:
        """`30 November 2026`, or as short as the language has it."""
        return format_date(day, "long", locale=self.locale)

    def month(self, day: date) -> str:
        """`November 2026`."""
        return format_skeleton("yMMMM", day, locale=self.locale)

    def dates(self, period: Period) -> str:
        """The dates of a period: `16–22 Nov 2026`."""
        if period.kind is Kind.DAILY:
            return f"{self.weekday(period.first)} {self.full_date(period.first)}"
        if period.kind is Kind.MONTHLY:
            return self.month(period.first)
        return format_interval(period.first, period.last, "yMMMd", locale=self.locale)

    def clock(self, instant: datetime, zone: str) -> str:
        """`14:02`."""
        return format_time(instant, "short", tzinfo=ZoneInfo(zone), locale=self.locale)

    def moment(self, instant: datetime, period: Period, clock: str = "") -> str:
        """When something was in a period: `Tuesday 14:02`, or with the date in a month, or without it in a day."""
        local = instant.astimezone(ZoneInfo(period.zone))
        clock = clock or self.clock(instant, period.zone)
        if period.kind is Kind.DAILY and local.date() == period.first:
            return clock
        if period.kind is Kind.WEEKLY and period.first <= local.date() <= period.last:
            return f"{format_date(local.date(), 'EEEE', locale=self.locale)} {clock}"
        return f"{format_skeleton('MMMMd', local.date(), locale=self.locale)} {clock}"

    def stretch(self, start: datetime, end: datetime, period: Period) -> str:
        """From when to when something was."""
        zone = ZoneInfo(period.zone)
        if end - start < MINUTE and self.clock(start, period.zone) == self.clock(end, period.zone):
            return self.moment(start, period)
        # What ends at midnight ends with the day before it.
        ends, clock = end.astimezone(zone), ""
        if ends.time() == time.min and end > start:
            ends, clock = ends - timedelta(minutes=1), "24:00"
        same = start.astimezone(zone).date() == ends.date()
        until = (clock or self.clock(end, period.zone)) if same else self.moment(ends, period, clock)
        return self.say("{start} to {end}", start=self.moment(start, period), end=until)

    def listed(self, parts: list[str]) -> str:
        """`a, b and c`."""
        if len(parts) < 2:
            return "".join(parts)
        return self.say("{some} and {last}", some=", ".join(parts[:-1]), last=parts[-1])


@cache
def tongue(language: str) -> Tongue:
    """A language of the configuration."""
    locale = LOCALES[language]
    return Tongue(language, Locale.parse(locale), _catalogue(language))


def _catalogue(language: str) -> NullTranslations:
    if language == "en":
        return NullTranslations()
    source = files("aggregator.reports").joinpath("locale", f"{language}.po").read_bytes()
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(source), locale=LOCALES[language]))
    compiled.seek(0)
    return GNUTranslations(compiled)
