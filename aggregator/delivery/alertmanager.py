"""Alerts to an Alertmanager, all of its peers, as a Prometheus sends them: again and again while they are open."""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
import msgspec

from aggregator.clusters.alerting import Alertmanager, Receiver
from aggregator.delivery.posting import posted
from aggregator.delivery.verdicts import ALERTMANAGER, Later, Refused, Sent, Verdict, over_http
from aggregator.delivery.ways import Outgoing, Ways
from aggregator.delivery.wording import plain
from aggregator.events.rows import alerts
from aggregator.events.values import Alert
from aggregator.outbox.notice import Item, Notice, Page
from aggregator.store.database import Database

log = logging.getLogger(__name__)

Posted = Mapping[str, Any]

# As Prometheus has it: what is not told of again for so many intervals is over.
INTERVALS = 4
# A page is no alert; it stands there for a while as if it were one.
PAGE_STANDS = timedelta(hours=1)


async def send(via: Alertmanager, outgoing: Outgoing, ways: Ways) -> Verdict:
    """Tells every peer. One that took it is enough: the others hear of what is open within the minute."""
    return await _to_peers(via, posts(outgoing.said, ways.now(), ways.resend), outgoing.http, ways)


def posts(said: Notice | Page, now: datetime, every: timedelta) -> tuple[Posted, ...]:
    """The alerts of a message as `POST /api/v2/alerts` has them."""
    if isinstance(said, Notice):
        return tuple(_of(item, now + INTERVALS * every) for item in said.items)
    labels = {"alertname": "CrosshubMessage", "severity": "info", "subject": plain(said.subject)}
    annotations = {"summary": plain(said.subject), "description": "\n".join(said.lines)}
    return (_posted(labels, annotations, said.at, now + PAGE_STANDS),)


@dataclass(frozen=True, slots=True)
class Resending:
    """Tells each Alertmanager of the alerts that are open and go to it; to be done every `ways.resend`."""

    database: Database
    receivers: Sequence[Receiver]
    ways: Ways
    goes_to: Callable[[Alert], Collection[str]]
    """The names of the receivers an alert is routed to."""

    async def resend(self) -> None:
        """Tells all of them at once. One that does not listen is told again the next time, so it is only logged."""
        theirs = [(each.name, each.via) for each in self.receivers if isinstance(each.via, Alertmanager)]
        if not theirs:
            return
        async with self.database.reading() as connection:
            opened = [alert for alert in await alerts(connection) if alert.is_open]
        routed = [(alert, frozenset(self.goes_to(alert))) for alert in opened]
        await asyncio.gather(
            *(self._tell(name, via, [alert for alert, names in routed if name in names]) for name, via in theirs)
        )

    async def _tell(self, name: str, via: Alertmanager, opened: Sequence[Alert]) -> None:
        if not opened:
            return
        until = self.ways.now() + INTERVALS * self.ways.resend
        content = [_posted(dict(each.labels), each.shown_annotations, each.active_at, until) for each in opened]
        verdict = await _to_peers(via, content, self.ways.http, self.ways)
        if not isinstance(verdict, Sent):
            log.warning("receiver %s was not told again of %d open alerts: %s", name, len(opened), verdict.why)


async def _to_peers(via: Alertmanager, content: Sequence[Posted], http: httpx.AsyncClient, ways: Ways) -> Verdict:
    body = msgspec.json.encode(content)
    urls = [f"{url.rstrip('/')}/api/v2/alerts" for url in via.urls]
    answers = await asyncio.gather(*(posted(http, url, body, {}, ways.deadline) for url in urls))
    verdicts = [each if isinstance(each, Refused) else over_http(each, ALERTMANAGER, ways.now()) for each in answers]
    failed = [each for each in verdicts if not isinstance(each, Sent)]
    if len(failed) < len(verdicts):
        for each in failed:
            log.warning("one of %d Alertmanagers was not told: %s", len(urls), each.why)
        return Sent()
    return next((each for each in failed if isinstance(each, Later)), failed[0])


def _of(item: Item, until: datetime) -> Posted:
    ends = until if item.status == "firing" or item.until is None else item.until
    return _posted(dict(item.labels), dict(item.annotations), item.since, ends)


def _posted(labels: Mapping[str, str], annotations: Mapping[str, str], since: datetime, until: datetime) -> Posted:
    return {"labels": labels, "annotations": annotations, "startsAt": since.isoformat(), "endsAt": until.isoformat()}
