"""Deliveries for tests: real ones, to servers on the loopback."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx

from aggregator.clusters.alerting import Alertmanager, Email, PagerDuty, Receiver, Slack, Webhook
from aggregator.clusters.reporting import Smtp
from aggregator.clusters.secrets import Secret
from aggregator.delivery.job import Delivery
from aggregator.delivery.ways import Ways
from aggregator.store.database import Database
from tests.fakes.slack import TOKEN
from tests.outbox.notices import NOW

Via = Slack | Email | PagerDuty | Webhook | Alertmanager

LIST_URL = "https://crosshub.example.org/alerts"
WHSEC = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
# Only its last four characters may ever be seen.
PATH = "/services/T0HUNTER2/B0/hunter2-9f3c"
KEY = "R0HUNTER2"


def secret(text: str) -> Secret:
    return Secret("secrets/it", lambda: text)


def via(kind: str, url: str) -> Via:
    """A receiver of each kind, whose messages go to a server."""
    kinds: Mapping[str, Via] = {
        "slack": Slack(webhook=secret(f"{url}{PATH}")),
        "bot": Slack(bot_token=secret(TOKEN), channel="#hubs"),
        "pagerduty": PagerDuty(secret(KEY)),
        "webhook": Webhook(f"{url}/hook", secret(WHSEC)),
        "alertmanager": Alertmanager((url,)),
        "email": Email(("ana@example.org",)),
    }
    return kinds[kind]


def receiver(kind: str, url: str, name: str = "oncall") -> Receiver:
    return Receiver(name, via(kind, url))


def smtp(url: str, **settings: Any) -> Smtp:
    """The mail server at a URL."""
    return Smtp("Crosshub <crosshub@example.org>", port=httpx.URL(url).port or 0, host="127.0.0.1", **settings)


@asynccontextmanager
async def delivering(
    database: Database, *receivers: Receiver, url: str = "", owner: str = "here", **changes: Any
) -> AsyncIterator[Delivery]:
    """A delivery to these; `url` is where Slack's API, PagerDuty and the mail server are. `changes` are of its ways."""
    async with httpx.AsyncClient(trust_env=False, verify=False) as http:
        ways = Ways(
            http=http,
            public_http=http,
            now=lambda: NOW,
            list_url=LIST_URL,
            smtp=smtp(url, per_minute=6_000_000) if url else None,
            slack_pause=timedelta(0),
            slack_api=f"{url}/api",
            pagerduty=f"{url}/v2/enqueue",
        )
        told: list[tuple[str, str]] = []
        yield Delivery(
            database,
            {each.name: each for each in receivers},
            replace(ways, **changes),
            owner,
            draw=lambda: 0.0,
            tell=lambda name, outcome: told.append((name, outcome)),
        )
