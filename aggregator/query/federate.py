"""The newest samples of all clusters in the text format, as another Prometheus scrapes them."""

import re
from collections.abc import Sequence
from functools import partial

from aggregator.federation.question import Fleet, NotPrometheus, Question
from aggregator.query.collecting import Terms, collected
from aggregator.query.selectors import Selectors, narrowed

# A quotation mark inside a value is escaped, so this is never part of one.
_OWN_LABEL = re.compile(rb'([{,])cluster="(?:[^"\\]|\\.)*"(,|(?=}))')
_ESCAPES = {"\\": "\\\\", "\n": "\\n", '"': '\\"'}

Families = dict[bytes, list[bytes]]
"""The lines of samples by the line `# TYPE` above them."""


async def federated(fleet: Fleet, clusters: Sequence[str], selectors: Selectors, terms: Terms) -> bytes:
    """Every sample with `cluster` among its labels; who did not answer stands in a comment."""
    asked = narrowed(selectors, clusters)
    questions = [
        Question(cluster, "/federate", match, partial(_read, _labelling(cluster)), "GET")
        for cluster, match in asked.items()
    ]
    found = await collected(fleet, questions, terms)
    merged: Families = {}
    for _, families in found.answers:
        for head, lines in families.items():
            merged.setdefault(head, []).extend(lines)
    remarks = [f"# {' '.join(warning.split())}\n".encode() for warning in found.warnings]
    return b"".join([*remarks, *(b"".join([head, *merged[head]]) for head in sorted(merged))])


def _labelling(cluster: str) -> bytes:
    escaped = "".join(_ESCAPES.get(character, character) for character in cluster)
    return f'cluster="{escaped}"'.encode()


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
