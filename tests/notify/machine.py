"""Alerts that come, go, are silenced and flap at random, and what has to hold of what receivers are told."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from aggregator.clusters.alerting import Inhibit, Receiver, Route, Webhook
from aggregator.clusters.conditions import Condition, parse_condition
from aggregator.clusters.values import Config
from aggregator.events.values import State, labels_of
from aggregator.notify import silence_rows
from aggregator.notify.job import Notifying
from aggregator.notify.silences import Silence
from aggregator.outbox.notice import Notice
from aggregator.store.database import Database, open_database
from tests.notify.ours import Clock, Messages, alert_that, keep

TICK = timedelta(seconds=5)
WAIT, INTERVAL, REPEAT = 10, 30, 120
ROUTE = Route(("oncall", "audit"), (), ("group",), WAIT, INTERVAL, REPEAT)
INHIBIT = Inhibit((parse_condition("name=a"),), (parse_condition("name=c"),))
CONFIG = Config(
    (),
    receivers=tuple(Receiver(name, Webhook("http://127.0.0.1:1")) for name in ROUTE.receivers),
    routes=(ROUTE,),
    inhibit=(INHIBIT,),
)
LABELS = {
    name: labels_of({"alertname": "Test", "name": name, "group": group})
    for name, group in {"a": "1", "b": "1", "c": "2", "d": "2"}.items()
}
NAMES = st.sets(st.sampled_from(sorted(LABELS)), min_size=1)
# After that long, with somebody looking, whatever stood still is told.
BY_THEN = timedelta(seconds=WAIT + INTERVAL) + 2 * TICK


@dataclass(slots=True)
class Standing:
    """How an alert stands, and since when; `muted` is whether nobody is to be told of it."""

    firing: bool = False
    muted: bool = False
    since: datetime | None = None
    began: datetime | None = None


@dataclass(slots=True)
class Hearing:
    """What one receiver heard: the last word on each alert, and the last message of each group."""

    last: dict[str, str] = field(default_factory=dict)
    notices: dict[str, Notice] = field(default_factory=dict)


class Telling(RuleBasedStateMachine):
    """One database; one replica or two; a clock that goes on by ticks."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.opened = open_database(url)
        self.database: Database = self.runner.run(self.opened.__aenter__())
        self.clock = Clock()
        self.messages = Messages(self.database)
        self.alerts = {name: Standing(since=self.clock.at) for name in LABELS}
        self.silences: dict[str, tuple[str, datetime]] = {}
        self.heard = {name: Hearing() for name in ROUTE.receivers}
        self.one, self.other = (Notifying(CONFIG, self.database, self.clock.now) for _ in range(2))

    def teardown(self) -> None:
        """In the end all stands still for long enough, and everything is told."""
        self.expire_all()
        for _ in range(BY_THEN // TICK):
            self._forward()
            self.runner.run(self.one.tick())
            self._hear()
        self.what_stands_still_is_told()
        self.runner.run(self.opened.__aexit__(None, None, None))
        self.runner.close()

    @rule(names=NAMES)
    def fire(self, names: set[str]) -> None:
        for name in sorted(names):
            if not self.alerts[name].firing:
                self._set(name, State.FIRING)

    @rule(names=NAMES)
    def resolve(self, names: set[str]) -> None:
        for name in sorted(names):
            if self.alerts[name].firing:
                self._set(name, State.RESOLVED)

    @rule(names=NAMES, seconds=st.sampled_from((20, 60, 300)))
    def silence(self, names: set[str], seconds: int) -> None:
        now = self.clock.at
        for name in sorted(names):
            number, ends = f"{len(self.silences)}", now + timedelta(seconds=seconds)
            self.silences[number] = (name, ends)
            self.runner.run(self._add(Silence(number, (Condition("name", "=", name),), now, ends, "ana", "test", now)))
        self._look()

    @rule(names=NAMES)
    def silence_and_resolve(self, names: set[str]) -> None:
        self.silence(names, 60)
        self.resolve(names)

    @rule()
    def expire_all(self) -> None:
        for number in self.silences:
            self.runner.run(self._expire(number))
        self.silences = {number: (name, self.clock.at) for number, (name, _) in self.silences.items()}
        self._look()

    @rule(times=st.integers(3, 12))
    def tick(self, times: int) -> None:
        for _ in range(times):
            self._forward()
            self.runner.run(self.one.tick())
            self._hear()

    @rule(times=st.integers(3, 6))
    def two_replicas_tick(self, times: int) -> None:
        for _ in range(times):
            self._forward()
            self.runner.run(self._both())
            self._hear()

    @rule()
    def be_away_for_a_while(self) -> None:
        self.clock.forward(timedelta(seconds=50))
        self._look()
        for standing in self.alerts.values():
            standing.since = self.clock.at  # nobody was there to tell

    @invariant()
    def what_stands_still_is_told(self) -> None:
        for name, standing in self.alerts.items():
            assert standing.since is not None
            if standing.muted or self.clock.at - standing.since < BY_THEN:
                continue
            for receiver, heard in self.heard.items():
                said = heard.last.get(name)
                if standing.firing:
                    assert said == "firing", f"{receiver} was not told of {name}"
                else:
                    assert said != "firing", f"{receiver} was not told that {name} is over"

    def _set(self, name: str, state: State) -> None:
        now, standing = self.clock.at, self.alerts[name]
        standing.firing = state is State.FIRING
        standing.began = now if standing.firing else standing.began
        standing.since = now
        self.runner.run(keep(self.database, [alert_that(LABELS[name], state, since=standing.began or now, at=now)]))
        self._look()

    def _forward(self) -> None:
        self.clock.forward(TICK)
        self._look()

    def _look(self) -> None:
        """Notes from when on somebody is muted, or is not."""
        now = self.clock.at
        silenced = {name for name, ends in self.silences.values() if now < ends}
        for name, standing in self.alerts.items():
            muted = name in silenced or (name == "c" and self.alerts["a"].firing)
            if muted != standing.muted:
                standing.muted, standing.since = muted, now

    def _hear(self) -> None:
        for notice in self.runner.run(self.messages.new()):
            heard = self.heard[notice.receiver]
            before = heard.notices.get(notice.group_key)
            if before is not None and _content(before) == _content(notice):
                assert notice.at - before.at > timedelta(seconds=REPEAT), f"{notice.receiver} was told twice"
            heard.notices[notice.group_key] = notice
            for item in notice.items:
                name = dict(item.labels)["name"]
                assert not self.alerts[name].muted
                assert (item.status == "firing") == self.alerts[name].firing
                heard.last[name] = item.status

    async def _both(self) -> None:
        """Both have decided before either writes."""
        decided = [await each.decided() for each in (self.one, self.other)]
        await self.one.do(decided[0])
        assert await self.other.do(decided[1]) == 0

    async def _add(self, new: Silence) -> None:
        async with self.database.writing() as connection:
            await silence_rows.add(connection, new)

    async def _expire(self, number: str) -> None:
        async with self.database.writing() as connection:
            await silence_rows.expire(connection, number, self.clock.at)


def _content(notice: Notice) -> frozenset[tuple[str, str]]:
    return frozenset((item.fingerprint, item.status) for item in notice.items)
