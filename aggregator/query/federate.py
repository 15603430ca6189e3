"""The newest samples of all clusters in the text format, as another Prometheus scrapes them."""

import re
from collections.abc import Iterator
from functools import partial

from aggregator.federation.question import Fleet, NotPrometheus, Question
from aggregator.planning.elsewhere import may_be_elsewhere
from aggregator.planning.plan import RawAsk
from aggregator.promql.numbers import plain_text
from aggregator.query.collecting import Terms, collected
from aggregator.query.listings import Scope
from aggregator.series import NAME, Labels, Sampled

# A quotation mark inside a value is escaped, so this is never part of one.
_OWN_LABEL = re.compile(rb'([{,])cluster="(?:[^"\\]|\\.)*"(,|(?=}))')
_ESCAPES = {"\\": "\\\\", "\n": "\\n", '"': '\\"'}

Families = dict[bytes, list[bytes]]
"""The lines of samples by the line `# TYPE` above them."""


async def federated(fleet: Fleet, scope: Scope, terms: Terms, now: int) -> bytes:
    """Every sample with `cluster` among its labels, and what is kept elsewhere; who did not answer stands in a comment."""
    asked = scope.asked()
    questions = [
        Question(cluster, "/federate", match, partial(_read, _labelling(cluster)), "GET")
        for cluster, match in asked.items()
    ]
    found = await collected(fleet, questions, terms)
    merged: Families = {}
    for _, families in found.answers:
        for head, lines in families.items():
            merged.setdefault(head, []).extend(lines)
    for metric, line in await _kept(scope, now):
        merged.setdefault(b"# TYPE " + metric + b" untyped\n", []).append(line)
    remarks = [f"# {' '.join(warning.split())}\n".encode() for warning in found.warnings]
    return b"".join([*remarks, *(b"".join([head, *merged[head]]) for head in sorted(merged))])


async def _kept(scope: Scope, now: int) -> list[tuple[bytes, bytes]]:
    """The newest samples of the other source, each once: the name of its metric, and its line."""
    may_be = may_be_elsewhere(scope.source.names(), scope.source.labels())
    asks = [RawAsk(selector, now, now, None) for selector in scope.selectors if may_be(selector)]
    found = await scope.source.select(asks) if asks else ()
    lines = {labels: line for sampled in found for labels, line in _newest(sampled, now)}
    return [(dict(labels)[NAME].encode(), lines[labels]) for labels in sorted(lines)]


def _newest(sampled: Sampled, now: int) -> Iterator[tuple[Labels, bytes]]:
    raw = sampled.raw
    for labels, end in zip(raw.labels, raw.bounds[1:].tolist(), strict=True):
        time, value = int(raw.times[end - 1]), float(raw.values[end - 1])
        if time > now - int(sampled.lookback[end - 1]):
            # As a Prometheus does it: whoever scrapes this shall not take our address for the instance.
            pairs = [*((name, text) for name, text in labels if name != NAME), ("instance", "")]
            written = ",".join(f'{name}="{_escaped(text)}"' for name, text in pairs)
            yield labels, f"{dict(labels)[NAME]}{{{written}}} {plain_text(value)} {time}\n".encode()


def _labelling(cluster: str) -> bytes:
    return f'cluster="{_escaped(cluster)}"'.encode()


def _escaped(text: str) -> str:
    return "".join(_ESCAPES.get(character, character) for character in text)


def _read(label: bytes, body: bytes) -> Families:
    families: Families = {}
    lines: list[bytes] = []
    for line in body.split(b"\n"):
        if line.startswith(b"# TYPE "):
            lines = families.setdefault(line + b"\n", [])
        elif line and not line.startswith(b"#"):
            lines.append(_labelled(line, label) + b"\n")
    if body and not families:
        raise NotPrometheus("no line says `# TYPE`")
    return families


def _labelled(line: bytes, label: bytes) -> bytes:
    """The line with the label behind the others; ours wins over one that is there."""
    start, brace, end = line.rpartition(b"}")
    if not brace:
        name, _, value = line.partition(b" ")
        return name + b"{" + label + b"} " + value
    if b'cluster="' in start:
        start = _OWN_LABEL.sub(rb"\1", start + brace)[:-1].rstrip(b",")
    return start + (b"" if start.endswith(b"{") else b",") + label + brace + end
