"""Groups of rules looked at, each slot by one replica: asked, decided, and kept in one transaction with the slot.

A look is at the moment of its slot, whenever it is done: whoever does it again after a kill finds and keeps the same.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.clusters.values import Cluster
from aggregator.events import rows as alert_rows
from aggregator.events.values import Alert, Source
from aggregator.query.engine import Engine
from aggregator.rules import rows
from aggregator.rules.evaluating import look, missing, people_there
from aggregator.rules.rows import RuleLook
from aggregator.rules.state import MISSED, Terms
from aggregator.rules.stepping import Looked, Stepped, ended, ending, stepped
from aggregator.rules.values import Group, Rule
from aggregator.slots.catching_up import Schedule
from aggregator.slots.claiming import Work, finish_ours, run_due
from aggregator.slots.intervals import at_intervals, begun
from aggregator.slots.rows import Claim, Holder
from aggregator.store.database import Database

log = logging.getLogger(__name__)

REMOVED = "rules that are gone"
"""The schedule of ending alerts whose rules were removed from the files."""
OURS: tuple[Source, ...] = ("rule",)
LEFT_ALONE = 5
"""So many looks have to be missing before the alerts of a rule that is in no file end."""
AT_ONCE = 8
"""Rules of a group that are asked about at the same moment."""

Tell = Callable[[str, int, int, float], None]
"""Told of each look at a group: its name, how many rules it has, how many could not be judged everywhere, the seconds."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything that looking at rules takes; `every` is the interval of groups that name none, in seconds."""

    engine: Engine
    clusters: Sequence[Cluster]
    groups: Sequence[Group]
    database: Database
    every: float
    holder: Holder
    now: Callable[[], datetime]
    tell: Tell

    async def do(self) -> None:
        """Does what is due and what nobody else does. No group waits for another."""
        now = self.now()
        works: dict[Schedule, Work] = {
            schedule_of(group, self.every): partial(self._look_at, group) for group in self.groups
        }
        works[at_intervals(REMOVED, self.every)] = self._end_removed
        await begun(self.database, tuple(works), now)
        async with asyncio.TaskGroup() as tasks:
            for schedule, work in works.items():
                tasks.create_task(run_due([schedule], self.database, now, work, self.holder))

    async def _look_at(self, group: Group, claim: Claim) -> None:
        if self.now() - claim.slot > MISSED * _interval(group, self.every):
            # Left behind before a downtime: what was true then is nobody's concern any more.
            async with self.database.writing() as connection:
                await finish_ours(connection, claim)
            return
        started = time.monotonic()
        looks = await self._with_missing(group, await self._looks(group, claim.slot), claim.slot)
        async with self.database.reading() as connection:
            fired = [alert for one in (await _decided(connection, looks)).values() for alert in one[0].begun()]
        people = await people_there(self.engine, fired)
        async with self.database.writing() as connection:
            await finish_ours(connection, claim)
            if await rows.turn(connection, claim.schedule, [terms.rule for terms, _, _ in looks], claim.slot):
                await _keep(connection, await _decided(connection, looks), claim.slot, people)
        failures = sum(bool(looked.fault) for _, _, looked in looks)
        self.tell(f"{group.file};{group.name}", len(looks), failures, time.monotonic() - started)

    async def _looks(self, group: Group, at: datetime) -> "list[_Look]":
        turns, interval = asyncio.Semaphore(AT_ONCE), _interval(group, self.every)

        async def one(rule: Rule) -> _Look:
            async with turns:
                found = await look(self.engine, self.clusters, rule, at - group.query_offset)
            return Terms(group.key(rule), rule.hold, rule.keep_firing_for, interval, at), group.limit, found

        return await asyncio.gather(*map(one, group.rules))

    async def _with_missing(self, group: Group, looks: "Sequence[_Look]", at: datetime) -> "list[_Look]":
        """The looks, with the alerts that would end only since their series are gone."""
        async with self.database.reading() as connection:
            known = await _known(connection)
        found: list[_Look] = []
        for rule, (terms, limit, looked) in zip(group.rules, looks, strict=True):
            over = ending(known.get(terms.rule, ()), looked)
            gone = await missing(self.engine, rule, over, at - group.query_offset)
            found.append((terms, limit, replace(looked, missing=gone)))
        return found

    async def _end_removed(self, claim: Claim) -> None:
        there = {group.key(rule) for group in self.groups for rule in group.rules}
        async with self.database.writing() as connection:
            await finish_ours(connection, claim)
            found = await alert_rows.alerts(connection, sources=OURS)
            # Where replicas differ in their rules, another one may have looked just now.
            before = claim.slot - LEFT_ALONE * timedelta(seconds=self.every)
            gone = [alert for alert in found if alert.rule not in there and alert.looked_at < before]
            await _save(connection, ended(gone, claim.slot))
            await rows.forget(connection, there, before)
        for alert in gone:
            log.info("%s %s is ended, since its rule was removed", alert.rule, dict(alert.labels))


_Look = tuple[Terms, int, Looked]
"""A rule, how many alerts it may have, and what the look at it came to."""
_Decided = Mapping[str, tuple[Stepped, Looked]]
"""By the key of a rule: what becomes of its alerts."""


def schedule_of(group: Group, every: float) -> Schedule:
    """When a group is looked at. Of what was missed the last slot is enough."""
    return at_intervals(f"rules;{group.file};{group.name}", _interval(group, every).total_seconds())


def _interval(group: Group, every: float) -> timedelta:
    return group.interval or timedelta(seconds=every)


async def _known(connection: AsyncConnection) -> Mapping[str, Sequence[Alert]]:
    """The alerts that are not over, by the keys of their rules."""
    known: dict[str, list[Alert]] = {}
    for alert in await alert_rows.alerts(connection, sources=OURS):
        known.setdefault(alert.rule, []).append(alert)
    return known


async def _decided(connection: AsyncConnection, looks: Sequence[_Look]) -> _Decided:
    """What becomes of the alerts of a group, as they stand in the database."""
    known = await _known(connection)
    return {terms.rule: stepped(known.get(terms.rule, ()), looked, terms, limit) for terms, limit, looked in looks}


async def _keep(
    connection: AsyncConnection, decided: _Decided, at: datetime, people: Mapping[tuple[str, str], int]
) -> None:
    for outcome, _ in decided.values():
        begun = {alert.key for alert in outcome.begun()}
        alerts = [
            replace(alert, people=people[alert.key]) if alert.key in begun & people.keys() else alert
            for alert in outcome.alerts
        ]
        await _save(connection, replace(outcome, alerts=tuple(alerts)))
    await rows.note(
        connection,
        [RuleLook(rule, at, looked.seconds, looked.health, looked.fault) for rule, (_, looked) in decided.items()],
    )


async def _save(connection: AsyncConnection, outcome: Stepped) -> None:
    await alert_rows.save(connection, outcome.alerts, outcome.events)
    await alert_rows.drop(connection, outcome.dropped)
