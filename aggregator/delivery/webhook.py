"""Messages to any server that wants them: JSON, signed as Standard Webhooks."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from aggregator.clusters.alerting import Webhook
from aggregator.delivery.posting import posted
from aggregator.delivery.verdicts import WEBHOOK, Refused, Verdict, over_http
from aggregator.delivery.ways import Outgoing, Ways
from aggregator.delivery.wording import plain
from aggregator.outbox.notice import Item, Notice, Page

# https://github.com/standard-webhooks: under 20 KB.
MOST_BYTES = 20_000
PREFIX = "whsec_"


async def send(via: Webhook, outgoing: Outgoing, ways: Ways) -> Verdict:
    """Posts it. Its id is the same however often it is tried, so that the other side can tell."""
    body = content(outgoing.said)
    headers = {"webhook-id": message_id(outgoing.held.key), "webhook-timestamp": f"{int(ways.now().timestamp())}"}
    if via.secret is not None:
        key = signing_key(via.secret.read())
        if key is None:
            return Refused("its secret is not one of Standard Webhooks: whsec_ and base64", "receiver")
        headers["webhook-signature"] = signature(key, headers["webhook-id"], headers["webhook-timestamp"], body)
    answer = await posted(outgoing.http, via.url, body, headers, ways.deadline)
    return answer if isinstance(answer, Refused) else over_http(answer, WEBHOOK, ways.now())


def message_id(key: str) -> str:
    """The id of a message: a key may hold what a header may not."""
    return f"msg_{hashlib.sha256(key.encode()).hexdigest()[:32]}"


def signing_key(secret: str) -> bytes | None:
    """The bytes of a secret; None where it has none."""
    try:
        return base64.b64decode(secret.strip().removeprefix(PREFIX), validate=True) or None
    except (binascii.Error, ValueError):
        return None


def signature(key: bytes, message: str, timestamp: str, body: bytes) -> str:
    """The header `webhook-signature`."""
    signed = hmac.new(key, f"{message}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(signed).decode()}"


def content(said: Notice | Page) -> bytes:
    """The body: `type`, `timestamp`, and `data`, with as many alerts or lines as fit in, and how many are left out."""
    parts: Sequence[Any] = said.items if isinstance(said, Notice) else said.lines
    shown = len(parts)
    while len(body := _body(said, shown)) >= MOST_BYTES:
        if shown == 0:
            return _body(_bare(said), 0)
        # Not one by one: each try writes all of it.
        shown = min(shown - 1, shown * MOST_BYTES // len(body))
    return body


def _body(said: Notice | Page, shown: int) -> bytes:
    if isinstance(said, Notice):
        data = _notice(said, shown)
    else:
        data = {"subject": plain(said.subject), "lines": list(said.lines[:shown]), "left_out": len(said.lines) - shown}
        data["links"] = said.links
    kind = f"alerts.{said.status}" if isinstance(said, Notice) else "message"
    return msgspec.json.encode({"type": kind, "timestamp": _written(said.at), "data": data})


def _notice(notice: Notice, shown: int) -> dict[str, Any]:
    return {
        "receiver": notice.receiver,
        "status": notice.status,
        "reason": notice.reason,
        "group_key": notice.group_key,
        "group_labels": dict(notice.labels),
        "alerts": [_alert(item) for item in notice.items[:shown]],
        "left_out": len(notice.items) - shown,
    }


def _alert(item: Item) -> Mapping[str, Any]:
    return {
        "fingerprint": item.fingerprint,
        "status": item.status,
        "severity": item.severity,
        "title": plain(item.title),
        "text": plain(item.text, 1000),
        "since": _written(item.since),
        "until": item.until and _written(item.until),
        "labels": dict(item.labels),
        "annotations": dict(item.annotations),
        "evidence": item.evidence,
        "people": item.people,
        "held": item.held,
        "links": item.links,
    }


def _bare(said: Notice | Page) -> Notice | Page:
    """What is left of a message whose very frame is too large."""
    if isinstance(said, Page):
        return replace(said, links=())
    return replace(said, labels=(), group_key=message_id(said.group_key), receiver=plain(said.receiver))


def _written(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")
