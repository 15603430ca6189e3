"""Run by Alembic for each of its commands, with the connection that `aggregator/store/migrating.py` hands over."""

from typing import Any, Literal

from alembic import context

from aggregator.store.instants import Instant
from aggregator.store.schema import metadata


def render_item(kind: str, item: Any, _autogen_context: object) -> str | Literal[False]:
    """How a column's type is written in a script; False for as usual. Scripts do not depend on types of ours."""
    return "sa.BigInteger()" if kind == "type" and isinstance(item, Instant) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_item=render_item,
    render_as_batch=True,  # SQLite changes a table by putting another in its place
)
with context.begin_transaction():
    context.run_migrations()
