"""What the service does again and again, each time with the configuration that is in use then."""

import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx

from aggregator.access.job import Access
from aggregator.api.desk import Answering, Desk
from aggregator.clusters.values import Config
from aggregator.delivery.alertmanager import Resending
from aggregator.delivery.job import Delivery
from aggregator.delivery.public_addresses import PublicTransport, public_client
from aggregator.delivery.receivers import paced, receivers
from aggregator.delivery.ways import Ways
from aggregator.errors import BadConfig
from aggregator.events.hearing import Hearing
from aggregator.jobs import Tick
from aggregator.notify.deciding import receivers_now
from aggregator.notify.duties import Duties as NotifyDuties
from aggregator.notify.job import Notifying, seen_in
from aggregator.notify.policy import policy_of
from aggregator.outbox import letter_rows, receiver_rows
from aggregator.outbox import rows as outbox_rows
from aggregator.outbox.letter import Letter
from aggregator.reports.health_rows import health
from aggregator.reports.job import Reporting
from aggregator.reports.values import STOP_LINK
from aggregator.rollups.duties import Duties
from aggregator.rollups.job import Rollups
from aggregator.rollups.people_key import PeopleKey, known_key
from aggregator.rollups.people_rows import key_of_people
from aggregator.rollups.sealed_names import opened
from aggregator.rollups.subjects import subjects
from aggregator.rules.heartbeat import beat
from aggregator.rules.job import Rules
from aggregator.rules.watching import Watch
from aggregator.slots.claiming import Work, run_due
from aggregator.slots.intervals import at_intervals
from aggregator.slots.rows import Claim, Holder
from aggregator.store.clock import database_clock
from aggregator.store.instants import milliseconds, utc_now
from aggregator.store.status import status

# Looking how large tables are reads them.
SIZES = 600.0
# Slots are looked for at least so often: whoever waits for an alert waits so much longer at most.
OFTEN = 5.0
# Group intervals and waits are whole seconds.
TELLING = 1.0
RESENDING = 60.0


@dataclass(frozen=True, slots=True)
class Clients:
    """Ways out: to hubs, to what the operators named, and to public addresses only."""

    hubs: httpx.AsyncClient = field(repr=False)
    operators: httpx.AsyncClient = field(repr=False)
    public: httpx.AsyncClient = field(repr=False)


@asynccontextmanager
async def clients() -> AsyncIterator[Clients]:
    """The clients, until the block ends. None of them looks at the environment."""
    # Hubs that do not answer must not keep others from being asked.
    without_limit = httpx.Limits(max_connections=None, max_keepalive_connections=20)
    # Read once for all: there are more than a hundred authorities.
    trusted = httpx.create_ssl_context(trust_env=False)
    async with (
        httpx.AsyncClient(verify=trusted, trust_env=False, limits=without_limit) as hubs,
        httpx.AsyncClient(verify=trusted, trust_env=False) as operators,
        public_client(PublicTransport(trusted=trusted)) as public,
    ):
        yield Clients(hubs, operators, public)


def has_hubs(config: Config) -> bool:
    """Whether there is anything to keep numbers about."""
    return any(cluster.hubs for cluster in config.clusters)


@dataclass(slots=True)
class Rounds:
    """Everything that has to be done, and what doing it takes.

    `tried_by` is the configuration by which receivers that are switched off were tried at once: a new one is a reason to.
    """

    desk: Desk
    clients: Clients
    holder: Holder
    tried_by: Answering | None = None

    def ticks(self) -> tuple[Tick, ...]:
        """Each of them, and how often: as the configuration has it at the start."""
        every = self.desk.now.config.every
        return (
            Tick("rollups", every.schedules, self._roll_up),
            Tick("database", SIZES, self._tell_sizes),
            Tick("own numbers", every.health, self._remember_numbers),
            Tick("rules", min(every.rules, OFTEN), self._look_at_rules),
            Tick("alerts of others", min(every.rules, OFTEN), self._hear),
            Tick("health", min(every.health, OFTEN), self._watch),
            Tick("access", min(every.access, OFTEN), self._look_at_access),
            Tick("notify", TELLING, self._notify),
            Tick("digest", every.schedules, self._by_calendar),
            Tick("reports", every.schedules, self._report),
            Tick("delivery", TELLING, self._deliver),
            Tick("resend", RESENDING, self._resend),
        )

    async def _roll_up(self) -> None:
        here = self.desk.now
        if not has_hubs(here.config):
            return
        now = await database_clock(self.desk.database, utc_now)
        key = await self._people_key(here.config)
        # The fleet is held while it is asked: a new configuration may take its place meanwhile.
        with here.fleet.held():
            asks = here.fleet, self.desk.database, key, subjects(here.config), now, self.clients.operators
            tell = self.desk.telemetry.rolled_up
            await Duties(Rollups(*asks), here.config.retention, here.config.every, self.holder, tell).do()

    async def _tell_sizes(self) -> None:
        found = await status(self.desk.database)
        self.desk.telemetry.keeps(found.size, dict(found.rows))

    async def _remember_numbers(self) -> None:
        to = receivers(self.desk.now.config)
        async with self.desk.database.reading() as connection:
            self.desk.telemetry.waits(dict.fromkeys(to, 0) | await outbox_rows.counts(connection))
        self.desk.numbers.remember(milliseconds(utc_now()), self.desk.telemetry.samples())

    async def _look_at_rules(self) -> None:
        here = self.desk.now
        assert here.own is not None
        with here.fleet.held():
            await Rules(
                here.engine,
                here.config.clusters,
                here.own.groups,
                self.desk.database,
                here.config.every.rules,
                self.holder,
                utc_now,
                self.desk.telemetry.looked_at_rules,
            ).do()
        # Only after rules were looked at: what it says is that this goes on.
        await self._each("heartbeat", here.config.every.rules, self._beat)

    async def _beat(self, _: Claim) -> None:
        self.desk.telemetry.beat(went_out=await beat(self.clients.operators, self.desk.now.config.heartbeat))

    async def _hear(self) -> None:
        await self._each("alerts of others", self.desk.now.config.every.rules, self._heard)

    async def _heard(self, _: Claim) -> None:
        here = self.desk.now
        with here.fleet.held():
            deadline = time.monotonic() + here.config.query.deadline
            await Hearing(self.desk.database, utc_now).ask(here.fleet, here.clusters, deadline)

    async def _watch(self) -> None:
        here = self.desk.now
        with here.fleet.held():
            watch = Watch(here.config, here.fleet, self.desk.database, self.clients.hubs, utc_now, self.holder)
            await watch.do()

    async def _look_at_access(self) -> None:
        here = self.desk.now
        if not has_hubs(here.config):
            return
        key = await self._people_key(here.config)
        with here.fleet.held():
            asks = here.config, here.fleet, self.desk.database, self.clients.hubs, key
            await Access(*asks, utc_now, self.holder).do()

    async def _people_key(self, config: Config) -> PeopleKey:
        async with self.desk.database.reading() as connection:
            return await key_of_people(connection, config.people_key_file)

    async def _notify(self) -> None:
        await Notifying(self.desk.now.config, self.desk.database, utc_now).tick()

    async def _by_calendar(self) -> None:
        await NotifyDuties(self.desk.now.config, self.desk.database, self.holder, utc_now).do()

    async def _report(self) -> None:
        now = await database_clock(self.desk.database, utc_now)
        await Reporting(self.desk.now.config, self.desk.database, self.holder, now).do()
        async with self.desk.database.reading() as connection:
            found = await health(connection, now())
        self.desk.telemetry.reported(found.reports, found.mails)

    async def _deliver(self) -> None:
        here = self.desk.now
        to, tell = receivers(here.config), self.desk.telemetry.tried_to_send
        if self.tried_by is not here:
            async with self.desk.database.writing() as connection:
                await receiver_rows.try_again(connection)
                await receiver_rows.keep_only(connection, paced(to, here.config.smtp))
            self.tried_by = here
        await Delivery(self.desk.database, to, self._ways(), self.holder.name, random.random, tell).tick()

    async def _resend(self) -> None:
        config, now = self.desk.now.config, utc_now()
        async with self.desk.database.reading() as connection:
            seen = await seen_in(connection, now)
        goes_to = receivers_now(policy_of(config), seen, now)
        await Resending(self.desk.database, config.receivers, self._ways(), goes_to).resend()

    def _ways(self) -> Ways:
        config = self.desk.now.config
        list_url = f"{config.external_url.rstrip('/')}/alerts"
        names = partial(_opened, config.people_key_file)
        return Ways(
            self.clients.operators,
            self.clients.public,
            utc_now,
            list_url,
            config.smtp,
            open_names=names,
            letter_of=self._letter,
        )

    async def _letter(self, name: str) -> Letter | None:
        async with self.desk.database.reading() as connection:
            return await letter_rows.letter(connection, name, STOP_LINK)

    async def _each(self, name: str, seconds: float, work: Work) -> None:
        await run_due([at_intervals(name, seconds)], self.desk.database, utc_now(), work, self.holder)


def _opened(people_key_file: Path, text: str) -> tuple[str, ...] | None:
    """Names that were sealed; None where the key cannot be read, or is another one."""
    try:
        return opened(known_key(people_key_file), text)
    except BadConfig:
        return None
