"""The tables of reports that were made, and of who gets them. A change here needs a migration beside it: `make migration`."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from aggregator.store.instants import Instant
from aggregator.store.metadata import metadata

# A report as it was told, one a slot: its facts as JSON, and what they were rendered to, less each recipient's own link.
# Nothing here is ever changed. That of operators belongs to no community.
report = Table(
    "report",
    metadata,
    Column("id", Text, primary_key=True),
    Column("schedule", Text, nullable=False),
    Column("slot", Instant, nullable=False),
    Column("community", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("made_at", Instant, nullable=False, index=True),
    Column("facts", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("parts", Text, nullable=False),
    UniqueConstraint("schedule", "slot"),
)

# Who may get the reports of a community, and whether they want them. The address is empty in what holds for all of it. The
# id stands in links in place of the address.
subscription = Table(
    "subscription",
    metadata,
    Column("id", Text, primary_key=True),
    Column("community", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("stopped_at", Instant),
    Column("paused_until", Instant),
    UniqueConstraint("community", "address"),
)

# For whom a report was, and why it was not sent to them where it was not; what came of those that were is in the outbox.
report_recipient = Table(
    "report_recipient",
    metadata,
    Column("report", Text, ForeignKey(report.c.id), primary_key=True),
    Column("subscription", Text, ForeignKey(subscription.c.id), primary_key=True),
    Column("left_out", Text),
    Index("ix_report_recipient_subscription", "subscription"),
)

# Addresses that a mail server refused, how often in a row, and since when nothing is sent there any more.
mail_address = Table(
    "mail_address",
    metadata,
    Column("address", Text, primary_key=True),
    Column("refusals", Integer, nullable=False),
    Column("error", Text, nullable=False),
    Column("refused_at", Instant, nullable=False),
    Column("suppressed_at", Instant),
)
