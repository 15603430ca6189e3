"""A Slack that keeps messages: its incoming webhook, and what a bot may call of its API."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import orjson

from tests.fakes.http import FakeServer, Request
from tests.fakes.receiving import receiving

TOKEN = "xoxb-hunter2"
CHANNEL = "C024BE91L"


@dataclass(slots=True)
class Workspace:
    """The messages of a channel by their `ts`, as they stand now; `errors` are answered to calls, one each."""

    messages: dict[str, dict[str, Any]] = field(default_factory=dict)
    threads: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    server: FakeServer = field(init=False)
    _numbers: Any = field(default_factory=lambda: count(1))

    def answer(self, request: Request) -> tuple[int, bytes]:
        told = orjson.loads(request.body)
        if not request.path.startswith("/api/"):
            self._keep(told)
            return 200, b"ok"
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return 200, orjson.dumps({"ok": False, "error": "invalid_auth"})
        if self.errors:
            return 200, orjson.dumps({"ok": False, "error": self.errors.pop(0)})
        return 200, orjson.dumps(self._called(request.path.rpartition("/")[2], told))

    def _called(self, method: str, told: dict[str, Any]) -> dict[str, Any]:
        if method == "chat.update":
            if told["channel"] != CHANNEL or told["ts"] not in self.messages:
                return {"ok": False, "error": "message_not_found"}
            self.messages[told["ts"]] = told
            return {"ok": True, "channel": CHANNEL, "ts": told["ts"], "text": told["text"]}
        if "thread_ts" in told:
            self.threads.setdefault(told["thread_ts"], []).append(told)
        return {"ok": True, "channel": CHANNEL, "ts": self._keep(told)}

    def _keep(self, told: dict[str, Any]) -> str:
        ts = f"1764079500.{next(self._numbers):06}"
        self.messages[ts] = told
        return ts


@asynccontextmanager
async def fake_slack(*errors: str) -> AsyncIterator[Workspace]:
    """A workspace whose webhooks are anywhere and whose API is below /api."""
    workspace = Workspace(errors=list(errors))
    async with receiving(workspace.answer) as workspace.server:
        yield workspace
