"""What every channel is handed: the clients it goes out by, and the figures it keeps to."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx

from aggregator.clusters.reporting import Smtp
from aggregator.delivery.names import Open
from aggregator.outbox.letter import Letter
from aggregator.outbox.notice import Notice, Page
from aggregator.outbox.values import Leased

SLACK_API = "https://slack.com/api"
PAGERDUTY = "https://events.pagerduty.com/v2/enqueue"


@dataclass(frozen=True, slots=True)
class Ways:
    """How messages go out. `public_http` reaches public addresses only; `list_url` is the page of all alerts.

    `open_names` reads names that were sealed, for operators. `letter_of` finds a finished mail by its id. `resend` is how often an Alertmanager is told again of what is open, `deadline` how many seconds one try has.
    """

    http: httpx.AsyncClient = field(repr=False)
    public_http: httpx.AsyncClient = field(repr=False)
    now: Callable[[], datetime]
    list_url: str
    smtp: Smtp | None = None
    deadline: float = 20.0
    resend: timedelta = timedelta(minutes=1)
    slack_pause: timedelta = timedelta(seconds=1)
    slack_api: str = SLACK_API
    pagerduty: str = PAGERDUTY
    open_names: Open | None = field(default=None, repr=False)
    letter_of: Callable[[str], Awaitable[Letter | None]] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message on its way: as it is kept, and what it says."""

    held: Leased
    said: Notice | Page
    http: httpx.AsyncClient = field(repr=False)
