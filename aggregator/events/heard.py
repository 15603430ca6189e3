"""Alerts that others tell of: an Alertmanager through its webhook, the clusters' own Prometheus servers when asked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

import msgspec

from aggregator.errors import BadQuery
from aggregator.events.fingerprint import fingerprint
from aggregator.events.values import labels_of
from aggregator.series import Labels
from aggregator.store.instants import EPOCH, MILLISECOND, milliseconds

ALERTMANAGER = "alertmanager"
PROMETHEUS = "prometheus of "
LARGEST = 1024 * 1024
MOST_LABELS = 64
LONGEST = 4096
# The year that Alertmanager writes where something has not ended.
NO_END = 1
FAR = datetime(2100, 1, 1, tzinfo=UTC)


State = Literal["firing", "resolved"]


@dataclass(frozen=True, slots=True)
class Heard:
    """An alert as somebody told of it. `count` is how often it began to fire."""

    origin: str
    labels: Labels
    annotations: Labels
    state: State
    starts_at: datetime
    heard_at: datetime
    ends_at: datetime | None = None
    count: int = 1

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.labels)

    @property
    def key(self) -> tuple[str, str]:
        return self.fingerprint, self.origin


def origin_of(cluster: str) -> str:
    """How the Prometheus of a cluster is called among those who tell of alerts."""
    return PROMETHEUS + cluster


def cluster_of(origin: str) -> str:
    """The cluster whose Prometheus that is, nothing where it is somebody else."""
    return origin.removeprefix(PROMETHEUS) if origin.startswith(PROMETHEUS) else ""


class _Alert(msgspec.Struct, rename="camel"):
    labels: dict[str, str]
    status: State = "firing"
    annotations: dict[str, str] = {}
    starts_at: datetime | None = None
    ends_at: datetime | None = None


class _Webhook(msgspec.Struct):
    alerts: list[_Alert]


_webhook = msgspec.json.Decoder(_Webhook)


def of_webhook(body: bytes, now: datetime) -> tuple[Heard, ...]:
    """The alerts in what an Alertmanager posts to a webhook (its version 4). Raises BadQuery."""
    if len(body) > LARGEST:
        raise BadQuery(f"the body has {len(body):,} bytes, and {LARGEST:,} are the most; set max_alerts of the webhook")
    try:
        told = _webhook.decode(body).alerts
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise BadQuery(f"this is not what an Alertmanager posts to a webhook: {fault}") from None
    return tuple(_of(each, now) for each in told)


def _of(told: _Alert, now: datetime) -> Heard:
    alert = Heard(
        ALERTMANAGER, labels_of(told.labels), labels_of(told.annotations), "firing", told.starts_at or now, now
    )
    end = _end(told, now)
    return checked(alert if end is None else replace(alert, state="resolved", ends_at=end))


def checked(alert: Heard) -> Heard:
    """The alert of somebody else, with no more text than is worth keeping. Raises BadQuery where it is none."""
    labels = dict(alert.labels)
    if len(labels) > MOST_LABELS or "alertname" not in labels:
        raise BadQuery(f"an alert has a label alertname and at most {MOST_LABELS} labels, this one has {len(labels)}")
    return replace(
        alert,
        annotations=tuple((name, text[:LONGEST]) for name, text in alert.annotations),
        starts_at=_as_kept(alert.starts_at),
        ends_at=None if alert.ends_at is None else _as_kept(alert.ends_at),
    )


def _as_kept(instant: datetime) -> datetime:
    """Without what is finer than what is kept of it, so that an instant that is told again is the same. Raises BadQuery."""
    if instant.tzinfo is None:
        raise BadQuery(f"{instant.isoformat()} has no time zone")
    if not EPOCH <= instant < FAR:
        raise BadQuery(f"{instant.isoformat()} is no time at which an alert begins or ends")
    return EPOCH + milliseconds(instant) * MILLISECOND


def _end(told: _Alert, now: datetime) -> datetime | None:
    if told.status == "firing":
        return None
    return now if told.ends_at is None or told.ends_at.year == NO_END else told.ends_at


def put_together(before: Mapping[tuple[str, str], Heard], told: Iterable[Heard]) -> tuple[Heard, ...]:
    """What is to be kept of alerts that were told: each counts again when it begins anew.

    That something is over which nobody knew of is not kept.
    """
    kept: dict[tuple[str, str], Heard] = {}
    for each in told:
        known = kept.get(each.key) or before.get(each.key)
        if known is None:
            if each.state == "firing":
                kept[each.key] = each
            continue
        began = each.state == "firing" and (known.state == "resolved" or each.starts_at > known.starts_at)
        kept[each.key] = replace(each, count=known.count + began, starts_at=max(each.starts_at, known.starts_at))
    return tuple(kept.values())


def silent(before: Iterable[Heard], told: Iterable[Heard], now: datetime) -> tuple[Heard, ...]:
    """The alerts that fired and are not told of any more by who was asked for all of them: they are over."""
    keys = {each.key for each in told}
    return tuple(
        replace(each, state="resolved", ends_at=now, heard_at=now)
        for each in before
        if each.state == "firing" and each.key not in keys
    )
