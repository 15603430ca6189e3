"""Messages as rows: written once, leased, marked. Leases and waits go by the database's clock."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, exists, func, literal, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.outbox.carrying import carried
from aggregator.outbox.notice import notice_in, written
from aggregator.outbox.receiver_rows import may_be_tried, take_turn, taken_out, willing
from aggregator.outbox.values import Leased, Message, Retry, Turn
from aggregator.series import Labels
from aggregator.store.alert_tables import outbox
from aggregator.store.clock import database_now
from aggregator.store.upsert import INSERT

MOST_OF_AN_ERROR = 2000
UNFINISHED = ("pending", "leased")
NOTHING: dict[str, Any] = {"owner": None, "lease_until": None}


async def enqueue(connection: AsyncConnection, message: Message) -> bool:
    """Whether the message is new. A notice takes the place of those before it in its lane that were never tried."""
    row = {
        "key": message.key,
        "receiver": message.receiver,
        "lane": message.lane,
        "kind": message.kind,
        "body": message.body,
        "state": "pending",
        "attempts": 0,
        "may_be_repeat": False,
        "not_before": database_now(),
        "fence": 0,
        "created_at": database_now(),
    }
    insert = INSERT[connection.dialect.name](outbox).values(row).on_conflict_do_nothing(index_elements=["key"])
    number = (await connection.execute(insert.returning(outbox.c.id))).scalar_one_or_none()
    if number is not None and message.kind == "notice":
        await _supersede(connection, message, number)
    return number is not None


async def receivers_with_due(connection: AsyncConnection) -> tuple[str, ...]:
    """Who has a message that could go out now, whoever waits longest first.

    Only a look: another replica may be about to send it.
    """
    query = select(outbox.c.receiver).where(_due(), may_be_tried(outbox.c.receiver)).group_by(outbox.c.receiver)
    return tuple((await connection.execute(query.order_by(func.min(outbox.c.id)))).scalars())


async def lease(connection: AsyncConnection, owner: str, lease: timedelta, turns: Sequence[Turn]) -> tuple[Leased, ...]:
    """Messages that are ours to send from now on: of each lane the first one, if it is due and nobody else has it.

    One whose lease ran out may have been sent by whoever had it, and says so.
    """
    taken: list[Leased] = []
    for turn in turns:
        if turn.is_paced and not await take_turn(connection, turn):
            continue
        taken += await _leased(connection, owner, lease, turn)
    return tuple(taken)


async def sent(connection: AsyncConnection, held: Leased, told: Labels = ()) -> bool:
    """Whether it was still ours; then it is sent, and what the channel noted about it is kept."""
    values = {"state": "sent", "told": _text(told), "error": None, "finished_at": database_now()}
    return await _marked(connection, held, values)


async def failed_for_now(connection: AsyncConnection, held: Leased, retry: Retry) -> bool:
    """Whether it was still ours; then it is due again after a while."""
    values = {
        "state": "pending",
        "error": retry.why[:MOST_OF_AN_ERROR],
        "not_before": database_now(retry.wait),
        "may_be_repeat": held.may_be_repeat or retry.unsure,
        "told": _text(retry.told),
    }
    return await _marked(connection, held, values)


async def failed_for_good(connection: AsyncConnection, held: Leased, why: str) -> bool:
    """Whether it was still ours; then nobody tries again."""
    values = {"state": "failed", "error": why[:MOST_OF_AN_ERROR], "finished_at": database_now()}
    return await _marked(connection, held, values)


async def give_back(connection: AsyncConnection, held: Leased, *, begun: bool) -> bool:
    """Whether it was still ours; then it is due at once, as if never tried unless sending had begun."""
    values: dict[str, Any] = {"state": "pending", "not_before": database_now()}
    values |= {"may_be_repeat": True} if begun else {"attempts": held.attempts - 1}
    return await _marked(connection, held, values)


async def give_up(connection: AsyncConnection, age: timedelta, why: str) -> tuple[Message, ...]:
    """The messages that have waited for so long that nobody tries any more, marked as failed."""
    return await _ended(connection, _late(age), func.coalesce(outbox.c.error, why))


async def end_unwanted(connection: AsyncConnection, why: str) -> tuple[Message, ...]:
    """The messages for receivers that were taken out of the configuration, marked as failed."""
    return await _ended(connection, _unwanted(), literal(why))


async def any_to_end(connection: AsyncConnection, age: timedelta) -> bool:
    """Whether there is a message that has waited for so long, or whose receiver was taken out of the configuration."""
    query = select(literal(1)).where(or_(_late(age), _unwanted())).limit(1)
    return (await connection.execute(query)).first() is not None


async def waiting(connection: AsyncConnection, receiver: str, most: int) -> tuple[Message, ...]:
    """What is still to be sent to a receiver, oldest first."""
    query = select(*_message()).where(outbox.c.receiver == receiver, outbox.c.state.in_(UNFINISHED))
    return tuple(Message(*row) for row in await connection.execute(query.order_by(outbox.c.id).limit(most)))


async def counts(connection: AsyncConnection) -> dict[str, int]:
    """How many messages wait for each receiver; those with none are not there."""
    query = select(outbox.c.receiver, func.count()).where(outbox.c.state.in_(UNFINISHED)).group_by(outbox.c.receiver)
    return {row[0]: row[1] for row in await connection.execute(query)}


async def purge(connection: AsyncConnection, before: datetime, most: int) -> int:
    """How many rows were removed, at most so many: messages that were done with before an instant."""
    old = select(outbox.c.id).where(outbox.c.finished_at < before).limit(most)
    return (await connection.execute(delete(outbox).where(outbox.c.id.in_(old)))).rowcount


async def _supersede(connection: AsyncConnection, message: Message, number: int) -> None:
    untried = and_(
        outbox.c.receiver == message.receiver,
        outbox.c.lane == message.lane,
        outbox.c.kind == "notice",
        outbox.c.state == "pending",
        outbox.c.attempts == 0,
        outbox.c.id < number,
    )
    values = {"state": "superseded", "finished_at": database_now()}
    found = await connection.execute(update(outbox).where(untried).values(values).returning(outbox.c.id, outbox.c.body))
    notice = notice_in(message.body)
    for _, body in sorted((row.id, row.body) for row in found):
        notice = carried(notice_in(body), notice)
    if (body := written(notice)) != message.body:
        await connection.execute(update(outbox).where(outbox.c.id == number).values(body=body))


async def _ended(
    connection: AsyncConnection, which: ColumnElement[bool], error: ColumnElement[str]
) -> tuple[Message, ...]:
    values = {"state": "failed", "error": error, "finished_at": database_now()}
    found = await connection.execute(update(outbox).where(which).values(NOTHING | values).returning(*_message()))
    return tuple(sorted((Message(*row) for row in found), key=lambda message: message.key))


async def _leased(connection: AsyncConnection, owner: str, lease: timedelta, turn: Turn) -> list[Leased]:
    # Whoever took a turn has found that out, and its pause has begun.
    is_willing = true() if turn.is_paced else willing(outbox.c.receiver)
    query = (
        select(outbox.c.id)
        .where(outbox.c.receiver == turn.receiver, _due(), is_willing)
        .order_by(outbox.c.id)
        .limit(1 if turn.is_paced else turn.most)
    )
    # SQLite knows no such words, and has one writer at a time.
    numbers = (await connection.execute(query.with_for_update(of=outbox, skip_locked=True))).scalars().all()
    values = {
        "may_be_repeat": or_(outbox.c.may_be_repeat, outbox.c.state == "leased"),
        "state": "leased",
        "owner": owner,
        "fence": outbox.c.fence + 1,
        "attempts": outbox.c.attempts + 1,
        "lease_until": database_now(lease),
    }
    taken = update(outbox).where(outbox.c.id.in_(numbers)).values(values)
    rows = (await connection.execute(taken.returning(*outbox.c, database_now().label("now")))).all() if numbers else []
    before = await _told_before(connection, turn.receiver, {row.lane for row in rows}) if rows else {}
    return [_held(row, before.get(row.lane, ())) for row in sorted(rows, key=lambda row: int(row.id))]


async def _told_before(connection: AsyncConnection, receiver: str, lanes: Collection[str]) -> dict[str, Labels]:
    """What was noted about the last message that was sent in each lane."""
    sent = and_(outbox.c.receiver == receiver, outbox.c.lane.in_(lanes), outbox.c.state == "sent")
    last = select(func.max(outbox.c.id)).where(sent).group_by(outbox.c.lane)
    found = await connection.execute(select(outbox.c.lane, outbox.c.told).where(outbox.c.id.in_(last)))
    return {row.lane: _labels(row.told) for row in found}


async def _marked(connection: AsyncConnection, held: Leased, values: dict[str, Any]) -> bool:
    ours = and_(outbox.c.id == held.id, outbox.c.fence == held.fence, outbox.c.state == "leased")
    changed = await connection.execute(update(outbox).where(ours).values(NOTHING | values))
    return bool(changed.rowcount)


def _due() -> ColumnElement[bool]:
    """Is to be sent now, and nothing of its lane is before it."""
    earlier = outbox.alias("earlier")
    is_first = ~exists().where(
        earlier.c.receiver == outbox.c.receiver,
        earlier.c.lane == outbox.c.lane,
        earlier.c.id < outbox.c.id,
        earlier.c.state.in_(UNFINISHED),
    )
    waits = and_(outbox.c.state == "pending", outbox.c.not_before <= database_now())
    left_behind = and_(outbox.c.state == "leased", outbox.c.lease_until < database_now())
    return and_(or_(waits, left_behind), is_first)


def _late(age: timedelta) -> ColumnElement[bool]:
    return and_(_nobody_has_it(), outbox.c.created_at < database_now(-age))


def _unwanted() -> ColumnElement[bool]:
    return and_(_nobody_has_it(), taken_out(outbox.c.receiver))


def _nobody_has_it() -> ColumnElement[bool]:
    left_behind = and_(outbox.c.state == "leased", outbox.c.lease_until < database_now())
    return or_(outbox.c.state == "pending", left_behind)


def _message() -> tuple[ColumnElement[Any], ...]:
    return outbox.c.key, outbox.c.receiver, outbox.c.lane, outbox.c.kind, outbox.c.body


def _held(row: Row[Any], told_before: Labels) -> Leased:
    return Leased(
        id=row.id,
        fence=row.fence,
        key=row.key,
        receiver=row.receiver,
        lane=row.lane,
        kind=row.kind,
        body=row.body,
        attempts=row.attempts,
        may_be_repeat=row.may_be_repeat,
        age=row.now - row.created_at,
        told=_labels(row.told),
        told_before=told_before,
    )


def _text(told: Labels) -> str | None:
    return json.dumps(dict(told)) if told else None


def _labels(text: str | None) -> Labels:
    return tuple(sorted(json.loads(text).items())) if text else ()
