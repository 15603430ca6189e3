"""A vector as lines, one a series, whose order as bytes is Prometheus' order of series: no label set is read.

In a line each quote of the JSON is the byte 1, which is less than any character of a label, so that of two names or
values the shorter one comes first; and the quote behind the last label is the byte 0, so that of two label sets the
shorter one does.
"""

import re
from collections.abc import Iterator, Sequence

import msgspec

from aggregator.series import CLUSTER

# How a Prometheus writes a vector. No quote stands in a string of JSON without a backslash, so that these are not part
# of any label's value.
_FIRST = b'{"status":"success","data":{"resultType":"vector","result":[{"metric":{"'
_VALUE = b'"},"value":['
_NEXT = b'"]},{"metric":{"'
_LAST = b'"]}]}'
# What is written in a way that is not foreseen here.
_ODD = (b"\\", b'"metric":{}', b'"cluster":', b'"histogram":')

_IN_LINES, _IN_JSON = bytes.maketrans(b'"', b"\1"), bytes.maketrans(b"\1", b'"')
_BETWEEN = _NEXT.translate(_IN_LINES)
_END = b"\0"

_encode = msgspec.json.Encoder().encode
_passed_over = msgspec.json.Decoder(msgspec.Raw).decode


def cut(body: bytes, cluster: str) -> tuple[tuple[bytes, ...], bytes] | None:
    """The lines of a vector as Prometheus writes one, with the label `cluster`, and the JSON behind its result.

    None for what has to be parsed: no series, a series without labels or with a label `cluster` of its own, backslashes,
    histograms, the writing of somebody else. Raises one of UNREADABLE for what is no JSON.
    """
    if not body.startswith(_FIRST):
        return None
    end, name = body.rfind(_LAST), _encode(cluster)[1:-1]
    if end < 0 or b"\\" in name:
        return None
    for odd in _ODD:
        if odd in body:
            return None
    # Only looks whether it is JSON, though not at its UTF-8.
    _passed_over(body)
    body.decode()
    text = body[len(_FIRST) : end].replace(_VALUE, _END).translate(_IN_LINES)
    lines = text.split(_BETWEEN)
    if text.count(_END) != len(lines):
        return None
    return tuple(_labelled(lines, name)), body[end + len(_LAST) :]


def json_of(lines: Sequence[bytes]) -> bytes:
    """The series as a list of JSON, in the order of the lines."""
    if not lines:
        return b"[]"
    text = _BETWEEN.join(lines).translate(_IN_JSON).replace(_END, _VALUE)
    return b'[{"metric":{"%b"]}]' % text


def _labelled(lines: Sequence[bytes], cluster: bytes) -> Iterator[bytes]:
    """The lines with the label `cluster` where it belongs: before the first greater name, or behind the last."""
    before_another, last = b"cluster\1:\1%b\1,\1" % cluster, b"\1,\1cluster\1:\1%b" % cluster
    for line in lines:
        found = _SMALLER_NAMES.match(line)
        assert found is not None
        at = found.end()
        yield line[:at] + (last if line.startswith(_END, at) else before_another) + line[at:]


def _smaller_than(name: bytes) -> bytes:
    """A pattern for the names that stand before this one: with a lesser letter, with this one and so on, or shorter."""
    if not name:
        return b"(?!)"
    return b"(?:[^%b-\xff\1][^\1]*+|%b%b|)" % (name[:1], name[:1], _smaller_than(name[1:]))


_SMALLER_NAMES = re.compile(b"(?:%b\1:\1[^\1\0]*+(?:\1,\1|(?=\0)))*+" % _smaller_than(CLUSTER.encode()), re.DOTALL)
