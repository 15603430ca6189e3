"""Whatever happens, in whatever order: nothing is lost, nothing is told twice without a word, and the last word is the truth."""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from sqlalchemy import delete

from aggregator.outbox import receiver_rows, rows
from aggregator.outbox.notice import notice_in
from aggregator.outbox.values import Leased, Retry, Turn
from aggregator.store.alert_tables import outbox
from aggregator.store.database import Database, open_database
from tests.outbox.notices import NEW, REPEAT, RESOLVED, enqueued, item, message, notice, time_passes

T = TypeVar("T")
LEASE = timedelta(minutes=2)
SECOND = timedelta(seconds=1)
LANES = ("lisbon", "oslo")


@dataclass(frozen=True, slots=True)
class Heard:
    """A message as it arrived: its number in its lane, and whether the hub was said to be down."""

    lane: str
    number: int
    is_down: bool
    may_be_repeat: bool


class Messages(RuleBasedStateMachine):
    """Hubs go down and up and somebody is told, by workers that fail, die, sleep and come back late."""

    loop: asyncio.AbstractEventLoop
    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.is_down = dict.fromkeys(LANES, False)
        self.told: Counter[str] = Counter()
        self.heard: list[Heard] = []
        self.held: list[Leased] = []
        self.in_window: set[str] = set()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    @rule(lane=st.sampled_from(LANES))
    def a_hub_goes_down_or_comes_back(self, lane: str) -> None:
        self.is_down[lane] = not self.is_down[lane]
        self._say(lane, NEW if self.is_down[lane] else RESOLVED)

    @rule(lane=st.sampled_from(LANES))
    def it_is_told_again(self, lane: str) -> None:
        if self.is_down[lane]:
            self._say(lane, REPEAT)

    @rule(most=st.integers(1, 3))
    def a_worker_leases(self, most: int) -> None:
        self.held += self.run(self._lease(most))

    @precondition(lambda self: self.held)
    @rule(which=st.integers(0, 9), notes=st.booleans())
    def one_is_accepted(self, which: int, notes: bool) -> None:  # noqa: FBT001
        """By the provider; whoever sent it notes that, or dies before."""
        held = self.held.pop(which % len(self.held))
        self._hear(held)
        if not (notes and self.run(self._sent(held))):
            self.in_window.add(held.key)

    @precondition(lambda self: self.held)
    @rule(which=st.integers(0, 9))
    def one_is_not_accepted(self, which: int) -> None:
        self.run(self._failed(self.held.pop(which % len(self.held))))

    @precondition(lambda self: self.held)
    @rule(which=st.integers(0, 9))
    def a_worker_dies(self, which: int) -> None:
        self.held.pop(which % len(self.held))

    @rule(time=st.sampled_from((SECOND, LEASE + SECOND)))
    def time_goes_by(self, time: timedelta) -> None:
        self.run(time_passes(self.database, time))

    def teardown(self) -> None:
        """In the end all goes well, and then everything is as it should be."""
        self.held = []
        self.run(time_passes(self.database, LEASE + SECOND))
        while held := self.run(self._lease(10)):
            for leased in held:
                self._hear(leased)
                assert self.run(self._sent(leased))
        self.run(self._forget())
        for lane in LANES:
            theirs = [each for each in self.heard if each.lane == lane]
            assert bool(theirs) is bool(self.told[lane])
            if theirs:
                assert theirs[-1].is_down is self.is_down[lane]
            order = list(dict.fromkeys(each.number for each in theirs))
            assert order == sorted(order)
            copies = Counter(each.number for each in theirs)
            assert all(f"{lane} {number}" in self.in_window for number, times in copies.items() if times > 1)
            for place, each in enumerate(theirs):
                if any(before.number == each.number for before in theirs[:place]):
                    assert each.may_be_repeat

    def _say(self, lane: str, reason: str) -> None:
        self.told[lane] += 1
        said = notice(item(lane, "firing" if self.is_down[lane] else "resolved"), reason=reason)
        assert self.run(enqueued(self.database, message(f"{lane} {self.told[lane]}", said, lane=lane))) == [True]

    def _hear(self, held: Leased) -> None:
        is_down = notice_in(held.body).status == "firing"
        self.heard.append(Heard(held.lane, int(held.key.split()[1]), is_down, held.may_be_repeat))

    async def _lease(self, most: int) -> tuple[Leased, ...]:
        async with self.database.writing() as connection:
            return await rows.lease(connection, "here", LEASE, [Turn("oncall", most)])

    async def _sent(self, held: Leased) -> bool:
        async with self.database.writing() as connection:
            return await rows.sent(connection, held)

    async def _failed(self, held: Leased) -> None:
        async with self.database.writing() as connection:
            await rows.failed_for_now(connection, held, Retry("no", SECOND))

    async def _forget(self) -> None:
        async with self.database.writing() as connection:
            await connection.execute(delete(outbox))


@pytest.fixture
def machine(migrated_file: Path) -> Iterator[type[Messages]]:
    """It works on a database of its own, and one loop."""
    with asyncio.Runner() as runner, ExitStack() as stack:
        opened = open_database(f"sqlite:///{migrated_file.parent / 'machine.db'}")
        (migrated_file.parent / "machine.db").write_bytes(migrated_file.read_bytes())
        database = runner.run(opened.__aenter__())
        stack.callback(lambda: runner.run(opened.__aexit__(None, None, None)))
        runner.run(_known(database))
        yield type("Machine", (Messages,), {"loop": runner.get_loop(), "database": database})


async def _known(database: Database) -> None:
    async with database.writing() as connection:
        await receiver_rows.known(connection, {"oncall": "a mark"})


def test_whatever_happens_the_last_word_is_the_truth(machine: type[Messages]) -> None:
    some = settings(max_examples=20, stateful_step_count=20, deadline=None, derandomize=True, database=None)

    run_state_machine_as_test(machine, settings=some)
