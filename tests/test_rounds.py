"""What the service does again and again, with the configuration that is in use then."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from aggregator.api.desk import Desk
from aggregator.app import answering
from aggregator.clusters.alerting import Alertmanager, Receiver, Route, Slack
from aggregator.clusters.conditions import Condition
from aggregator.clusters.reporting import Community, Report
from aggregator.clusters.values import UTC, Config
from aggregator.events import rows as event_rows
from aggregator.events.values import State, labels_of
from aggregator.notify import silence_rows
from aggregator.notify.silences import Silence
from aggregator.query.sources import NoSource
from aggregator.rounds import Rounds, clients
from aggregator.slots.rows import Holder
from aggregator.store.database import Database
from aggregator.store.instants import utc_now
from aggregator.store.tables import schedule
from aggregator.telemetry import Telemetry
from tests.delivery.making import secret
from tests.fakes.http import FakeServer
from tests.fakes.receiving import receiving, told
from tests.fakes.smtp import fake_smtp
from tests.notify.made import a_config
from tests.notify.ours import alert_that
from tests.outbox.notices import enqueued, message, row_of, standing, states
from tests.reports.posting import computed, configured

NAME = "report/lisbon/daily"
DAILY = Report("daily", "0 0 * * *", UTC)
HUB = labels_of({"alertname": "HubDown", "cluster": "lisbon", "namespace": "prod", "severity": "page"})


@dataclass(slots=True)
class Service:
    """Rounds as the service has them, each of which is done when a test says so."""

    desk: Desk
    rounds: Rounds

    async def does(self, *names: str) -> None:
        by_name = {tick.name: tick.call for tick in self.rounds.ticks()}
        for name in names:
            await by_name[name]()

    @asynccontextmanager
    async def configured(self, config: Config) -> AsyncIterator[None]:
        """With another configuration, as it is after a SIGHUP."""
        async with answering(config, NoSource(), self.desk.telemetry, at_once=True) as here:
            self.desk.now = here
            yield


@asynccontextmanager
async def started(database: Database, config: Config) -> AsyncIterator[Service]:
    """A service that was just started."""
    desk = Desk(Telemetry("1"))
    desk.database = database
    async with clients() as ways_out:
        service = Service(desk, Rounds(desk, ways_out, Holder("here")))
        async with service.configured(config):
            yield service


@dataclass(slots=True)
class Mended:
    """A Slack that refuses everything until its fault is mended."""

    config: Config
    server: FakeServer
    works: bool = field(default=False)


@pytest.fixture
async def slack() -> AsyncIterator[Mended]:
    async with receiving(lambda _: (200, b"ok") if made.works else (404, b"no_service")) as server:
        oncall = Receiver("oncall", Slack(webhook=secret(f"{server.url}/hook")))
        made = Mended(a_config(receivers=(oncall,)), server)
        yield made


async def test_a_receiver_that_is_off_is_left_alone_until_there_is_a_new_configuration(
    database: Database, slack: Mended
) -> None:
    await enqueued(database, message("a"))
    async with started(database, slack.config) as service:
        await service.does("delivery", "delivery")
        slack.works = True
        await service.does("delivery")
        before = await states(database), len(slack.server.requests)
        async with service.configured(slack.config):
            await service.does("delivery")

    assert before == ({"a": "pending"}, 1)
    assert await states(database) == {"a": "sent"}
    assert (await standing(database)).disabled_at is None


async def test_a_receiver_that_is_off_is_tried_when_the_service_starts(database: Database, slack: Mended) -> None:
    await enqueued(database, message("a"))
    async with started(database, slack.config) as service:
        await service.does("delivery")
    slack.works = True
    async with started(database, slack.config) as service:
        await service.does("delivery")

    assert await states(database) == {"a": "sent"}


async def test_how_many_messages_wait_is_told_for_each_receiver(database: Database, slack: Mended) -> None:
    async with started(database, slack.config) as service:
        await service.does("own numbers")
        idle = service.desk.telemetry.text()
        await enqueued(database, message("a"))
        await service.does("own numbers")
        busy = service.desk.telemetry.text()

    assert b'crosshub_server_messages_waiting{receiver="oncall"} 0.0' in idle
    assert b'crosshub_server_messages_waiting{receiver="oncall"} 1.0' in busy


async def test_a_configuration_without_a_receiver_ends_what_waits_for_it(database: Database, slack: Mended) -> None:
    await enqueued(database, message("a"))
    async with started(database, slack.config) as service:
        await service.does("delivery")
        async with service.configured(a_config()):
            await service.does("delivery")

    row = await row_of(database, "a")
    assert (row.state, row.error) == ("failed", "the receiver was taken out of the configuration")
    assert len(slack.server.requests) == 1


@pytest.mark.parametrize(
    ("severity", "silenced", "expected"), [("page", False, 1), ("ticket", False, 0), ("page", True, 0)]
)
async def test_an_alertmanager_is_told_again_of_what_is_routed_to_it_and_not_muted(
    database: Database, *, severity: str, silenced: bool, expected: int
) -> None:
    now = utc_now()
    alert = alert_that(labels_of(dict(HUB) | {"severity": severity}), State.FIRING, since=now, at=now)
    quiet = Silence("1", (Condition("cluster", "=", "lisbon"),), now, now + timedelta(hours=1), "ana", "power", now)
    async with database.writing() as connection:
        await event_rows.save(connection, [alert], ())
        if silenced:
            await silence_rows.add(connection, quiet)

    async with receiving() as server:
        theirs = Receiver("am", Alertmanager((server.url,)))
        routes = (Route(("am",), (Condition("severity", "=", "page"),)), Route(()))
        async with started(database, a_config(receivers=(theirs,), routes=routes)) as service:
            await service.does("resend")

    labels = [each["labels"] for posted in told(server) for each in posted]
    assert labels == [dict(HUB)] * expected


async def test_a_report_is_made_and_how_reports_fare_is_told_in_the_metrics(database: Database, tmp_path: Path) -> None:
    async with fake_smtp() as mailbox:
        config = configured(tmp_path, Community("lisbon", recipients=("ana@example.org",), reports=(DAILY,)))
        config = replace(config, smtp=replace(config.smtp, port=mailbox.port))  # type: ignore[type-var]
        await computed(database)
        async with started(database, config) as service:
            await service.does("reports")
            async with database.writing() as connection:
                # The slot of last midnight is due, as if nobody had looked since.
                midnight = utc_now().replace(hour=0, minute=0, second=0, microsecond=0)
                await connection.execute(update(schedule).where(schedule.c.name == NAME).values(next_slot=midnight))
            await service.does("reports", "delivery", "reports")
            metrics = service.desk.telemetry.text().decode()

    assert [to for to, _ in mailbox.mails] == ["ana@example.org"]
    for line in (
        'reports_this_week{outcome="due"} 1.0',
        'reports_this_week{outcome="made"} 1.0',
        'reports_this_week{outcome="missed"} 0.0',
        'report_mails_this_week{outcome="sent"} 1.0',
        'report_mails_this_week{outcome="refused"} 0.0',
    ):
        assert f"crosshub_server_{line}" in metrics
