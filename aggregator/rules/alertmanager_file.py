"""Receivers, routes and inhibition as a configuration of Alertmanager, as far as it can say the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aggregator.clusters.alerting import Alertmanager, Email, PagerDuty, Receiver, Route, Slack, Webhook
from aggregator.clusters.conditions import Condition
from aggregator.clusters.reporting import Smtp
from aggregator.clusters.secrets import Secret
from aggregator.clusters.values import Config
from aggregator.promql.print import quoted
from aggregator.rules.writing import length

SLACK_BOT = "https://slack.com/api/chat.postMessage"

Form = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Written:
    """The configuration, and a sentence for each thing that it does not say."""

    content: Form
    left_out: tuple[str, ...]


def alertmanager_config(config: Config) -> Written:
    """What a cluster's own Alertmanager would do with the alerts of exported rules."""
    receivers = {receiver.name: receiver for receiver in config.receivers}
    told = dict.fromkeys((route.receivers, route.send_resolved) for route in config.routes)
    content: Form = {}
    if config.smtp is not None:
        content["global"] = _smtp(config.smtp)
    content["route"] = _tree(config.routes)
    if config.inhibit:
        content["inhibit_rules"] = [
            {
                "source_matchers": list(map(matcher, each.source)),
                "target_matchers": list(map(matcher, each.target)),
                "equal": list(each.equal),
            }
            for each in config.inhibit
        ]
    content["receivers"] = [
        _together(_name(*key), [receivers[name] for name in key[0]], send_resolved=key[1], mail=config.smtp is not None)
        for key in told
    ] or [{"name": "nobody"}]
    return Written(content, tuple(_not_said(config)))


def matcher(condition: Condition) -> str:
    """A condition as Alertmanager reads it."""
    return f"{condition.name}{condition.op}{quoted(condition.value)}"


def _tree(routes: tuple[Route, ...]) -> Form:
    """The last route takes what no other took, so it is the root."""
    if not routes:
        return {"receiver": "nobody"}
    *others, last = routes
    children = [{**_route(route), "matchers": list(map(matcher, route.match))} for route in others]
    return _route(last) | ({"routes": children} if children else {})


def _route(route: Route) -> Form:
    pauses = ("group_wait", "group_interval", "repeat_interval")
    return {
        "receiver": _name(route.receivers, route.send_resolved),
        "group_by": list(route.group_by),
        **{pause: length(timedelta(seconds=getattr(route, pause))) for pause in pauses},
    }


def _name(receivers: tuple[str, ...], send_resolved: bool) -> str:  # noqa: FBT001 - it is half of a key
    return (" and ".join(receivers) or "nobody") + ("" if send_resolved else ", not when resolved")


def _together(name: str, receivers: list[Receiver], *, send_resolved: bool, mail: bool) -> Form:
    """One receiver for several: a route of Alertmanager names only one."""
    written: Form = {"name": name}
    for receiver in receivers:
        for key, entries in _ways(receiver, mail=mail):
            written.setdefault(key, []).extend({**entry, "send_resolved": send_resolved} for entry in entries)
    return written


def _ways(receiver: Receiver, *, mail: bool) -> Iterator[tuple[str, list[Form]]]:
    match receiver.via:
        case Slack(webhook=Secret() as webhook):
            yield "slack_configs", [{"api_url_file": _file(webhook)}]
        case Slack(bot_token=Secret() as token, channel=channel):
            bearer = {"authorization": {"credentials_file": _file(token)}}
            yield "slack_configs", [{"api_url": SLACK_BOT, "channel": channel, "http_config": bearer}]
        case PagerDuty(key):
            yield "pagerduty_configs", [{"routing_key_file": _file(key)}]
        case Webhook(url):
            yield "webhook_configs", [{"url": url}]
        case Email(to) if mail:
            yield "email_configs", [{"to": address} for address in to]


def _smtp(smtp: Smtp) -> Form:
    written: Form = {
        "smtp_smarthost": f"{smtp.host}:{smtp.port}",
        "smtp_from": smtp.sender,
        "smtp_require_tls": smtp.tls == "starttls",
    }
    if smtp.username:
        written["smtp_auth_username"] = smtp.username
    if smtp.password is not None:
        written["smtp_auth_password_file"] = _file(smtp.password)
    return written


def _file(secret: Secret) -> str:
    """Where Alertmanager finds it; what is a variable here has to be a file there."""
    return secret.source.removeprefix("$") if secret.source.startswith("$") else secret.source


def _not_said(config: Config) -> Iterator[str]:
    for receiver in config.receivers:
        match receiver.via:
            case Alertmanager():
                yield f"receiver {receiver.name}: Prometheus itself sends to it; name it under `alerting` of prometheus.yml"
            case Webhook(secret=Secret()):
                yield f"receiver {receiver.name}: Alertmanager does not sign what it sends, and sends another form"
            case Email() if config.smtp is None:
                yield f"receiver {receiver.name}: there is no `smtp`"
    for community in config.communities:
        if community.slack is not None:
            yield f"community {community.name}: its Slack is told of its own hubs by Crosshub only"
    for window in config.maintenance:
        yield f"maintenance {window.reason or 'without a reason'}: make a silence of it, with `amtool silence add`"
    secrets = dict.fromkeys(secret.source for secret in _secrets(config))
    if secrets:
        names = ", ".join(secrets)
        yield f"secrets: put {names} where the Alertmanager reads them, as files relative to its configuration"
    if not config.routes:
        yield "routes: there are none, so everything goes to nobody"


def _secrets(config: Config) -> Iterator[Secret]:
    for receiver in config.receivers:
        match receiver.via:
            case Slack(webhook=Secret() as secret) | Slack(bot_token=Secret() as secret) | PagerDuty(secret):
                yield secret
    if config.smtp is not None and config.smtp.password is not None:
        yield config.smtp.password
