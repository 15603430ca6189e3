"""A Crosshub that knows two hubs, what was wrong with them, and how often it asked; asked by PromQL."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta

from aggregator.clusters.values import Access, Cluster, Config, Hub, OpenWindow, Prometheus
from aggregator.events import rows
from aggregator.events.values import Alert, Change, Source, State, event_of, labels_of
from aggregator.own_series.numbers import Numbers
from aggregator.own_series.source import OwnSeries
from aggregator.store.database import Database
from tests.query.scripted import Scene, scene

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
SECONDS = round(NOON.timestamp())
MINUTE = timedelta(minutes=1)
WINDOW = OpenWindow(NOON, NOON + 60 * MINUTE, 80, "Geo workshop", "rui@example.org")
CONFIG = Config(
    (
        Cluster(
            "lisbon",
            Prometheus(("http://127.0.0.1:1",)),
            community="uni",
            hubs=(
                Hub("prod", "prod", "University of Lisbon", access=Access("institution", expected_people=120, review_by=date(2027, 6, 30),
                                                                          open_windows=(WINDOW,))),
                Hub("geo", "geo-ns", community="geo"),
            ),
        ),
        Cluster("oslo", Prometheus(("http://127.0.0.1:2",))),
    )
)  # fmt: skip


def alert(name: str, since: int, until: int | None = None, source: Source = "outage", **labels: str) -> Alert:
    """An alert that fired so many minutes after noon, and is over after so many more, or not at all."""
    at, end = NOON + since * MINUTE, None if until is None else NOON + until * MINUTE
    return Alert(
        rule=f"{source};{name}",
        source=source,
        labels=labels_of({"alertname": name, "severity": "page", "kind": source, "cluster": "lisbon", **labels}),
        annotations=labels_of({"summary": f"{name} is open"}),
        state=State.FIRING if end is None else State.RESOLVED,
        active_at=at - MINUTE,
        true_at=at,
        looked_at=at,
        fired_at=at,
        evidence=("its health page: 502", "`up`: 0"),
        resolved_at=end,
    )


async def happen(database: Database, *alerts: Alert) -> None:
    """They happened, as they stand now."""
    happened = [event_of(each, Change.FIRING, each.fired_at) for each in alerts if each.fired_at]
    happened += [event_of(each, Change.RESOLVED, each.resolved_at) for each in alerts if each.resolved_at]
    async with database.writing() as connection:
        await rows.save(connection, alerts, sorted(happened, key=lambda each: each.at))


def own_series(database: Database, numbers: Numbers | None = None, names: Sequence[str] = ()) -> OwnSeries:
    return OwnSeries(CONFIG, database, numbers or Numbers(), frozenset(names), lambda: NOON + 600 * MINUTE)


@asynccontextmanager
async def asking(database: Database, *alerts: Alert) -> AsyncIterator[Scene]:
    """An engine over what happened, and clusters that know nothing."""
    await happen(database, *alerts)
    async with scene({"lisbon": {}}, source=own_series(database)) as fleet:
        yield fleet
