"""What alert templates call: the functions of Prometheus' template/template.go, and Go's fmt, for numbers and texts."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Literal

from aggregator.promql import numbers
from aggregator.store.instants import EPOCH

Value = float | int | str

LARGE = ("k", "M", "G", "T", "P", "E", "Z", "Y")
SMALL = ("m", "u", "n", "p", "f", "a", "z", "y")
BINARY = ("ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi")
# How verbs of printf are written: `%5.1f`, `%-10s`.
_VERB = re.compile(r"%(?P<flags>[-+ 0]*)(?P<width>\d*)(?P<precision>\.\d*)?(?P<verb>.?)", re.DOTALL)
_FLOATS = "eEfFgG"
KINDS: Mapping[str, tuple[type, ...]] = {
    **dict.fromkeys(_FLOATS, (float,)),
    "d": (int,),
    "s": (str,),
    "v": (float, int, str),
}


class BadTemplate(ValueError):
    """A template that Crosshub does not expand; the message says why and what it could be instead."""


def shown(value: Value) -> str:
    """A value as Go prints it, `%v`."""
    return _general(value, None) if isinstance(value, float) else str(value)


def humanize(value: float) -> str:
    """Four digits and a metric prefix: `1.235M`."""
    if value == 0 or not math.isfinite(value):
        return _four(value)
    return "".join(_scaled(value, LARGE, 1000) if abs(value) >= 1 else _small(value))


def humanize1024(value: float) -> str:
    """Four digits and a binary prefix: `1.177Mi`."""
    if abs(value) <= 1 or not math.isfinite(value):
        return _four(value)
    return "".join(_scaled(value, BINARY, 1024))


def humanize_duration(value: float) -> str:
    """Seconds as `1d 2h 3m 4s`, or `5.6ms`."""
    if not math.isfinite(value):
        return _four(value)
    if value == 0:
        return f"{_four(value)}s"
    if abs(value) < 1:
        return "".join(_small(value)) + "s"
    sign, whole = "-" if value < 0 else "", int(abs(value))
    if whole < 60:
        return f"{sign}{_four(abs(value))}s"
    parts = [(whole // 86400, "d"), (whole // 3600 % 24, "h"), (whole // 60 % 60, "m"), (whole % 60, "s")]
    first = next(number for number, (count, _) in enumerate(parts) if count)
    return sign + " ".join(f"{count}{unit}" for count, unit in parts[first:])


def humanize_percentage(value: float) -> str:
    """A ratio as a percentage: `12.35%`."""
    return f"{_four(value * 100)}%"


def humanize_timestamp(value: float) -> str:
    """Seconds since 1970 as Go prints an instant: `2026-11-22 14:00:00.5 +0000 UTC`."""
    if not math.isfinite(value):
        return _four(value)
    try:
        moment = EPOCH + timedelta(milliseconds=int(value * 1e9) // 1_000_000)
    except OverflowError:
        raise BadTemplate(f"{shown(value)} is no moment that a calendar has") from None
    fraction = f"{moment.microsecond:06d}".rstrip("0")
    return f"{moment:%Y-%m-%d %H:%M:%S}{'.' if fraction else ''}{fraction} +0000 UTC"


def title(text: str) -> str:
    """Each word with a capital, as Go's strings.Title has it."""
    before = f" {text}"
    return "".join(_capital(c) if _ends_a_word(left) else c for left, c in zip(before, text, strict=False))


def _ends_a_word(character: str) -> bool:
    if character.isascii():
        return not (character.isalnum() or character == "_")
    return character.isspace()


def _capital(character: str) -> str:
    capital = character.title()
    return capital if len(capital) == 1 else character


@dataclass(frozen=True, slots=True)
class Function:
    """A function of one argument, a number (which a text may hold) or a text."""

    takes: Literal["number", "text"]
    call: Callable[[float], str] | Callable[[str], str]


FUNCTIONS: Mapping[str, Function] = {
    "humanize": Function("number", humanize),
    "humanize1024": Function("number", humanize1024),
    "humanizeDuration": Function("number", humanize_duration),
    "humanizePercentage": Function("number", humanize_percentage),
    "humanizeTimestamp": Function("number", humanize_timestamp),
    "title": Function("text", title),
    "toUpper": Function("text", str.upper),
    "toLower": Function("text", str.lower),
}


def as_number(value: Value) -> float:
    """A number as those functions take it; raises BadTemplate for a text that holds none."""
    found = numbers.parse(value) if isinstance(value, str) else float(value)
    if found is None:
        raise BadTemplate(f'"{value}" is no number')
    return found


def printf(form: str, given: Sequence[Value]) -> str:
    """What Go's printf gives; raises BadTemplate where Go would write what is wrong into the text."""
    waiting = list(given)

    def written(found: re.Match[str]) -> str:
        verb = found["verb"]
        if verb == "%":
            return "%"
        if verb not in KINDS:
            raise BadTemplate(f'printf does not know "{found.group()}"; it knows %s, %v, %d, %f, %e, %g and %%')
        if not waiting:
            raise BadTemplate(f'printf "{form}" has fewer values than verbs')
        value = waiting.pop(0)
        if not isinstance(value, KINDS[verb]):
            raise BadTemplate(f'"{found.group()}" cannot print {_called(value)}; use %v, or {_better(value)}')
        return _padded(_formatted(found, value), found, value)

    text = _VERB.sub(written, form)
    if waiting:
        raise BadTemplate(f'printf "{form}" has more values than verbs')
    return text


def _called(value: Value) -> str:
    return "a text" if isinstance(value, str) else f"the number {shown(value)}"


def _better(value: Value) -> str:
    return "%s" if isinstance(value, str) else "%.0f" if isinstance(value, float) else "%d"


def _formatted(found: re.Match[str], value: Value) -> str:
    """The value without its padding."""
    verb, digits = found["verb"], found["precision"]
    precision = None if digits is None else int(digits[1:] or 0)
    if isinstance(value, str):
        return value if precision is None else value[:precision]
    sign = "+" if "+" in found["flags"] else " " if " " in found["flags"] else ""
    if isinstance(value, int):
        if precision is not None:
            raise BadTemplate(f'"{found.group()}": a whole number has no precision')
        return format(value, f"{sign}d")
    if not math.isfinite(value):
        text = numbers.text(value)
        return f"{sign}NaN" if math.isnan(value) else text.replace("+", sign) if sign == " " else text
    if verb in "gGv":
        text = _general(value, precision)
        text = text.upper() if verb == "G" else text
        return text if text.startswith("-") else f"{sign}{text}"
    return format(value, f"{sign}.{6 if precision is None else precision}{verb}")


def _padded(text: str, found: re.Match[str], value: Value) -> str:
    width, flags = int(found["width"] or 0), found["flags"]
    if "-" in flags:
        return text.ljust(width)
    if "0" in flags and not isinstance(value, str) and math.isfinite(value):
        return text.zfill(width)
    return text.rjust(width)


def _general(value: float, precision: int | None) -> str:
    """Go's `%g`: without a precision the fewest digits that name the number, with an exponent below 1e-4 and from 1e6 on."""
    if not math.isfinite(value):
        return numbers.text(value)
    if precision is not None:
        return format(value, f".{precision or 1}g")
    if value == 0 or 1e-4 <= abs(value) < 1e6:
        return numbers.plain_text(value)
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    assert isinstance(exponent, int)
    first, rest = str(digits[0]), "".join(map(str, digits[1:]))
    return f"{'-' * sign}{first}{'.' * bool(rest)}{rest}e{exponent + len(rest):+03d}"


def _four(value: float) -> str:
    return f"{value:.4g}" if math.isfinite(value) else numbers.text(value)


def _scaled(value: float, prefixes: Sequence[str], base: int) -> tuple[str, str]:
    chosen = ""
    for prefix in prefixes:
        if abs(value) < base:
            break
        chosen, value = prefix, value / base
    return _four(value), chosen


def _small(value: float) -> tuple[str, str]:
    chosen = ""
    for prefix in SMALL:
        if abs(value) >= 1:
            break
        chosen, value = prefix, value * 1000
    return _four(value), chosen
