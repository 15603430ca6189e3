"""The tables of access to hubs. A change here needs a migration beside it: `make migration`.

What is a list or a mapping is kept as JSON text. No table holds a user name: hashes, and masked text.
"""

from sqlalchemy import Column, Integer, Table, Text

from aggregator.store.instants import Instant
from aggregator.store.metadata import metadata

# Times in which a hub is open to all, declared by the command; those of the configuration stand there alone. One without
# an end has none yet.
access_window = Table(
    "access_window",
    metadata,
    Column("id", Text, primary_key=True),
    Column("cluster", Text, nullable=False),
    Column("namespace", Text, nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant),
    Column("expected_people", Integer),
    Column("reason", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("ended_by", Text),
)

# What was found about a hub: open, accepted for a while, or closed. That it is told of is an alert's business.
access_finding = Table(
    "access_finding",
    metadata,
    Column("cluster", Text, primary_key=True),
    Column("namespace", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("severity", Text, nullable=False),
    Column("head", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("first_seen", Instant, nullable=False),
    Column("last_seen", Instant, nullable=False),
    Column("looks", Integer, nullable=False),
    Column("unseen", Text, nullable=False),
    Column("closed_at", Instant, index=True),
    Column("accepted_by", Text),
    Column("accepted_until", Instant),
    Column("accepted_why", Text),
)

# What was seen of a hub at the last look: what it says it is, its admins by hash, and from where it was looked at.
access_sight = Table(
    "access_sight",
    metadata,
    Column("cluster", Text, primary_key=True),
    Column("namespace", Text, primary_key=True),
    Column("looked_at", Instant, nullable=False),
    Column("authenticator", Text, nullable=False),
    Column("was", Text, nullable=False),
    Column("since", Instant),
    Column("admins", Text),
    Column("observed", Text, nullable=False),
    Column("sides", Text, nullable=False),
)
