"""Every table. A change here needs a migration beside it: `make migration`."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, MetaData, Table, Text

from aggregator.store.instants import Instant

# Constraints have names that are the same in every database, so that migrations can speak of them.
metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

# When a scheduled thing is due next. `calendar` is the text that `next_slot` was computed from; no slot is never.
schedule = Table(
    "schedule",
    metadata,
    Column("name", Text, primary_key=True),
    Column("calendar", Text, nullable=False),
    Column("next_slot", Instant),
)

# What was done about a slot, and by whom: a row that exists is taken. Leases are by the database's clock.
run = Table(
    "run",
    metadata,
    Column("schedule", Text, ForeignKey(schedule.c.name), primary_key=True),
    Column("slot", Instant, primary_key=True),
    Column("state", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("claimed_at", Instant, nullable=False),
    Column("lease_until", Instant, index=True),
    Column("finished_at", Instant, index=True),
    Column("error", Text),
    CheckConstraint("state IN ('running', 'done', 'failed')", name="state"),
)
