"""What the Prometheus of a cluster tells of all its hubs: accounts, logins, refusals, servers.

For successful logins see `alerts/logins.yaml`: no metric of them alone is the same in all versions of JupyterHub.
"""

import math
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from aggregator.access.evidence import Measured, Server, Unseen
from aggregator.access.growth import DAYS, Span, grew, grown, is_in, share_of
from aggregator.errors import ClusterFailed
from aggregator.federation.question import Answered, Fleet, Question, Reply
from aggregator.query.wire import reader

USER = "annotation_hub_jupyter_org_username"
PATIENCE = 25.0
LATEST = 4e9
"""Seconds since 1970; what is later is no moment that anybody means."""

_USERS = "jupyterhub_total_users"
_REQUESTS = "jupyterhub_request_duration_seconds_count"
# Authenticators with pages of their own, as nativeauthenticator, have a handler of this name in a module of their own.
_FORM = f'{_REQUESTS}{{handler=~".*[.]LoginHandler",method="POST",code="302"}}'
_OAUTH = f'{_REQUESTS}{{handler=~".*OAuthCallbackHandler",code="302"}}'
_DENIED = f'{_REQUESTS}{{handler=~".*OAuthCallbackHandler",code="403"}}'
_PODS = 'pod=~"jupyter-.*"'
_CPU = f'container_cpu_usage_seconds_total{{{_PODS},container!="",container!="POD"}}'


def _made(series: str, hours: int = 1) -> str:
    """What a counter counted of late; one that was born since then has no earlier value to be compared with.

    Where nobody counted then, in a gap of Prometheus or before the hub was asked, nothing was born: all of it may be from
    before, unless the hub itself is younger.
    """
    counted = f"{_USERS} offset {hours}h or (process_start_time_seconds > time() - {hours * 3600})"
    born = f"({series} unless {series} offset {hours}h) and on (namespace, instance) ({counted})"
    return f"({born}) or increase({series}[{hours}h])"


def _kube(what: str) -> str:
    return f'sum by (namespace, pod) (kube_pod_container_resource_{what}{{resource="cpu",{_PODS}}})'


QUERIES: Mapping[str, str] = {
    "accounts": f"max by (namespace) (jupyterhub_total_users)[{DAYS + 1}d:1h]",
    "now": "max by (namespace) (jupyterhub_total_users)",
    "logins": f"sum by (namespace) ({_made(_FORM)} or {_made(_OAUTH)})",
    "denied_before": f"sum by (namespace) (increase({_DENIED}[7d] offset 1d))",
    "denied_now": f"sum by (namespace) ({_made(_DENIED, 24)})",
    "let_in_now": f"sum by (namespace) (increase({_OAUTH}[1d]))",
    "whose": f'max by (namespace, pod, {USER}) (last_over_time(kube_pod_annotations{{{_PODS},{USER}!=""}}[1h]))',
    "since": f"max by (namespace, pod) (last_over_time(kube_pod_created{{{_PODS}}}[1h]))",
    "cpu": (
        f"avg_over_time((sum by (namespace, pod) (rate({_CPU}[5m])))[30m:5m])"
        f" / on (namespace, pod) ({_kube('limits')} or clamp_min({_kube('requests')}, 1)) > 0.5"
    ),
}


class _Series(msgspec.Struct):
    metric: dict[str, str]
    value: tuple[float, str] | None = None
    values: list[tuple[float, str]] = msgspec.field(default_factory=list)


class _Result(msgspec.Struct):
    result: list[_Series]


_read = reader(_Result)
_Answers = Mapping[str, Sequence[_Series]]


async def measured_by_all(
    fleet: Fleet, clusters: Sequence[str], now: datetime
) -> dict[str, Mapping[str, Measured] | Unseen]:
    """What each cluster tells of its hubs, by namespace; a hub of which it tells nothing has no entry."""
    moment = f"{now.timestamp():.3f}"
    questions = [
        Question(cluster, "query", (("query", text), ("time", moment)), _read)
        for cluster in clusters
        for text in QUERIES.values()
    ]
    replies = await fleet.ask(questions, time.monotonic() + PATIENCE) if questions else ()
    width = len(QUERIES)
    return {
        cluster: _told(replies[first * width : (first + 1) * width], now.timestamp())
        for first, cluster in enumerate(clusters)
    }


def _told(replies: Sequence[Reply[_Result]], now: float) -> Mapping[str, Measured] | Unseen:
    """A cluster that does not answer one of the questions has told nothing: half of what it knows misleads."""
    answers: dict[str, Sequence[_Series]] = {}
    for name, reply in zip(QUERIES, replies, strict=True):
        match reply:
            case Answered(value=found):
                answers[name] = found.result
            case ClusterFailed():
                return Unseen(f"the cluster's Prometheus: {reply.reason}")
            case _:
                return Unseen(f"the cluster's Prometheus refused a question: {reply.error}")
    return {namespace: _measured(ours, now) for namespace, ours in _by_namespace(answers).items()}


def _by_namespace(answers: _Answers) -> Mapping[str, dict[str, list[_Series]]]:
    """The answers apart; each has all of them, if only without series."""
    found: dict[str, dict[str, list[_Series]]] = {}
    for name, series in answers.items():
        for one in series:
            if namespace := one.metric.get("namespace", ""):
                found.setdefault(namespace, {each: [] for each in QUERIES})[name].append(one)
    return found


def _measured(ours: _Answers, now: float) -> Measured:
    counts = {name: _number(ours[name]) for name in ("now", "logins", "denied_before", "denied_now", "let_in_now")}
    points = [(at, float(text)) for one in ours["accounts"] for at, text in one.values]
    if counts["now"] is not None:
        points.append((now, float(counts["now"])))
    points = [point for point in points if math.isfinite(point[1])]
    spans = grew(points)
    return Measured(
        accounts=counts["now"],
        grown=grown(points, now),
        growing=share_of(spans, points),
        servers=_servers(ours, spans),
        logins=counts["logins"],
        denied_before=counts["denied_before"],
        denied_now=counts["denied_now"],
        let_in_now=counts["let_in_now"],
    )


def _servers(ours: _Answers, grew: Sequence[Span]) -> tuple[Server, ...]:
    began = {
        one.metric["pod"]: value for one in ours["since"] if (value := _value(one)) is not None and 0 <= value < LATEST
    }
    cpu = {one.metric["pod"]: value for one in ours["cpu"] if (value := _value(one)) is not None}
    whose = {one.metric["pod"]: one.metric[USER].lower() for one in ours["whose"]}
    return tuple(
        Server(whose.get(pod, ""), _moment(began.get(pod)), cpu.get(pod), pod in began and is_in(grew, began[pod]))
        for pod in sorted({*whose, *began, *cpu})
    )


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _number(series: Sequence[_Series]) -> int | None:
    values = [value for one in series if (value := _value(one)) is not None]
    return round(values[0]) if values else None


def _value(one: _Series) -> float | None:
    found = float(one.value[1]) if one.value else math.nan
    return found if math.isfinite(found) else None
