"""A range put together from what a Prometheus answers at each of its moments: the same, but for bugs of ranges."""

import re
from typing import Any

import aiohttp

from tests.differential.heard import Heard, Question, ask

_Moments = dict[tuple[tuple[str, str], ...], list[Any]]


async def moment_by_moment(http: aiohttp.ClientSession, url: str, question: Question) -> Heard:
    """The answer to a range query, asked as instant queries; an error where one of them fails."""
    expression = _without_ends(question)
    found: _Moments = {}
    for moment in range(question.start, question.end + 1, question.step):
        heard = await ask(http, url, Question(expression, moment, moment))
        if heard.failed:
            return heard
        for labels, sample in _samples(heard):
            found.setdefault(labels, []).append(sample)
    result = [{"metric": dict(labels), "values": values} for labels, values in sorted(found.items())]
    return Heard(200, {"status": "success", "data": {"resultType": "matrix", "result": result}})


def _samples(heard: Heard) -> list[tuple[tuple[tuple[str, str], ...], Any]]:
    data = heard.body["data"]
    if data["resultType"] == "scalar":
        return [((), data["result"])]
    return [(tuple(sorted(series["metric"].items())), series["value"]) for series in data["result"]]


def _without_ends(question: Question) -> str:
    """The expression with `start()` and `end()` as the moments that they are in this range."""
    last = question.start + (question.end - question.start) // question.step * question.step
    text = re.sub(r"@ start\(\)", f"@ {question.start / 1000}", question.expression)
    return re.sub(r"@ end\(\)", f"@ {last / 1000}", text)
