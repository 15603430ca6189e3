"""Prometheus' format of rule files, as classes that are read like those of the configuration."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from aggregator.clusters.amounts import whole_number
from aggregator.clusters.faults import Unfit
from aggregator.clusters.forms import Key, Pairs
from aggregator.clusters.kinds import Kind, Name, Place
from aggregator.clusters.times import LONGEST, UNITS
from aggregator.errors import BadExpression
from aggregator.promql.diagnosis import diagnosis
from aggregator.promql.functions import kind_of
from aggregator.promql.parse import parse
from aggregator.promql.tree import Kind as Type
from aggregator.rules.values import NONE
from aggregator.series import NAME, Labels

DURATION = re.compile(
    "".join(rf"(?:(?P<{unit}>\d+){unit})?" for unit in ("y", "w", "d", "h", "m", "s", "ms")), re.ASCII
)


def duration(text: str) -> timedelta:
    """The length that Prometheus reads: `5m`, `1h30m`, `0`; it knows no fractions."""
    if text.isdigit() and text != "0":
        raise Unfit(f"has no unit; write {text}s, {text}m, ...")
    if "." in text:
        raise Unfit("holds a fraction; write 90m for one and a half hours")
    if not text or not (found := DURATION.fullmatch(text.removeprefix("0") if text == "0" else text)):
        raise ValueError
    seconds = sum(int(number) * UNITS[unit] for unit, number in found.groupdict(default="0").items())
    if seconds > LONGEST:
        raise Unfit("longer than 100 years")
    return timedelta(seconds=seconds)


def _positive(text: str, _: Place) -> timedelta:
    if (length := duration(text)) > NONE:
        return length
    raise Unfit("must be more than nothing")


def _expression(text: str, _: Place) -> str:
    try:
        gives = kind_of(parse(text))
    except BadExpression as fault:
        raise Unfit(f"is not PromQL: {diagnosis(text, fault)}") from None
    if gives not in (Type.VECTOR, Type.SCALAR):
        raise Unfit(f"gives a {gives}; a rule needs an instant vector or a number")
    return text.strip()


def _label(text: str, _: Place) -> str:
    if text == NAME or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text, re.ASCII):
        raise ValueError
    return text


Length = Annotated[timedelta, Kind("a duration such as 30s, 5m or 1h30m", lambda text, _: duration(text), shown=True)]
Pace = Annotated[timedelta, Kind("a duration such as 30s, 5m or 1h30m", _positive, shown=True)]
Expression = Annotated[str, Kind("PromQL", _expression)]
Number = Annotated[int, Kind("a whole number", lambda text, _: whole_number(text, 0, 2**31 - 1), True, ("int",))]
Named = Annotated[Labels, Pairs(Kind("the name of a label", _label, shown=True), Kind("text", lambda text, _: text))]


@dataclass(frozen=True, slots=True)
class WrittenRule:
    """An alerting rule as it stands in a file; a recording one is read only to be refused with its name."""

    expr: Expression
    alert: Name | None = None
    record: Name | None = None
    hold: Annotated[Length, Key("for")] = NONE
    keep_firing_for: Length = NONE
    labels: Named = ()
    annotations: Named = ()


@dataclass(frozen=True, slots=True)
class WrittenGroup:
    name: Name
    rules: tuple[WrittenRule, ...]
    interval: Pace | None = None
    limit: Number = 0
    query_offset: Length = NONE


@dataclass(frozen=True, slots=True)
class WrittenFile:
    groups: tuple[WrittenGroup, ...]
