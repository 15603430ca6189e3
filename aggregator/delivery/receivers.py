"""Who can be sent something, by name: the receivers of the configuration, and the Slack of each community."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import timedelta

from aggregator.clusters.alerting import Alertmanager, Email, PagerDuty, Receiver, Slack, Webhook
from aggregator.clusters.reporting import Smtp
from aggregator.clusters.secrets import Secret, SecretUnreadable
from aggregator.clusters.values import Config
from aggregator.delivery.ways import Ways
from aggregator.outbox.values import Turn

COMMUNITY = "community/"
MAILS = "mail/reports"
"""The receiver of reports by mail: each of its messages says itself to whom it goes."""
# Where a word about another receiver is best put: where people read, and nobody is woken up. What is put to PagerDuty stays
# open until somebody closes it.
BEST_FOR_WORDS = (Slack, Email, Webhook, Alertmanager, PagerDuty)


def receivers(config: Config) -> dict[str, Receiver]:
    """All of them, by the names that messages carry; a community's is `community/` and its name."""
    theirs = [Receiver(f"{COMMUNITY}{each.name}", each.slack) for each in config.communities if each.slack]
    mails = [Receiver(MAILS, Email(()))] if config.smtp is not None else []
    return {each.name: each for each in (*config.receivers, *theirs, *mails)}


def is_communitys(name: str) -> bool:
    """Whether a receiver belongs to a community, so that its URL is not the operators' own."""
    return name.startswith(COMMUNITY)


def mark(receiver: Receiver) -> str | None:
    """What tells this configuration of a receiver from any other, its secrets among it; None where one is unreadable."""
    try:
        parts = [f"{each.name}={_part(getattr(receiver.via, each.name))}" for each in fields(receiver.via)]
    except SecretUnreadable:
        return None
    return hashlib.sha256("\0".join([type(receiver.via).__name__, *parts]).encode()).hexdigest()[:32]


def turn(receiver: Receiver, most: int, ways: Ways) -> Turn:
    """How many messages a receiver may be sent now, and how long it, or the server behind it, is left alone then."""
    match receiver.via:
        case Slack():
            return Turn(receiver.name, most, ways.slack_pause)
        case Email(to) if ways.smtp is not None:
            pause = timedelta(minutes=max(1, len(to)) / ways.smtp.per_minute)
            return Turn(receiver.name, most, server=mail_server(ways.smtp), server_pause=pause)
        case _:
            return Turn(receiver.name, most)


def mail_server(smtp: Smtp) -> str:
    """What a mail server is called among those that are left alone for a while; no receiver is called so."""
    return f"smtp://{smtp.host}:{smtp.port}"


def paced(receivers: Iterable[str], smtp: Smtp | None) -> frozenset[str]:
    """Everybody who is left alone for a while now and then: these receivers, and the mail server."""
    return frozenset((*receivers, *((mail_server(smtp),) if smtp is not None else ())))


def another(than: str, able: Sequence[Receiver]) -> str | None:
    """Whom to tell what could not be said to one; never that one itself, and never a community."""
    others = [each for each in able if each.name not in (than, MAILS) and not is_communitys(each.name)]
    return min(others, key=lambda each: BEST_FOR_WORDS.index(type(each.via))).name if others else None


def shown(receiver: Receiver) -> str:
    """The name of a receiver, with the last four characters of its webhook to tell it by."""
    via = receiver.via
    if not isinstance(via, Slack) or via.webhook is None:
        return receiver.name
    try:
        return f"{receiver.name} (…{via.webhook.read()[-4:]})"
    except SecretUnreadable:
        return receiver.name


def _part(value: object) -> str:
    return value.read() if isinstance(value, Secret) else repr(value)


Receivers = Mapping[str, Receiver]
