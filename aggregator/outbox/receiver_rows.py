"""How receivers stand, as rows: switched off, to be left alone for a while, or neither."""

from collections.abc import Collection, Mapping
from datetime import timedelta

from sqlalchemy import ColumnElement, FromClause, and_, exists, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.outbox.values import Standing, Turn
from aggregator.store.alert_tables import receiver
from aggregator.store.clock import database_now
from aggregator.store.upsert import INSERT

MOST_OF_AN_ERROR = 2000
TRIED_EVERY = timedelta(hours=1)
"""So often a receiver that is switched off has one message, since what is at fault may be mended elsewhere."""
TAKEN_OUT = "taken out"
"""The mark of a receiver that is configured no more. Who still has it in an older configuration notes it anew."""

# As what is known about others while one of them is changed.
KNOWN = receiver.alias("known")


async def standings(connection: AsyncConnection) -> dict[str, Standing]:
    """Every receiver that was ever known, by name."""
    return {row.name: Standing(*row) for row in await connection.execute(select(receiver))}


async def known(connection: AsyncConnection, marks: Mapping[str, str]) -> None:
    """Notes receivers as they are configured now. One that is configured in another way than before has a new chance."""
    for name, mark in sorted(marks.items()):
        row = INSERT[connection.dialect.name](receiver).values(name=name, mark=mark)
        fresh = {"mark": mark, "disabled_at": None, "error": None, "not_before": None}
        await connection.execute(
            row.on_conflict_do_update(index_elements=["name"], set_=fresh, where=receiver.c.mark != mark)
        )


async def keep_only(connection: AsyncConnection, configured: Collection[str]) -> None:
    """Notes that all others were taken out of the configuration; they are neither switched off nor left alone any more."""
    gone = {"mark": TAKEN_OUT, "disabled_at": None, "error": None, "not_before": None}
    await connection.execute(update(receiver).where(receiver.c.name.not_in(tuple(configured))).values(gone))


async def disable(connection: AsyncConnection, name: str, why: str) -> bool:
    """Whether the receiver is switched off by this, and was not before; it may be tried again after a while."""
    ours = receiver.c.name == name
    was_on = update(receiver).where(ours, receiver.c.disabled_at.is_(None)).values(disabled_at=database_now())
    is_new = bool((await connection.execute(was_on)).rowcount)
    again = {"error": why[:MOST_OF_AN_ERROR], "not_before": database_now(TRIED_EVERY)}
    await connection.execute(update(receiver).where(ours).values(again))
    return is_new


async def enable(connection: AsyncConnection, name: str) -> bool:
    """Whether the receiver was switched off; then it is not any more."""
    off = and_(receiver.c.name == name, receiver.c.disabled_at.is_not(None))
    on = update(receiver).where(off).values(disabled_at=None, error=None, not_before=None)
    return bool((await connection.execute(on)).rowcount)


async def try_again(connection: AsyncConnection) -> None:
    """Lets every receiver that is switched off be tried at once."""
    await connection.execute(update(receiver).where(receiver.c.disabled_at.is_not(None)).values(not_before=None))


async def switched_off(connection: AsyncConnection) -> frozenset[str]:
    """The names of the receivers that are switched off."""
    return frozenset(
        (await connection.execute(select(receiver.c.name).where(receiver.c.disabled_at.is_not(None)))).scalars()
    )


async def rest(connection: AsyncConnection, name: str, wait: timedelta) -> None:
    """Leaves the receiver alone for a while, as it asked."""
    await connection.execute(update(receiver).where(receiver.c.name == name).values(not_before=database_now(wait)))


async def reached(connection: AsyncConnection, name: str) -> bool:
    """Whether the receiver, which took a message, is still noted as switched off."""
    noted = update(receiver).where(receiver.c.name == name).values(last_sent_at=database_now())
    return (await connection.execute(noted.returning(receiver.c.disabled_at))).scalar_one_or_none() is not None


async def take_turn(connection: AsyncConnection, turn: Turn) -> bool:
    """Whether the receiver may be sent something now; then nobody else may before its pause is over.

    Nor may any other receiver of its server before that has had its own.
    """
    if turn.server and not await _taken(
        connection, turn.server, turn.server_pause, may_be_tried(literal(turn.receiver))
    ):
        return False
    return not turn.pause or await _taken(connection, turn.receiver, turn.pause)


def willing(name: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether the receiver of that name is known, not switched off, and not left alone."""
    return exists().where(KNOWN.c.name == name, KNOWN.c.disabled_at.is_(None), _is_free(KNOWN))


def may_be_tried(name: ColumnElement[str]) -> ColumnElement[bool]:
    """The same, or it is switched off and may have a message to see whether it still is."""
    return exists().where(KNOWN.c.name == name, _is_free(KNOWN))


def taken_out(name: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether the receiver of that name was configured once, and is no more."""
    return exists().where(KNOWN.c.name == name, KNOWN.c.mark == TAKEN_OUT)


async def _taken(connection: AsyncConnection, name: str, pause: timedelta, *also: ColumnElement[bool]) -> bool:
    free = update(receiver).where(receiver.c.name == name, _is_free(receiver), *also)
    return bool((await connection.execute(free.values(not_before=database_now(pause)))).rowcount)


def _is_free(row: FromClause) -> ColumnElement[bool]:
    return or_(row.c.not_before.is_(None), row.c.not_before <= database_now())
