"""How receivers stand, as rows: switched off, to be left alone for a while, or neither."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.outbox.values import Standing, Turn
from aggregator.store.alert_tables import receiver
from aggregator.store.clock import database_now
from aggregator.store.upsert import INSERT

MOST_OF_AN_ERROR = 2000
TRIED_EVERY = timedelta(hours=1)
"""So often a receiver that is switched off has one message, since what is at fault may be mended elsewhere."""


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
    """Whether the receiver may be sent something now; then nobody else may before its pause is over."""
    free = and_(receiver.c.name == turn.receiver, _is_free())
    taken = update(receiver).where(free).values(not_before=database_now(turn.pause))
    return bool((await connection.execute(taken)).rowcount)


def willing(name: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether the receiver of that name is known, not switched off, and not left alone."""
    return exists().where(receiver.c.name == name, receiver.c.disabled_at.is_(None), _is_free())


def may_be_tried(name: ColumnElement[str]) -> ColumnElement[bool]:
    """The same, or it is switched off and may have a message to see whether it still is."""
    return exists().where(receiver.c.name == name, _is_free())


def _is_free() -> ColumnElement[bool]:
    return or_(receiver.c.not_before.is_(None), receiver.c.not_before <= database_now())
