"""A Prometheus that answers whatever rollups ask: numbers and people out of thin air, but always the same ones.

What it tells about a bucket depends on the question, the hub and the stretch alone, so that who asks twice, in another
order or in other pieces is told the same.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

import orjson

from aggregator.rollups.catalogue import DENSEST, PRESENT, SEEN, worded
from aggregator.rollups.people import USERNAME
from tests.fakes.http import FakeServer, Request, response, send, serving
from tests.fakes.prometheus import prometheus_answer

MINUTE = 60_000
SLOT = 15 * MINUTE
"""What is known is known a quarter of an hour at a time: days of every zone begin on one."""

A_GAP = 6
"""One in so many stretches of four hours was not scraped."""

PEOPLE = ("ana", "Rui@ulisboa.pt", "jo", "<script>alert(1)</script>", 'o"brien\\', "ýrsa", "x" * 255, "ana|rui")

IMAGES = ("quay.io/jupyter/scipy-notebook:2026-10-01", "<script>alert(1)</script>")

_HUBS = re.compile(r'namespace=~"([^"]*)"')


@dataclass(slots=True)
class Truth:
    """What one cluster holds, from `since` on; `late` are scrapes that came in after all, as slots of a hub.

    `corrected` is added to the numbers of a hub, by a piece of the question.
    """

    cluster: str
    since: int = 0
    late: set[tuple[str, int]] = field(default_factory=set)
    corrected: dict[tuple[str, str], float] = field(default_factory=dict)
    images: tuple[str, ...] = IMAGES
    _known: dict[object, list[int]] = field(default_factory=dict)

    def known(self, namespace: str, start: int, end: int) -> list[int]:
        """The slots of a stretch in which the hub was scraped."""
        which = (namespace, start, end, self.since, len(self.late))
        if which not in self._known:
            slots = range(start // SLOT, end // SLOT)
            self._known[which] = [slot for slot in slots if self._is_known(namespace, slot)]
        return self._known[which]

    def people(self, namespace: str, start: int, end: int) -> set[str]:
        """Who had a server in a stretch, as far as is known."""
        hours = {slot // 4 for slot in self.known(namespace, start, end)}
        return {who for who in PEOPLE if any(self._drawn(namespace, who, hour) % 40 == 0 for hour in hours)}

    def number(self, question: str, namespace: str, start: int, end: int) -> float | None:
        """What is answered to a question; nothing where nothing is known, and now and then for no reason."""
        if "kube_pod_created" in question:
            return len(self.people(namespace, start, end)) or None
        known = len(self.known(namespace, start, end))
        drawn = self._drawn(namespace, question, start, end, known)
        if not known or drawn % 9 == 0:
            return None
        return drawn % 4096 / 8 + sum(
            more for (piece, where), more in self.corrected.items() if piece in question and where == namespace
        )

    def _is_known(self, namespace: str, slot: int) -> bool:
        return slot * SLOT >= self.since and (
            (namespace, slot) in self.late or self._drawn(namespace, slot // 16) % A_GAP != 0
        )

    def _drawn(self, *what: object) -> int:
        # Twice, since the last bits of one sum follow the last bits of the text.
        return crc32(crc32(repr((self.cluster, *what)).encode()).to_bytes(4, "big"))


@asynccontextmanager
async def telling(truth: Truth) -> AsyncIterator[FakeServer]:
    """A Prometheus that knows this."""

    async def behave(request: Request, writer: asyncio.StreamWriter) -> None:
        await send(writer, response(200, answered(truth, request)))

    async with serving(behave) as server:
        yield server


def answered(truth: Truth, request: Request) -> bytes:
    """The body that such a Prometheus answers to a request."""
    if not request.path.endswith("/query_range"):
        return prometheus_answer(request, 1)
    form = {name: values[0] for name, values in request.form.items()}
    start, end, step = (round(float(form[name]) * 1000) for name in ("start", "end", "step"))
    series = _series(truth, form["query"], range(start, end + 1, step), step)
    # A series without samples is none: a Prometheus does not answer with it.
    result = [each for each in series if each["values"]]
    return orjson.dumps({"status": "success", "data": {"resultType": "matrix", "result": result}})


def _series(truth: Truth, text: str, ends: Iterable[int], length: int) -> Iterable[dict[str, Any]]:
    matcher = _HUBS.search(text)
    if matcher is None:
        assert text in {worded(promql, (), length) for promql in PRESENT.values()}, text
        yield _row({}, [(end, 1) for end in ends])
        return
    hubs = matcher[1].split("|")
    question = _HUBS.sub("", text)
    for hub in hubs:
        stretches = [(end, end - length) for end in ends]
        found: list[tuple[int, float | None]]
        if text == worded(SEEN, hubs, length):
            found = [(end, 15 * len(truth.known(hub, start, end)) or None) for end, start in stretches]
        elif text == worded(DENSEST, hubs, length):
            found = [(end, 10 if truth.known(hub, start, end) else None) for end, start in stretches]
        elif USERNAME in text:
            for who in PEOPLE:
                there = [(end, 1 if who in truth.people(hub, start, end) else None) for end, start in stretches]
                yield _row({"namespace": hub, USERNAME: who}, there)
            continue
        elif "image_spec" in text:
            for image in truth.images:
                ran = [(end, truth.number(image, hub, start, end)) for end, start in stretches]
                yield _row({"namespace": hub, "image_spec": image, "image": "sha256:0b1d"}, ran)
            continue
        else:
            found = [(end, truth.number(question, hub, start, end)) for end, start in stretches]
        yield _row({"namespace": hub}, found)


def _row(labels: dict[str, str], found: Iterable[tuple[int, float | None]]) -> dict[str, Any]:
    return {"metric": labels, "values": [[end / 1000, f"{value:g}"] for end, value in found if value is not None]}
