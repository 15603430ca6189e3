"""The tables of schedules and rollups. A change here needs a migration beside it: `make migration`."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from aggregator.store.instants import Instant
from aggregator.store.metadata import metadata

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

# Whom numbers are about: a hub, a cluster, a community, everybody. Rows stay when the configuration forgets them.
subject = Table(
    "subject",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("cluster", Text, nullable=False),
    Column("namespace", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("community", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("ephemeral", Boolean, nullable=False),
    Column("since", Instant, nullable=False),
    Column("gone_at", Instant),
    UniqueConstraint("kind", "key"),
    CheckConstraint("kind IN ('hub', 'cluster', 'community', 'fleet')", name="kind"),
)

# What is kept, by the names of the catalogue; here to be joined.
measure = Table(
    "measure",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("unit", Text, nullable=False),
    Column("means", Text, nullable=False),
)

# A stretch of time that was looked at: hours by their number since 1970, others by the number of their first local day.
# `start` and `end` are milliseconds since 1970, since they are read by the ten thousand.
bucket = Table(
    "bucket",
    metadata,
    Column("subject", Integer, ForeignKey(subject.c.id), primary_key=True),
    Column("resolution", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("start", BigInteger, nullable=False),
    Column("end", BigInteger, nullable=False),
    Column("zone", Text, nullable=False),
    Column("seen", BigInteger, nullable=False),
    Column("expected", BigInteger, nullable=False),
    Column("catalogue", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("computed_at", Instant, nullable=False),
    CheckConstraint("resolution IN ('1h', '1d', '1w', '1mo')", name="resolution"),
    sqlite_with_rowid=False,
)

# The numbers. One measure over years lies together, since that is how it is read.
rollup = Table(
    "rollup",
    metadata,
    Column("measure", Integer, ForeignKey(measure.c.id), primary_key=True),
    Column("resolution", Text, primary_key=True),
    Column("subject", Integer, ForeignKey(subject.c.id), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("end", BigInteger, nullable=False),
    Column("value", Double, nullable=False),
    Column("revision", Integer, nullable=False),
    sqlite_with_rowid=False,
)

# From when to when a series of numbers has any: the ends of its first and its last bucket, in milliseconds.
rollup_series = Table(
    "rollup_series",
    metadata,
    Column("measure", Integer, ForeignKey(measure.c.id), primary_key=True),
    Column("resolution", Text, primary_key=True),
    Column("subject", Integer, ForeignKey(subject.c.id), primary_key=True),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# For how many hours servers of a hub ran an image, in a day, a week or a month; without a name it is all others.
image_hours = Table(
    "image_hours",
    metadata,
    Column("subject", Integer, ForeignKey(subject.c.id), primary_key=True),
    Column("resolution", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("image", Text, primary_key=True),
    Column("end", BigInteger, nullable=False),
    Column("hours", Double, nullable=False),
    sqlite_with_rowid=False,
)

# Who used a hub on a local day, as a keyed hash; `via` says how that is known (a pod 1, the hub's API 2).
person_day = Table(
    "person_day",
    metadata,
    Column("subject", Integer, ForeignKey(subject.c.id), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("person", LargeBinary, primary_key=True, index=True),
    Column("via", Integer, primary_key=True),
    Column("definition", Integer, nullable=False),
    sqlite_with_rowid=False,
)

# Hashes of people who want to be forgotten, and until when clusters may still tell of days on which they were there.
forgotten_person = Table(
    "forgotten_person",
    metadata,
    Column("person", LargeBinary, primary_key=True),
    Column("until", Instant, nullable=False),
    sqlite_with_rowid=False,
)

# Which key the hashes were made with: its mark, in the only row.
people_key = Table(
    "people_key",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("mark", Text, nullable=False),
    CheckConstraint("id = 1", name="only"),
)
