"""Alerts to PagerDuty by its Events API v2: each opens an incident, or ends it."""

import time
from collections.abc import Sequence
from typing import Any

import msgspec

from aggregator.clusters.alerting import PagerDuty
from aggregator.delivery.posting import posted
from aggregator.delivery.verdicts import PAGERDUTY, PAGERDUTY_WORDS, Later, Refused, Sent, Verdict, over_http
from aggregator.delivery.ways import Outgoing, Ways
from aggregator.delivery.wording import held, plain, titled, when
from aggregator.outbox.notice import Item, Link, Notice, Page

Event = dict[str, Any]

MOST_OF_A_SUMMARY = 1024
MOST_OF_A_KEY = 255
MOST_BYTES = 512_000
SEVERITIES = {
    "page": "critical", "critical": "critical", "high": "error",
    "ticket": "warning", "warning": "warning", "medium": "warning",
    "info": "info", "low": "info",
}  # fmt: skip


def events(said: Notice | Page, key: str) -> tuple[Event, ...]:
    """What PagerDuty is told, less the routing key. Telling it again changes nothing there: each has its `dedup_key`."""
    if isinstance(said, Page):
        payload = {"summary": titled(said.subject, MOST_OF_A_SUMMARY), "source": "crosshub", "severity": "warning"}
        details = {"text": [plain(line, 1000) for line in said.lines[:100]]}
        return (_within_bounds(_event("trigger", key, payload | {"custom_details": details}, said.links)),)
    return tuple(_within_bounds(_of(item, said)) for item in said.items)


async def send(via: PagerDuty, outgoing: Outgoing, ways: Ways) -> Verdict:
    """Tells one event after the other; those that were taken are not told again where a later one failed."""
    routing = {"routing_key": via.routing_key.read()}
    all_events = events(outgoing.said, outgoing.held.key)
    done = int(dict(outgoing.held.told).get("done", "0"))
    refused: list[str] = []
    until = time.monotonic() + ways.deadline
    for number, event in enumerate(all_events[done:], done):
        if time.monotonic() > until:
            return Later("there was no time for all events", told=(("done", f"{number}"),))
        body = msgspec.json.encode(event | routing)
        answer = await posted(outgoing.http, ways.pagerduty, body, {}, ways.deadline)
        verdict = answer if isinstance(answer, Refused) else over_http(answer, PAGERDUTY, ways.now(), PAGERDUTY_WORDS)
        match verdict:
            case Later():
                return Later(verdict.why, verdict.rest, told=(("done", f"{number}"),))
            case Refused(whose="receiver"):
                return verdict
            case Refused():
                refused.append(verdict.why)
    return _all_told(refused, all_events)


def _all_told(refused: Sequence[str], told: Sequence[Event]) -> Verdict:
    if refused and len(refused) == len(told):
        return Refused(refused[0], "message")
    return Sent(but=f"{len(refused)} of {len(told)} events: {refused[0]}" if refused else "")


def _of(item: Item, notice: Notice) -> Event:
    if item.status == "resolved":
        return {"event_action": "resolve", "dedup_key": item.fingerprint}
    labels = dict(item.labels)
    details: dict[str, Any] = {
        "when": when(item, notice),
        "held": held(item),
        "text": plain(item.text, 2000),
        "evidence": [plain(each, 500) for each in item.evidence[:50]],
        "labels": {plain(name, 200): plain(value, 500) for name, value in item.labels[:100]},
    }
    payload = {
        "summary": titled(item.title, MOST_OF_A_SUMMARY),
        "source": plain("/".join(filter(None, (labels.get("cluster"), labels.get("namespace")))) or "crosshub", 255),
        "severity": SEVERITIES.get(item.severity, "warning"),
        "timestamp": item.since.isoformat(),
        "class": plain(labels.get("alertname", ""), 255),
        "custom_details": {name: value for name, value in details.items() if value},
    }
    return _event("trigger", item.fingerprint, payload, item.links)


def _event(action: str, key: str, payload: dict[str, Any], links: Sequence[Link]) -> Event:
    return {
        "event_action": action,
        "dedup_key": key[-MOST_OF_A_KEY:],
        "payload": payload,
        "client": "Crosshub",
        "links": [{"href": link.url, "text": plain(link.text, 100)} for link in links[:20]],
    }


def _within_bounds(event: Event) -> Event:
    """The event, less its details where it would be larger than PagerDuty takes."""
    if len(msgspec.json.encode(event)) <= MOST_BYTES - 1000:
        return event
    bare = {name: value for name, value in event["payload"].items() if name != "custom_details"}
    return event | {"payload": bare, "links": []}
