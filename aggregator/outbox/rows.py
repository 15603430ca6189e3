"""Messages to send, as rows."""

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.outbox.values import Message
from aggregator.store.alert_tables import outbox
from aggregator.store.clock import database_now
from aggregator.store.upsert import INSERT


async def enqueue(connection: AsyncConnection, message: Message) -> bool:
    """Keeps a message that is to be sent; whether it is new."""
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
    insert = INSERT[connection.dialect.name](outbox).values(row)
    statement = insert.on_conflict_do_nothing(index_elements=["key"]).returning(outbox.c.id)
    return (await connection.execute(statement)).first() is not None
