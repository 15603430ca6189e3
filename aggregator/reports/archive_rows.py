"""Reports as they were made, as rows: written once, never changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.delivery.receivers import MAILS
from aggregator.outbox.letter import Letter, parts_in, parts_text
from aggregator.reports.snapshot import frozen, thawed
from aggregator.reports.values import STOP_LINK, Report
from aggregator.store.alert_tables import outbox
from aggregator.store.report_tables import report as reports
from aggregator.store.report_tables import report_recipient, subscription
from aggregator.store.upsert import INSERT


@dataclass(frozen=True, slots=True)
class Head:
    """What there is to know of a report without reading it."""

    id: str
    schedule: str
    slot: datetime
    community: str
    period: str
    zone: str
    language: str
    made_at: datetime
    subject: str


@dataclass(frozen=True, slots=True)
class Archived:
    """A report as it was told."""

    head: Head
    facts: Report
    letter: Letter


@dataclass(frozen=True, slots=True)
class Sending:
    """What became of a report for one of its recipients: why it was not sent, or each message in the outbox."""

    subscription: str
    address: str
    left_out: str | None
    states: tuple[tuple[str, str], ...] = ()


HEAD = tuple(reports.c[name] for name in Head.__dataclass_fields__)


async def keep(connection: AsyncConnection, made: Archived) -> bool:
    """Whether there was no report of its slot before."""
    head, letter = made.head, made.letter
    row = {
        **{name: getattr(head, name) for name in Head.__dataclass_fields__},
        "facts": frozen(made.facts).decode(),
        "text": letter.text,
        "html": letter.html,
        "parts": parts_text(letter.parts),
    }
    insert = INSERT[connection.dialect.name](reports).values(row)
    kept = insert.on_conflict_do_nothing(index_elements=["schedule", "slot"]).returning(reports.c.id)
    return (await connection.execute(kept)).first() is not None


async def keep_recipients(connection: AsyncConnection, report: str, left_out: Mapping[str, str | None]) -> None:
    """Notes for whom a report was, by subscription, and why it was not sent to some."""
    rows = [{"report": report, "subscription": each, "left_out": why} for each, why in left_out.items()]
    if rows:
        await connection.execute(report_recipient.insert(), rows)


async def of_slot(connection: AsyncConnection, schedule: str, slot: datetime) -> str | None:
    """The id of the report of a slot."""
    query = select(reports.c.id).where(reports.c.schedule == schedule, reports.c.slot == slot)
    found: str | None = (await connection.execute(query)).scalar_one_or_none()
    return found


async def archived(connection: AsyncConnection, name: str) -> Archived | None:
    """The report of that id."""
    c = reports.c
    query = select(*HEAD, c.facts, c.text, c.html, c.parts).where(c.id == name)
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return None
    head = Head(*row[: len(HEAD)])
    letter = Letter(head.subject, row.text, row.html, parts_in(row.parts), STOP_LINK)
    return Archived(head, thawed(row.facts.encode()), letter)


async def heads(connection: AsyncConnection, most: int, community: str | None = None) -> tuple[Head, ...]:
    """The latest reports, of one community or of all."""
    query = select(*HEAD).order_by(reports.c.made_at.desc(), reports.c.id).limit(most)
    if community is not None:
        query = query.where(reports.c.community == community)
    return tuple(Head(*row) for row in await connection.execute(query))


async def sendings(connection: AsyncConnection, names: Sequence[str]) -> dict[str, tuple[Sending, ...]]:
    """By report what became of it for each recipient."""
    r, s = report_recipient.c, subscription.c
    query = select(r.report, s.id, s.address, r.left_out).join(subscription, s.id == r.subscription)
    found = (await connection.execute(query.where(r.report.in_(list(names))).order_by(s.address))).all()
    c, lanes = outbox.c, {lane(row.id) for row in found}
    messages = select(c.key, c.state, c.error).where(c.receiver == MAILS, c.lane.in_(lanes)).order_by(c.id)
    told: dict[str, list[tuple[str, str]]] = {}
    for row in await connection.execute(messages):
        # What was sent again has one part more.
        told.setdefault("/".join(row.key.split("/")[:3]), []).append((row.state, row.error or ""))
    return {
        name: tuple(
            Sending(row.id, row.address, row.left_out, tuple(told.get(key(name, row.id), ())))
            for row in found
            if row.report == name
        )
        for name in names
    }


def key(report: str, *recipient: str) -> str:
    """What the messages of a report, or those to one recipient, have at the beginning of their keys."""
    return "/".join(("report", report, *recipient))


def lane(subscription: str) -> str:
    """The lane of all that goes to one recipient."""
    return f"report/to/{subscription}"


async def purge(connection: AsyncConnection, before: datetime, most: int) -> int:
    """How many rows were removed, at most so many: reports that were made before an instant."""
    old = list((await connection.execute(select(reports.c.id).where(reports.c.made_at < before).limit(most))).scalars())
    await connection.execute(delete(report_recipient).where(report_recipient.c.report.in_(old)))
    return (await connection.execute(delete(reports).where(reports.c.id.in_(old)))).rowcount
