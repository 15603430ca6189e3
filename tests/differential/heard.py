"""A question to a Prometheus, and what was heard back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson


@dataclass(frozen=True, slots=True)
class Question:
    """An expression, at one moment (`step` is 0) or at many; times are milliseconds."""

    expression: str
    start: int
    end: int
    step: int = 0

    @property
    def kind(self) -> str:
        return f"every {self.step // 1000} s" if self.step else "instant"

    @property
    def path(self) -> str:
        return "/api/v1/query_range" if self.step else "/api/v1/query"

    def form(self) -> dict[str, str]:
        if not self.step:
            return {"query": self.expression, "time": _seconds(self.start)}
        times = {"start": _seconds(self.start), "end": _seconds(self.end), "step": _seconds(self.step)}
        return {"query": self.expression, **times}


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer as it came: the status and the whole JSON body, which stays what it is since it is what is compared."""

    status: int
    body: Mapping[str, Any]

    @property
    def failed(self) -> bool:
        return self.body.get("status") != "success"

    @property
    def has_something(self) -> bool:
        """Whether the answer holds a value; a number that the query itself spells is one too."""
        return not self.failed and bool(self.body["data"]["result"])

    @property
    def lane(self) -> str | None:
        explained = self.body.get("explain")
        return explained["lane"] if isinstance(explained, dict) else None

    def short(self, most: int = 300) -> str:
        said = self.body.get("error") or orjson.dumps(self.body.get("data", self.body)).decode()
        return f"{self.status} {said}"[:most]

    def gist(self) -> "Gist":
        return Gist(self.failed, self.has_something, self.lane, self.short())


@dataclass(frozen=True, slots=True)
class Gist:
    """What is kept of an answer once it was compared; tens of thousands of whole ones would fill the memory."""

    failed: bool
    has_something: bool
    lane: str | None
    text: str

    def short(self, most: int = 300) -> str:
        return self.text[:most]


async def ask(http: aiohttp.ClientSession, url: str, question: Question, **more: str) -> Heard:
    """What this server answers, errors included."""
    async with http.post(url + question.path, data={**question.form(), **more}) as answer:
        text = await answer.read()
    try:
        body = orjson.loads(text)
    except orjson.JSONDecodeError:
        body = {"error": text.decode(errors="replace")}
    return Heard(answer.status, body)


def _seconds(milliseconds: int) -> str:
    whole, rest = divmod(milliseconds, 1000)
    return f"{whole}.{rest:03}" if rest else str(whole)
