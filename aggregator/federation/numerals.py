"""The numbers in the JSON of samples, read many at once."""

from collections.abc import Sequence

import msgspec
import numpy as np
from simdjson import Array, Parser

from aggregator.federation.question import UNREADABLE, NotPrometheus
from aggregator.series import Floats

# A parser that is used again keeps the memory of the largest text it ever read.
_LARGE = 2**20
_PARSER = Parser()

# What it raises for what is no number, or one of too many digits for it.
_UNREAD = (ValueError, TypeError, RuntimeError)
_QUOTED = msgspec.json.Decoder(list[float], strict=False)


def numbers(samples: Sequence[msgspec.Raw]) -> Floats:
    """Moment and value of each sample, one after the other, of JSON such as `[[1700000000,"1.5"],...]`.

    Raises NotPrometheus where anything else than numbers stands there.
    """
    text = b",".join(samples).translate(None, b'[]"')
    try:
        found = _plain_numbers(b"[%b]" % text)
    except _UNREAD:
        return _odd_numbers(samples)
    if b"-" in text and (found == 0).any():
        # -0 has lost its sign.
        return _odd_numbers(samples)
    return found


def _plain_numbers(text: bytes) -> Floats:
    parser = _PARSER if len(text) < _LARGE else Parser()
    array = parser.parse(text)
    assert isinstance(array, Array)
    return np.frombuffer(array.as_buffer(of_type="d"), np.float64)


def _odd_numbers(samples: Sequence[msgspec.Raw]) -> Floats:
    """The numbers, NaN and infinities and -0 among them: the former are read in quotes only, and not all of them are
    read as Go writes them.
    """
    text = b",".join(samples).translate(None, b"[]")
    try:
        found = _QUOTED.decode(b"[%b]" % text.replace(b'"+Inf"', b'"Infinity"').replace(b'"-0"', b'"-0.0"'))
    except UNREADABLE as fault:
        raise NotPrometheus(str(fault)) from None
    return np.fromiter(found, np.float64, len(found))
