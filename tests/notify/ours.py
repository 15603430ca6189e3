"""Scenarios as Crosshub plays them: its job on a database, by a simulated clock."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update

from aggregator.clusters.conditions import Condition, parse_condition
from aggregator.events import rows as event_rows
from aggregator.events.values import Alert, State
from aggregator.notify import silence_rows
from aggregator.notify.deduplicating import Reason
from aggregator.notify.job import Notifying
from aggregator.notify.silences import Silence
from aggregator.outbox.notice import Notice, notice_in
from aggregator.series import Labels
from aggregator.store.alert_tables import outbox
from aggregator.store.database import Database
from tests.notify.scenario import BACK, DOWN, END, Happening, Scenario, Told, config_of, moment

BEGAN = datetime(2026, 11, 25, 12, tzinfo=UTC)
TICKS_A_UNIT = 4


@dataclass(slots=True)
class Clock:
    """A clock that is set."""

    at: datetime = BEGAN

    def now(self) -> datetime:
        return self.at

    def forward(self, span: timedelta) -> None:
        self.at += span


@dataclass(slots=True)
class Messages:
    """What is read from the outbox, each message once; then it counts as sent."""

    database: Database
    last: int = field(default=0)

    async def new(self) -> list[Notice]:
        query = select(outbox.c.id, outbox.c.body).where(outbox.c.id > self.last).order_by(outbox.c.id)
        async with self.database.writing() as connection:
            found = (await connection.execute(query)).all()
            sent = outbox.c.id.in_([row.id for row in found])
            await connection.execute(update(outbox).where(sent).values(state="sent"))
        self.last = max((row.id for row in found), default=self.last)
        return [notice_in(row.body) for row in found]


async def played(scenarios: tuple[Scenario, ...], database: Database) -> dict[str, list[Told]]:
    """What was told in each of the scenarios, side by side."""
    clock, messages = Clock(), Messages(database)
    by_name = {each.name: each for each in scenarios}
    job = Notifying(config_of(scenarios), database, clock.now)
    heard: dict[str, list[Told]] = {each.name: [] for each in scenarios}
    waiting = sorted(_happenings(scenarios), key=lambda each: each[1].at)
    restart = any(each.restart for each in scenarios)
    for tick in range(int(END * TICKS_A_UNIT)):
        at = tick / TICKS_A_UNIT
        while waiting and waiting[0][1].at <= at:
            await _happen(*waiting.pop(0), database)
        if restart and DOWN <= at < BACK:
            job = Notifying(config_of(scenarios), database, clock.now)
            continue
        clock.at = moment(BEGAN, at)
        await job.tick()
        for notice in await messages.new():
            scenario = by_name[notice.receiver]
            heard[scenario.name].append(_told(at, notice, scenario))
    return heard


def alert_that(labels: Labels, state: State, *, since: datetime, at: datetime) -> Alert:
    """An alert as a rule leaves it."""
    return Alert(
        rule="test.yaml;test;Test",
        source="rule",
        labels=labels,
        annotations=(),
        state=state,
        active_at=since,
        true_at=at,
        looked_at=at,
        fired_at=since,
        resolved_at=at if state is State.RESOLVED else None,
    )


async def keep(database: Database, alerts: Iterable[Alert]) -> None:
    async with database.writing() as connection:
        await event_rows.save(connection, tuple(alerts), ())


def _happenings(scenarios: Iterable[Scenario]) -> Iterator[tuple[Scenario, Happening]]:
    for scenario in scenarios:
        for happening in scenario.happenings:
            yield scenario, happening


async def _happen(scenario: Scenario, happening: Happening, database: Database) -> None:
    at = moment(BEGAN, happening.at)
    since = at if happening.since is None else moment(BEGAN, happening.since)
    match happening.did:
        case "fire":
            await keep(
                database,
                [alert_that(scenario.labels(one), State.FIRING, since=since, at=at) for one in happening.names],
            )
        case "resolve":
            await keep(
                database,
                [alert_that(scenario.labels(one), State.RESOLVED, since=since, at=at) for one in happening.names],
            )
        case "silence":
            ends = moment(BEGAN, happening.until)
            async with database.writing() as connection:
                matchers = _matchers(scenario, happening)
                new = Silence(silence_id(scenario, happening), matchers, at, ends, "ana", "test", at)
                await silence_rows.add(connection, new)
        case "expire":
            async with database.writing() as connection:
                assert await silence_rows.expire(connection, silence_id(scenario, happening), at)


def silence_id(scenario: Scenario, happening: Happening) -> str:
    return f"{scenario.name} {' '.join(happening.matchers)}"


def _matchers(scenario: Scenario, happening: Happening) -> tuple[Condition, ...]:
    return (*map(parse_condition, happening.matchers), scenario.only_here)


def _told(at: float, notice: Notice, scenario: Scenario) -> Told:
    names = scenario.names()
    by_status = {
        status: frozenset(names[item.fingerprint] for item in notice.items if item.status == status)
        for status in ("firing", "resolved")
    }
    told = Told(at, by_status["firing"], by_status["resolved"], notice.group_key, Reason(notice.reason))
    assert notice.status == told.status
    return told
