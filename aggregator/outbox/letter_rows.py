"""Letters as rows: each is kept once, for all who get it."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.outbox.letter import Letter, parts_in
from aggregator.store.report_tables import report


async def letter(connection: AsyncConnection, name: str, link_place: str) -> Letter | None:
    """The letter of that id, as it was kept; None where it is kept no more."""
    c = report.c
    query = select(c.subject, c.text, c.html, c.parts).where(c.id == name)
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else Letter(row.subject, row.text, row.html, parts_in(row.parts), link_place)
