"""Numbers and moments as Prometheus writes them, and as Go reads them.

There are two ways to write a number. Samples of vectors and matrices change to an exponent below 1e-6 and from 1e21
(Prometheus' util/jsonutil); scalars and the labels of `count_values` never do. Both use the fewest digits that name
the float64, as Python's `repr` does.
"""

import math
import re
from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import orjson

from aggregator.series import Bools, Floats, Ints

_DECIMAL = re.compile(r"[+-]?(?:\d(?:_?\d)*\.?(?:\d(?:_?\d)*)?|\.\d(?:_?\d)*)(?:[eE][+-]?\d(?:_?\d)*)?", re.ASCII)
_HEX = re.compile(
    r"[+-]?0[xX]_?(?:[\da-f](?:_?[\da-f])*\.?(?:[\da-f](?:_?[\da-f])*)?|\.[\da-f](?:_?[\da-f])*)"
    r"[pP][+-]?\d(?:_?\d)*",
    re.ASCII | re.IGNORECASE,
)
_SPECIAL = re.compile(r"[+-]?inf(?:inity)?|nan", re.IGNORECASE | re.ASCII)

# Of so few values each is written by itself more quickly than all of them together.
_FEW = 8


def text(value: float) -> str:
    """A sample's value: `1.5`, `1.5e-07`, `1e+21`, `-0`, `NaN`, `+Inf`."""
    if not math.isfinite(value):
        return _special(value)
    if value == 0 or 1e-6 <= abs(value) < 1e21:
        return plain_text(value)
    return repr(float(value))  # has an exponent at such sizes, of two digits at least, as in Go


def plain_text(value: float) -> str:
    """A scalar's value, or the label that `count_values` makes of a value: never an exponent."""
    if not math.isfinite(value):
        return _special(value)
    shortest = repr(float(value))
    if "e" in shortest:
        return format(Decimal(shortest), "f")
    return shortest.removesuffix(".0")


def openmetrics_text(value: float) -> str:
    """A number as a label of OpenMetrics, as `histogram_quantiles` makes of its quantiles: `1.0`, `0.99`, `1e-05`, `1e+06`."""
    if not math.isfinite(value):
        return _special(value)
    shortest = Decimal(repr(float(value)))
    exponent = shortest.adjusted()
    if value == 0 or -4 <= exponent < 6:
        plain = plain_text(value + 0.0)  # which makes 0 of -0
        return plain if "." in plain else f"{plain}.0"
    negative, digits, _ = shortest.normalize().as_tuple()
    fraction = "".join(map(str, digits[1:]))
    return f"{'-' * negative}{digits[0]}{'.' if fraction else ''}{fraction}e{exponent:+03d}"


def _special(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    return "+Inf" if value > 0 else "-Inf"


def texts(several: Floats | Sequence[float]) -> list[bytes]:
    """What `text` says of each of several values, as ASCII."""
    if len(several) <= _FEW:
        return [text(value).encode() for value in several]
    values = np.ascontiguousarray(several, dtype=np.float64)
    written = orjson.dumps(values, option=orjson.OPT_SERIALIZE_NUMPY)
    answer = (written[1:-1] + b",").replace(b".0,", b",").split(b",")
    answer.pop()
    size = np.abs(values)
    # orjson changes to an exponent elsewhere, and writes null for what JSON does not have.
    otherwise = np.flatnonzero(~((size >= 1e-5) & (size < 1e16)) & (size != 0))
    for position, value in zip(otherwise.tolist(), values[otherwise].tolist(), strict=True):
        answer[position] = text(value).encode()
    return answer


def moment(milliseconds: int) -> str:
    """A sample's moment in seconds: `1700000000`, or `1700000000.500` with all three digits of the milliseconds."""
    seconds, rest = divmod(abs(milliseconds), 1000)
    sign = "-" if milliseconds < 0 else ""
    return f"{sign}{seconds}.{rest:03d}" if rest else f"{sign}{seconds}"


def plain_moment(milliseconds: int) -> str:
    """The moment of a scalar or string, which Prometheus writes by another way: `1700000000.5`."""
    return moment(milliseconds).rstrip("0") if milliseconds % 1000 else moment(milliseconds)


def encode_matrix_values(times_ms: Ints, values: Floats, present: Bools) -> list[bytes]:
    """The JSON of `values` of a matrix, `[[1700000000,"1.5"],...]`: one text for each row that has any sample.

    `times_ms` are the moments of the columns; `values` and `present` are [series, steps].
    """
    heads = [f'"],[{moment(time)},"'.encode() for time in times_ms.tolist()]
    counts = present.sum(axis=1).tolist()
    if present.all():
        pieces = _alternating(heads * len(values), texts(values.ravel()))
    else:
        columns = np.nonzero(present)[1]
        pieces = _alternating(np.array(heads, dtype=object)[columns].tolist(), texts(values[present]))
    answer = []
    start = 0
    for count in counts:
        if count:
            end = start + 2 * count
            answer.append(b"[" + b"".join(pieces[start:end])[3:] + b'"]]')  # less the `"],` of the first head
            start = end
    return answer


def _alternating(heads: list[bytes], values: list[bytes]) -> list[bytes]:
    pieces = [b""] * (2 * len(values))
    pieces[0::2] = heads
    pieces[1::2] = values
    return pieces


def parse(literal: str) -> float | None:
    """The float64 that Go's strconv.ParseFloat reads, or None where it reports an error, too large a number included."""
    if _SPECIAL.fullmatch(literal):
        return float(literal)
    try:
        if _DECIMAL.fullmatch(literal):
            value = float(literal)
        elif _HEX.fullmatch(literal):
            value = float.fromhex(literal.replace("_", ""))
        else:
            return None
    except OverflowError:
        return None
    return value if math.isfinite(value) else None
