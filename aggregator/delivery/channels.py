"""Which channel a receiver's messages go by, and how what is kept of a message is read."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from aggregator.clusters.alerting import Alertmanager, Email, PagerDuty, Receiver, Slack, Webhook
from aggregator.clusters.secrets import SecretUnreadable
from aggregator.delivery import alertmanager, letters, mail, pagerduty, slack, webhook
from aggregator.delivery.names import for_reader
from aggregator.delivery.receivers import is_communitys
from aggregator.delivery.verdicts import Later, Verdict
from aggregator.delivery.ways import Outgoing, Ways
from aggregator.outbox.letter import addressed_in
from aggregator.outbox.notice import Notice, Page, notice_in, page_in
from aggregator.outbox.values import Kind, Leased

CHANNELS: Mapping[type, Callable[[Any, Outgoing, Ways], Awaitable[Verdict]]] = {
    Slack: slack.send,
    Email: mail.send,
    PagerDuty: pagerduty.send,
    Webhook: webhook.send,
    Alertmanager: alertmanager.send,
}


def _as_page(body: str) -> Page:
    """What is said about a report, not what it says."""
    addressed = addressed_in(body)
    return Page(f"{addressed.subject} (to {addressed.to})", (), addressed.at)


READERS: Mapping[Kind, Callable[[str], Notice | Page]] = {"notice": notice_in, "page": page_in, "report": _as_page}


def said_in(kind: Kind, body: str) -> Notice | Page:
    """What a message says, as it was written."""
    return READERS[kind](body)


async def send(receiver: Receiver, held: Leased, ways: Ways) -> Verdict:
    """What sending a message came to."""
    if held.kind == "report":
        return await letters.send(addressed_in(held.body), held, ways)
    theirs = is_communitys(receiver.name)
    said = for_reader(said_in(held.kind, held.body), None if theirs else ways.open_names)
    said = replace(said, may_be_repeat=held.may_be_repeat)
    http = ways.public_http if theirs else ways.http
    try:
        return await CHANNELS[type(receiver.via)](receiver.via, Outgoing(held, said, http), ways)
    except SecretUnreadable as error:
        return Later(str(error))
