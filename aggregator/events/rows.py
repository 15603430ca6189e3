"""Alerts and what happened to them, as rows."""

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, get_args

from sqlalchemy import ColumnElement, Row, Select, delete, func, insert, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregator.events.values import Alert, Change, Event, Health, Source, State
from aggregator.series import Labels
from aggregator.store.alert_tables import alert, event
from aggregator.store.upsert import upsert

KEY = ("rule", "fingerprint")


async def alerts(
    connection: AsyncConnection,
    *,
    sources: Collection[Source] = get_args(Source),
    resolved_since: datetime | None = None,
) -> tuple[Alert, ...]:
    """Every alert that is pending, firing or recovering, and those resolved at an instant or later; oldest first."""
    # By the index of resolved_at: of alerts that are over there are years.
    wanted: ColumnElement[bool] = alert.c.resolved_at.is_(None)
    if resolved_since is not None:
        wanted |= alert.c.resolved_at >= resolved_since
    query = select(alert).where(wanted, alert.c.source.in_(sources)).order_by(alert.c.active_at, *_key())
    return await _read(connection, query)


async def latest_over(connection: AsyncConnection, since: datetime, most: int) -> tuple[tuple[Alert, ...], int]:
    """The alerts that ended at an instant or later, those that ended last first, at most so many; and how many there are."""
    over = alert.c.resolved_at >= since
    query = select(alert).where(over).order_by(alert.c.resolved_at.desc(), *_key()).limit(most)
    count = select(func.count()).select_from(alert).where(over)
    return await _read(connection, query), (await connection.execute(count)).scalar_one()


async def alerts_with(connection: AsyncConnection, fingerprint: str) -> tuple[Alert, ...]:
    """The alerts of that fingerprint, of whichever rules, as they stand or stood last."""
    return await _read(connection, select(alert).where(alert.c.fingerprint == fingerprint).order_by(*_key()))


async def save(connection: AsyncConnection, changed: Iterable[Alert], happened: Sequence[Event]) -> None:
    """Keeps alerts as they stand now, each in the place of what it was, and adds what happened."""
    await upsert(connection, alert, [_row(each) for each in changed], key=KEY)
    if happened:
        await connection.execute(insert(event), [_event_row(each) for each in happened])


async def drop(connection: AsyncConnection, keys: Iterable[tuple[str, str]]) -> None:
    """Forgets alerts that never fired; what happened to them stays."""
    for rule, fingerprint in keys:
        await connection.execute(delete(alert).where(alert.c.rule == rule, alert.c.fingerprint == fingerprint))


async def events(
    connection: AsyncConnection,
    since: datetime,
    until: datetime,
    *,
    changes: Collection[Change] = tuple(Change),
    fingerprint: str | None = None,
) -> tuple[Event, ...]:
    """What happened from `since` on and before `until`, oldest first."""
    query = select(event).where(event.c.at >= since, event.c.at < until, event.c.change.in_(changes))
    if fingerprint is not None:
        query = query.where(event.c.fingerprint == fingerprint)
    return tuple(map(_event, await connection.execute(query.order_by(event.c.at, event.c.id))))


async def latest_events(connection: AsyncConnection, fingerprint: str, most: int) -> tuple[Event, ...]:
    """What happened to an alert, the latest first, at most so much."""
    query = select(event).where(event.c.fingerprint == fingerprint).order_by(event.c.at.desc(), event.c.id.desc())
    return tuple(map(_event, await connection.execute(query.limit(most))))


async def purge(connection: AsyncConnection, before: datetime, most: int) -> int:
    """How many rows were removed, at most so many of each kind: events before an instant, alerts resolved before it."""
    old_events = select(event.c.id).where(event.c.at < before).limit(most)
    of_alerts = tuple_(alert.c.rule, alert.c.fingerprint)
    old_alerts = select(alert.c.rule, alert.c.fingerprint).where(alert.c.resolved_at < before).limit(most)
    events_removed = await connection.execute(delete(event).where(event.c.id.in_(old_events)))
    # Once more: one of them may have begun to fire meanwhile.
    over = alert.c.resolved_at < before
    alerts_removed = await connection.execute(delete(alert).where(of_alerts.in_(old_alerts), over))
    return events_removed.rowcount + alerts_removed.rowcount


async def _read(connection: AsyncConnection, query: Select[Any]) -> tuple[Alert, ...]:
    return tuple(_alert(row) for row in await connection.execute(query))


def _key() -> tuple[Any, ...]:
    return tuple(alert.c[name] for name in KEY)


def _event(row: Row[Any]) -> Event:
    return Event(
        row.at,
        Change(row.change),
        row.rule,
        _labels(row.labels),
        _labels(row.annotations),
        tuple(json.loads(row.evidence)),
        row.value,
    )


def _alert(row: Row[Any]) -> Alert:
    return Alert(
        rule=row.rule,
        source=row.source,
        labels=_labels(row.labels),
        annotations=_labels(row.annotations),
        state=State(row.state),
        active_at=row.active_at,
        true_at=row.true_at,
        looked_at=row.looked_at,
        health=Health(row.health),
        value=row.value,
        people=row.people,
        evidence=tuple(json.loads(row.evidence)),
        fired_at=row.fired_at,
        over_since=row.over_since,
        held_since=row.held_since,
        resolved_at=row.resolved_at,
    )


def _row(kept: Alert) -> dict[str, Any]:
    return {
        "rule": kept.rule,
        "fingerprint": kept.fingerprint,
        "source": kept.source,
        "labels": _written(kept.labels),
        "annotations": _written(kept.annotations),
        "evidence": json.dumps(kept.evidence),
        "state": kept.state,
        "health": kept.health,
        "value": kept.value,
        "people": kept.people,
        "active_at": kept.active_at,
        "fired_at": kept.fired_at,
        "true_at": kept.true_at,
        "over_since": kept.over_since,
        "held_since": kept.held_since,
        "resolved_at": kept.resolved_at,
        "looked_at": kept.looked_at,
    }


def _event_row(kept: Event) -> dict[str, Any]:
    return {
        "at": kept.at,
        "change": kept.change,
        "rule": kept.rule,
        "fingerprint": kept.fingerprint,
        "labels": _written(kept.labels),
        "annotations": _written(kept.annotations),
        "evidence": json.dumps(kept.evidence),
        "value": kept.value,
    }


def _written(labels: Labels) -> str:
    return json.dumps(dict(labels))


def _labels(text: str) -> Labels:
    return tuple(sorted(json.loads(text).items()))
