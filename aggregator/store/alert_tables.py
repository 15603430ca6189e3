"""The tables of alerts, and of the messages about them. A change here needs a migration beside it: `make migration`.

What is a list or a mapping is kept as JSON text, which both databases hold alike; it is read whole, never searched in.
"""

from sqlalchemy import Boolean, CheckConstraint, Column, Double, Index, Integer, Table, Text

from aggregator.store.instants import Instant
from aggregator.store.metadata import metadata

STATES = "state IN ('pending', 'firing', 'recovering', 'resolved')"
HEALTHS = "health IN ('ok', 'no data', 'error', 'stale')"

# How each alert stands that is open or was lately. Its labels are its identity within its rule.
alert = Table(
    "alert",
    metadata,
    Column("rule", Text, primary_key=True),
    Column("fingerprint", Text, primary_key=True, index=True),
    Column("source", Text, nullable=False),
    Column("labels", Text, nullable=False),
    Column("annotations", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("health", Text, nullable=False),
    Column("value", Double),
    Column("people", Integer),
    Column("active_at", Instant, nullable=False),
    Column("fired_at", Instant),
    Column("true_at", Instant, nullable=False),
    Column("over_since", Instant),
    Column("held_since", Instant),
    Column("resolved_at", Instant, index=True),
    Column("looked_at", Instant, nullable=False),
    CheckConstraint("source IN ('rule', 'outage', 'access', 'report')", name="source"),
    CheckConstraint(STATES, name="state"),
    CheckConstraint(HEALTHS, name="health"),
)

# What the last look at each rule came to. Whoever wants to write about an older look than that finds out here.
rule_look = Table(
    "rule_look",
    metadata,
    Column("rule", Text, primary_key=True),
    Column("looked_at", Instant, nullable=False),
    Column("seconds", Double, nullable=False),
    Column("health", Text, nullable=False),
    Column("error", Text, nullable=False),
    CheckConstraint(HEALTHS, name="health"),
)

# Every change of state or health that an alert went through, as it was just after; only ever added to.
event = Table(
    "event",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Instant, nullable=False, index=True),
    Column("change", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("labels", Text, nullable=False),
    Column("annotations", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("value", Double),
    Index("ix_event_fingerprint_at", "fingerprint", "at"),
    sqlite_autoincrement=True,
)

# What the last looks at something from outside came to: a hub's health page, its REST API, a certificate.
probe = Table(
    "probe",
    metadata,
    Column("cluster", Text, primary_key=True),
    Column("namespace", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("streak", Integer, nullable=False),
    Column("since", Instant, nullable=False),
    Column("looked_at", Instant, nullable=False),
    Column("expires_at", Instant),
    CheckConstraint("state IN ('ok', 'failing', 'unknown')", name="state"),
)

# Times in which a hub was down. Those that overlap are one.
incident = Table(
    "incident",
    metadata,
    Column("cluster", Text, primary_key=True),
    Column("namespace", Text, primary_key=True),
    Column("started_at", Instant, primary_key=True),
    Column("ended_at", Instant),
    Column("cause", Text, nullable=False),
)

# Alerts that one route tells of together, and when it may do so next: Alertmanager's aggregation groups.
alert_group = Table(
    "alert_group",
    metadata,
    Column("key", Text, primary_key=True),
    Column("labels", Text, nullable=False),
    Column("began_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False, index=True),
    Column("flushed_at", Instant),
)

# What each receiver was last told of a group: Alertmanager's notification log. What is owed was told to fire before, was
# muted at the last notice, and is to be told of when it is over.
notification = Table(
    "notification",
    metadata,
    Column("group_key", Text, primary_key=True),
    Column("receiver", Text, primary_key=True),
    Column("at", Instant, nullable=False, index=True),
    Column("firing", Text, nullable=False),
    Column("resolved", Text, nullable=False),
    Column("owed", Text, nullable=False),
)

# Times in which nobody is told of what the matchers match. One that was ended early has another end.
silence = Table(
    "silence",
    metadata,
    Column("id", Text, primary_key=True),
    Column("matchers", Text, nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False, index=True),
    Column("author", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
)

# Messages that are to go out, or went. `key` is the same however often the same thing is to be said; those of one lane
# go in their order. Leases are by the database's clock.
outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("receiver", Text, nullable=False),
    Column("lane", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("may_be_repeat", Boolean, nullable=False),
    Column("not_before", Instant, nullable=False),
    Column("owner", Text),
    Column("fence", Integer, nullable=False),
    Column("lease_until", Instant),
    Column("told", Text),
    Column("error", Text),
    Column("created_at", Instant, nullable=False),
    Column("finished_at", Instant, index=True),
    CheckConstraint("state IN ('pending', 'leased', 'sent', 'failed', 'superseded')", name="state"),
    Index("ix_outbox_state_not_before", "state", "not_before"),
    Index("ix_outbox_receiver_lane", "receiver", "lane"),
    sqlite_autoincrement=True,
)

# How a receiver stands: switched off since it refused us for good, or to be left alone for a while.
receiver = Table(
    "receiver",
    metadata,
    Column("name", Text, primary_key=True),
    Column("mark", Text, nullable=False),
    Column("disabled_at", Instant),
    Column("error", Text),
    Column("not_before", Instant),
    Column("last_sent_at", Instant),
)

# Alerts that others tell of: the clusters' own Prometheus, an Alertmanager's webhook.
heard_alert = Table(
    "heard_alert",
    metadata,
    Column("fingerprint", Text, primary_key=True),
    Column("origin", Text, primary_key=True),
    Column("alertname", Text, nullable=False, index=True),
    Column("labels", Text, nullable=False),
    Column("annotations", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant),
    Column("heard_at", Instant, nullable=False, index=True),
    Column("times", Integer, nullable=False),
    CheckConstraint("state IN ('firing', 'resolved')", name="state"),
    Index("ix_heard_alert_origin_state", "origin", "state"),
)
