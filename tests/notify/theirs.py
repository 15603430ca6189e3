"""Scenarios as the real Alertmanager plays them: Debian's 0.25 on a free port of the loopback, in units of a second."""

import asyncio
import json
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import yaml

from aggregator.clusters.conditions import Condition, parse_condition
from aggregator.demo.processes import Program, listening
from aggregator.notify.matching import condition_text
from tests.fakes.http import Request, response, send, serving
from tests.notify.ours import silence_id
from tests.notify.scenario import BACK, DOWN, END, Happening, Scenario, Told, moment

# Whoever pushes later than this has had no time to; then what is told says nothing, and all is played again.
MOST_LATE = 0.5
TIMES = 4
# As often Prometheus would send again what fires, after a restart.
AGAIN = 0.5


class TooSlowError(Exception):
    """This machine had too much else to do to keep to the times of the scenarios."""


@dataclass(slots=True)
class Play:
    """One Alertmanager, its scenarios side by side, and what it has told so far."""

    scenarios: tuple[Scenario, ...]
    directory: Path
    http: httpx.AsyncClient
    webhook: str
    heard: dict[str, list[Told]]
    began: float = 0.0
    url: str = ""
    firing: dict[tuple[str, str], float] = field(default_factory=dict)
    silences: dict[str, str] = field(default_factory=dict)
    running: ExitStack = field(default_factory=ExitStack)

    def start(self) -> None:
        """Starts the Alertmanager, with what it kept when it was ended."""
        file = self.directory / "alertmanager.yml"
        file.write_text(yaml.safe_dump(_config(self.scenarios, self.webhook)))
        program = Program(
            name="alertmanager",
            command=lambda port: [
                "prometheus-alertmanager",
                f"--config.file={file}",
                f"--storage.path={self.directory / 'data'}",
                f"--web.listen-address=127.0.0.1:{port}",
                "--cluster.listen-address=",
                "--log.level=warn",
            ],
            log=self.directory / "log",
            ready="/-/ready",
        )
        self.url = self.running.enter_context(listening([program]))[0].url

    async def end(self) -> None:
        await asyncio.to_thread(self.running.close)

    async def play(self) -> None:
        waiting = sorted(
            ((scenario, each) for scenario in self.scenarios for each in scenario.happenings),
            key=lambda pair: pair[1].at,
        )
        times = {each.at for _, each in waiting}
        if any(each.restart for each in self.scenarios):
            times |= {BACK + AGAIN * number for number in range(1, int((END - BACK) / AGAIN))} | {DOWN}
        for at in sorted(times):
            await self._until(at)
            if at == DOWN:
                await self._restart()
                continue
            if at > BACK:
                await self._push(self.firing)
            await asyncio.gather(*(self._happen(scenario, each) for scenario, each in waiting if each.at == at))
            self._in_time(at)
        await self._until(END)

    async def _restart(self) -> None:
        await self.end()
        await self._until(BACK - 0.2)
        self.start()
        await self._push(self.firing)
        self._in_time(BACK)

    async def _until(self, at: float) -> None:
        await asyncio.sleep(max(0.0, self.began + at - time.time()))

    def _in_time(self, at: float) -> None:
        if time.time() - self.began - at > MOST_LATE:
            raise TooSlowError

    async def _happen(self, scenario: Scenario, happening: Happening) -> None:
        since = happening.at if happening.since is None else happening.since
        match happening.did:
            case "fire":
                new = {(scenario.name, name): since for name in happening.names}
                self.firing |= new
                await self._push(new)
            case "resolve":
                over = {(scenario.name, name): happening.at - 0.1 for name in happening.names}
                over = {key: self.firing.pop(key, since) for key, since in over.items()}
                await self._push(over, ends=happening.at)
            case "silence":
                await self._silence(scenario, happening)
            case "expire":
                name = self.silences[silence_id(scenario, happening)]
                (await self.http.delete(f"{self.url}/api/v2/silence/{name}")).raise_for_status()

    async def _push(self, alerts: dict[tuple[str, str], float], ends: float | None = None) -> None:
        by_name = {each.name: each for each in self.scenarios}
        body = [
            {"labels": dict(by_name[scenario].labels(name)), "startsAt": self._instant(since)}
            | ({} if ends is None else {"endsAt": self._instant(ends)})
            for (scenario, name), since in alerts.items()
        ]
        (await self.http.post(f"{self.url}/api/v2/alerts", json=body)).raise_for_status()

    async def _silence(self, scenario: Scenario, happening: Happening) -> None:
        matchers = [*map(parse_condition, happening.matchers), scenario.only_here]
        body = {
            "matchers": [_matcher(each) for each in matchers],
            "startsAt": self._instant(happening.at),
            "endsAt": self._instant(happening.until),
            "createdBy": "ana",
            "comment": "test",
        }
        answer = await self.http.post(f"{self.url}/api/v2/silences", json=body)
        if answer.status_code == 400 and time.time() >= self.began + happening.until:
            raise TooSlowError("a silence was over before it could be told of")
        answer.raise_for_status()
        self.silences[silence_id(scenario, happening)] = answer.json()["silenceID"]

    def _instant(self, at: float) -> str:
        return moment(datetime.fromtimestamp(self.began, UTC), at).isoformat()


async def played(scenarios: tuple[Scenario, ...], directory: Path) -> dict[str, list[Told]]:
    """What was told in each of the scenarios; those with a restart have an Alertmanager of their own."""
    with _ahead_of_others():
        for _ in range(TIMES):
            try:
                return await _played(scenarios, directory)
            except TooSlowError:
                continue
    raise TooSlowError(f"in {TIMES} attempts")


@contextmanager
def _ahead_of_others() -> Iterator[None]:
    """Where we may, before others who want the processor: other tests do not have to keep to any time."""
    usual = os.getpriority(os.PRIO_PROCESS, 0)
    with suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, usual - 10)
    try:
        yield
    finally:
        with suppress(PermissionError):
            os.setpriority(os.PRIO_PROCESS, 0, usual)


async def _played(scenarios: tuple[Scenario, ...], directory: Path) -> dict[str, list[Told]]:
    heard: dict[str, list[Told]] = {each.name: [] for each in scenarios}
    plays: list[Play] = []

    async def hear(request: Request, writer: asyncio.StreamWriter) -> None:
        play = plays[int(request.path.split("/")[1])]
        scenario = play.scenarios[int(request.path.split("/")[2])]
        heard[scenario.name].append(_told(time.time() - play.began, json.loads(request.body), scenario))
        await send(writer, response(200, b"{}"))

    async with serving(hear) as webhook, httpx.AsyncClient(trust_env=False, verify=False) as http:
        for restart in (False, True):
            ours = directory / f"{time.time_ns()}"
            ours.mkdir()
            chosen = tuple(each for each in scenarios if each.restart is restart)
            plays.append(Play(chosen, ours, http, f"{webhook.url}/{len(plays)}", heard))
        try:
            for play in plays:
                play.start()
            for play in plays:
                play.began = time.time() + 0.1
            playing = [asyncio.ensure_future(play.play()) for play in plays]
            try:
                await asyncio.gather(*playing)
            finally:
                for each in playing:
                    each.cancel()
                await asyncio.gather(*playing, return_exceptions=True)
        finally:
            for play in plays:
                await play.end()
    return heard


def _config(scenarios: Iterable[Scenario], webhook: str) -> dict[str, Any]:
    each = tuple(scenarios)
    return {
        "route": {"receiver": "nobody", "routes": [_route(scenario) for scenario in each]},
        "receivers": [
            {"name": "nobody"},
            *(
                {
                    "name": scenario.name,
                    "webhook_configs": [{"url": f"{webhook}/{number}", "send_resolved": scenario.send_resolved}],
                }
                for number, scenario in enumerate(each)
            ),
        ],
        "inhibit_rules": [
            {
                "source_matchers": [condition_text(one) for one in rule.source],
                "target_matchers": [condition_text(one) for one in rule.target],
                "equal": list(rule.equal),
            }
            for scenario in each
            for rule in scenario.here
        ],
    }


def _route(scenario: Scenario) -> dict[str, Any]:
    return {
        "receiver": scenario.name,
        "matchers": [condition_text(scenario.only_here)],
        "group_by": list(scenario.group_by),
        "group_wait": f"{scenario.group_wait:g}s",
        "group_interval": f"{scenario.group_interval:g}s",
        "repeat_interval": f"{scenario.repeat_interval:g}s",
    }


def _matcher(condition: Condition) -> dict[str, Any]:
    return {
        "name": condition.name,
        "value": condition.value,
        "isRegex": "~" in condition.op,
        "isEqual": not condition.op.startswith("!"),
    }


def _told(at: float, payload: Any, scenario: Scenario) -> Told:
    names = scenario.names()
    by_status = {
        status: frozenset(names[one["fingerprint"]] for one in payload["alerts"] if one["status"] == status)
        for status in ("firing", "resolved")
    }
    told = Told(at, by_status["firing"], by_status["resolved"], payload["groupKey"])
    assert payload["status"] == told.status
    return told
