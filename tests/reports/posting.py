"""Communities whose reports are made and sent by a clock of the test, to a mail server on the loopback."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx

from aggregator.clusters.alerting import Email, Receiver
from aggregator.clusters.reporting import Community, Smtp
from aggregator.clusters.settle import settled
from aggregator.clusters.values import Cluster, Config, Hub, Prometheus
from aggregator.delivery.job import Delivery
from aggregator.delivery.receivers import receivers
from aggregator.delivery.ways import Ways
from aggregator.outbox import letter_rows
from aggregator.outbox.letter import Letter
from aggregator.reports.job import Reporting
from aggregator.reports.values import STOP_LINK
from aggregator.rollups.duties import COMPUTE
from aggregator.slots.rows import Holder
from aggregator.store.database import Database
from aggregator.store.tables import run, schedule
from tests.delivery.making import LIST_URL
from tests.fakes.smtp import Mailbox, fake_smtp
from tests.outbox.notices import time_passes

LISBON = ZoneInfo("Europe/Lisbon")
MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)
"""The first moment at which reports are due here."""
WEEK, DAY, HOUR, MINUTE = timedelta(weeks=1), timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
URL = "https://crosshub.example.org"
OPS = "ops@example.org"


def configured(
    folder: Path, *communities: Community, zones: tuple[ZoneInfo, ...] = (LISBON,), **changes: object
) -> Config:
    """A hub for each community, in these zones by turns."""
    hubs = tuple(
        Hub(each.name, timezone=zones[place % len(zones)], community=each.name)
        for place, each in enumerate(communities)
    )
    config = Config(
        (Cluster("one", Prometheus(("http://127.0.0.1:1",)), hubs=hubs),),
        communities=communities,
        external_url=URL,
        people_key_file=folder / "people-key",
        receivers=(Receiver("ops", Email((OPS,))),),
        smtp=Smtp("Crosshub <crosshub@example.org>", host="127.0.0.1", per_minute=6_000_000),
    )
    return settled(replace(config, **changes), {"people_key_file", "database"}, folder)  # type: ignore[arg-type]


async def computed(database: Database) -> None:
    """Rollups are said to be computed, also of what is to come."""
    async with database.writing() as connection:
        await connection.execute(schedule.insert().values(name=COMPUTE, calendar="", next_slot=None))
        row = {"schedule": COMPUTE, "slot": MONDAY, "state": "done", "owner": "here", "fence": 1}
        await connection.execute(run.insert().values(row | {"claimed_at": MONDAY + 520 * WEEK}))


@dataclass(slots=True)
class Post:
    """A service of which only the reports run, and the mail server that it sends to."""

    database: Database
    config: Config
    mailbox: Mailbox
    http: httpx.AsyncClient
    now: datetime = MONDAY - HOUR
    port: int = 0

    def reporting(self, owner: str = "here", skew: timedelta = timedelta(0)) -> Reporting:
        return Reporting(self.config, self.database, Holder(owner), lambda: self.now + skew)

    def delivery(self) -> Delivery:
        assert self.config.smtp is not None
        smtp = replace(self.config.smtp, port=self.port or self.mailbox.port)
        ways = Ways(
            self.http, self.http, lambda: self.now, LIST_URL, smtp, slack_pause=timedelta(0), letter_of=self._letter
        )
        return Delivery(self.database, receivers(self.config), ways, "here", lambda: 0.0, lambda *_: None)

    async def passes(self, time: timedelta, step: timedelta = HOUR) -> None:
        """Time passes for everybody, and all is done that is due meanwhile."""
        until = self.now + time
        while self.now < until:
            length = min(step, until - self.now)
            self.now += length
            await time_passes(self.database, length)
            await self.reporting().do()
            await self.delivery().tick()

    async def weeks(self, count: int) -> None:
        """So many Mondays, and what lies between them at one go."""
        for _ in range(count):
            await self.passes(3 * HOUR, 2 * HOUR)
            await self.passes(WEEK - 3 * HOUR, WEEK)

    def mails(self, subject: str = "") -> Counter[str]:
        """How many mails each recipient got, less words to operators."""
        return Counter(to for to, mail in self.mailbox.mails if mail["List-Id"] and subject in mail["Subject"])

    def words(self) -> list[str]:
        """What operators were told, by subject."""
        return [mail["Subject"] for _, mail in self.mailbox.mails if not mail["List-Id"]]

    async def _letter(self, name: str) -> Letter | None:
        async with self.database.reading() as connection:
            return await letter_rows.letter(connection, name, STOP_LINK)


@asynccontextmanager
async def posting(database: Database, folder: Path, *communities: Community, **changes: object) -> AsyncIterator[Post]:
    """The service just before the first reports are due; its schedules are known."""
    await computed(database)
    async with fake_smtp() as mailbox, httpx.AsyncClient(trust_env=False, verify=False) as http:
        post = Post(database, configured(folder, *communities, **changes), mailbox, http)  # type: ignore[arg-type]
        await post.reporting().do()
        yield post
