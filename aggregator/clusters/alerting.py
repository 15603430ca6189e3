"""What the configuration says about whom alerts reach; a schema as `values.py` is."""

from dataclasses import dataclass
from typing import Annotated

from aggregator.clusters.forms import Key, MayBeEmpty, OneOf
from aggregator.clusters.kinds import Address, Cron, Moment, Name, Pause, Seconds, Url, Where
from aggregator.clusters.secrets import Secret


@dataclass(frozen=True, slots=True)
class Slack:
    """A webhook, or a bot (which can edit its message in place) and its channel."""

    webhook: Secret | None = None
    bot_token: Secret | None = None
    channel: Name | None = None


@dataclass(frozen=True, slots=True)
class PagerDuty:
    routing_key: Secret


@dataclass(frozen=True, slots=True)
class Webhook:
    """Signed as Standard Webhooks when there is a secret."""

    url: Url
    secret: Secret | None = None


@dataclass(frozen=True, slots=True)
class Email:
    to: tuple[Address, ...]


@dataclass(frozen=True, slots=True)
class Alertmanager:
    urls: tuple[Url, ...]


@dataclass(frozen=True, slots=True)
class Receiver:
    """A name, and the one way in which messages for it go out."""

    name: Name
    via: Annotated[
        Slack | PagerDuty | Webhook | Email | Alertmanager,
        OneOf(
            {"slack": Slack, "pagerduty": PagerDuty, "webhook": Webhook, "email": Email, "alertmanager": Alertmanager}
        ),
    ]


@dataclass(frozen=True, slots=True)
class Route:
    """To whom alerts go that fulfil every condition, and how they are put together; without receivers, to nobody."""

    receivers: Annotated[tuple[Name, ...], MayBeEmpty()]
    match: tuple[Where, ...] = ()
    group_by: tuple[Name, ...] = ("alertname", "cluster")
    group_wait: Pause = 30.0
    group_interval: Seconds = 300.0
    repeat_interval: Seconds = 4 * 3600.0
    send_resolved: bool = True


@dataclass(frozen=True, slots=True)
class Inhibit:
    """While a source fires, the targets that agree with it on `equal` are silent."""

    source: tuple[Where, ...]
    target: tuple[Where, ...]
    equal: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True)
class Maintenance:
    """A declared time of silence."""

    match: tuple[Where, ...]
    since: Annotated[Moment, Key("from")]
    until: Moment
    reason: str = ""
    owner: Address | None = None


@dataclass(frozen=True, slots=True)
class Digest:
    """When open and lately resolved alerts are summed up, and for whom."""

    cron: Cron
    receivers: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """A dead man's switch: a URL asked each cycle of rules; it is a secret."""

    url: Secret
