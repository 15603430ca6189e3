"""Reports that are due: made, frozen and put into the outbox, each slot by one replica."""

import asyncio
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.clusters.values import Config
from aggregator.events import rows as alert_rows
from aggregator.events.going_on import gone_on
from aggregator.events.values import Source
from aggregator.outbox.letter import File, Letter, Parts, Picture
from aggregator.reports import archive_rows
from aggregator.reports.addressing import Addressing
from aggregator.reports.archive_rows import Archived, Head
from aggregator.reports.due import Due
from aggregator.reports.gathering import Fleet, Sources, Wanted, community_report, fleet_of, operators_report
from aggregator.reports.missed import LATELY, judged
from aggregator.reports.missed_rows import missed_lately
from aggregator.reports.pdf import NoPdf
from aggregator.reports.periods import Period
from aggregator.reports.planned import OPERATORS, Planned, planned
from aggregator.reports.render import rendered
from aggregator.reports.values import STOP_LINK, Links, Rendered, Report
from aggregator.rollups.people_rows import key_of_people
from aggregator.slots import rows as slot_rows
from aggregator.slots.calendars import next_slot
from aggregator.slots.claiming import finish_ours, run_due
from aggregator.slots.intervals import at_intervals
from aggregator.slots.rows import Claim, Holder
from aggregator.store.database import Database

log = logging.getLogger(__name__)

PURGE = "report retention"
MISSED = "missed reports"
OURS: tuple[Source, ...] = ("report",)
BATCH = 100
TRIES, PAUSE = 3, 1.0
"""So often a report is tried to be made while the database is in trouble."""


@dataclass(frozen=True, slots=True)
class Reporting:
    """Everything that it takes. `passing` is told of each step by its name."""

    config: Config
    database: Database
    holder: Holder
    now: Callable[[], datetime]
    passing: Callable[[str], None] = lambda _: None
    _fleets: dict[Period, Fleet] = field(default_factory=dict)

    async def do(self) -> None:
        """Does what is due and what nobody else does."""
        self._fleets.clear()
        await Due(self.config, self.database, self.holder, self.now).do(self._made)
        await run_due([at_intervals(MISSED, 60)], self.database, self.now(), self._tell_missed, self.holder)
        await run_due([at_intervals(PURGE, 86400)], self.database, self.now(), self._purge, self.holder)

    async def _made(self, claim: Claim, plan: Planned) -> None:
        for number in range(TRIES):
            try:
                await self._make(claim, plan)
            except SQLAlchemyError:
                if number == TRIES - 1:
                    raise
                log.warning("%s of %s is tried again", claim.schedule, claim.slot.isoformat(), exc_info=True)
                await asyncio.sleep(PAUSE)
            else:
                return

    async def _make(self, claim: Claim, plan: Planned) -> None:
        """The report, what it is rendered to and the messages about it are kept together, or not at all."""
        self.passing("claimed")
        name, now = secrets.token_hex(8), self.now()
        async with self.database.reading() as connection:
            report = await self._report(connection, plan, claim.slot, name)
            key = await key_of_people(connection, self.config.people_key_file)
        self.passing("read")
        mail = await asyncio.to_thread(_mail_of, report, plan)
        self.passing("rendered")
        head = Head(
            name, claim.schedule, claim.slot, plan.community, report.period.name, plan.zone, plan.language, now,
            mail.subject,
        )  # fmt: skip
        made = Archived(head, report, letter_of(mail))
        async with self.database.writing() as connection:
            if await archive_rows.keep(connection, made):
                await Addressing(self.config, key, now).address(connection, made, plan)
            await finish_ours(connection, claim)
            self.passing("written")
        self.passing("kept")

    async def _report(self, connection: AsyncConnection, plan: Planned, slot: datetime, name: str) -> Report:
        period = plan.period(slot)
        if period not in self._fleets:
            self._fleets[period] = await fleet_of(connection, self.config, period)
        sources = Sources(connection, self.config, self._fleets[period])
        archive = f"{self.config.external_url.rstrip('/')}/reports/{name}"
        links = Links(archive, self.config.grafana.public_url or "")
        wanted = Wanted(period, self.now(), next_slot(plan.schedule.calendar, slot), links)
        if plan.community == OPERATORS:
            return await operators_report(sources, wanted)
        return await community_report(sources, plan.community, wanted)

    async def _tell_missed(self, claim: Claim) -> None:
        """Alerts follow from the runs that failed, whoever noted them."""
        plans = {each.schedule.name: each for each in planned(self.config)}
        async with self.database.writing() as connection:
            await slot_rows.hold(connection, MISSED)
            before = await alert_rows.alerts(connection, sources=OURS)
            judgement = judged(await missed_lately(connection, LATELY), before, plans)
            went = gone_on(before, judgement, self.now(), "report", lambda alert: alert.name)
            await alert_rows.save(connection, went.alerts, went.events)
            await finish_ours(connection, claim)

    async def _purge(self, _: Claim) -> None:
        """Reports are kept for as long as what happened is."""
        if self.config.retention.events is None:
            return
        before, count = self.now() - timedelta(seconds=self.config.retention.events), BATCH
        while count >= BATCH:
            async with self.database.writing() as connection:
                count = await archive_rows.purge(connection, before, BATCH)


def _mail_of(report: Report, plan: Planned) -> Rendered:
    """The mail as it is wanted; that no PDF can be drawn is no reason to send none."""
    try:
        return rendered(report, plan.language, csv=plan.csv, pdf=plan.pdf)
    except NoPdf as error:
        log.error("%s goes out without its PDF: %s", plan.schedule.name, error)  # noqa: TRY400
        return rendered(report, plan.language, csv=plan.csv)


def letter_of(mail: Rendered) -> Letter:
    """A report that was rendered, as a letter."""
    pictures = tuple(Picture(each.cid, each.png) for each in mail.images)
    files = tuple(File(each.name, each.kind, each.content) for each in mail.attachments)
    return Letter(mail.subject, mail.text, mail.html, Parts(pictures, files), STOP_LINK)
