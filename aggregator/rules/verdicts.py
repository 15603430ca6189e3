"""What can be wrong, as alerts that are true now: their names, labels, words and evidence. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal

from aggregator.events.fingerprint import fingerprint
from aggregator.events.values import SUMMARY_RESOLVED, labels_of
from aggregator.rules.evidence import SOON, VERY_SOON, ClusterSeen, Evidence, HubSeen, Watchdog, Where
from aggregator.rules.sentences import clock, in_short, many, of_cluster, of_hub
from aggregator.rules.standing import is_refused, is_sure
from aggregator.series import Labels

Severity = Literal["page", "ticket", "info"]

HUB_DOWN = "HubDown"
HUB_VANISHED = "HubVanished"
HUB_UNCLEAR = "HubUnclear"
HUB_UNWATCHED = "HubUnwatched"
CLUSTER_DOWN = "ClusterDown"
MONITORING_DOWN = "MonitoringDown"
CROSSHUB_BLIND = "CrosshubBlind"
CERTIFICATE = "CertificateExpires"
UNKNOWN_HUB = "UnknownHub"
WATCHDOG_STOPPED = "WatchdogStopped"
REPORT_MISSED = "ReportMissed"  # by whoever makes reports

NAMES = (
    HUB_DOWN,
    HUB_VANISHED,
    HUB_UNCLEAR,
    HUB_UNWATCHED,
    CLUSTER_DOWN,
    MONITORING_DOWN,
    CROSSHUB_BLIND,
    CERTIFICATE,
    UNKNOWN_HUB,
    WATCHDOG_STOPPED,
    REPORT_MISSED,
)
"""Everything that is told without a rule."""

FILE = "outages"
"""Where a rule's file stands in the key of an alert."""

MOST_NAMED = 5

LIMITS: Mapping[Severity, timedelta] = MappingProxyType({"ticket": SOON, "page": VERY_SOON})
"""So long before it ends somebody is told of a certificate."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Something that is wrong now.

    What is not `sure` has to be seen by two looks. `hubs` are those that people cannot use because of it, `people` had
    servers there.
    """

    name: str
    labels: Labels
    annotations: Labels
    evidence: tuple[str, ...]
    sure: bool
    hubs: tuple[Where, ...] = ()
    people: int | None = None

    @property
    def rule(self) -> str:
        return rule_of(self.name)

    @property
    def key(self) -> tuple[str, str]:
        return self.rule, fingerprint(self.labels)


def rule_of(name: str) -> str:
    """What tells an outage's rule from those of files."""
    return f"{FILE};{name}"


def hub_out(hub: HubSeen, cluster: ClusterSeen, name: str) -> Verdict:
    """People cannot use a hub."""
    said = f"{hub.called} is down" if name == HUB_DOWN else f"{hub.called} has vanished"
    why = "People cannot use it." if name == HUB_DOWN else "There were scrapes of it, and there are none any more."
    return Verdict(
        name,
        _of_hub(name, hub, "page" if hub.known else "ticket", scope="hub"),
        _words(hub.title, said, why, f"{hub.called} is back"),
        of_hub(hub, cluster),
        is_sure(hub),
        (hub.where,),
        hub.people,
    )


def hub_unclear(hub: HubSeen, cluster: ClusterSeen) -> Verdict:
    """What is seen of a hub does not agree, and nobody guesses."""
    said = f"What is seen of {hub.called} does not agree"
    why = "One kind of evidence says that it is down, another one that it works. Are its url and health_path right?"
    labels = _of_hub(HUB_UNCLEAR, hub, "ticket")
    words = _words(hub.title, said, why, f"What is seen of {hub.called} agrees again")
    return Verdict(HUB_UNCLEAR, labels, words, of_hub(hub, cluster), sure=False)


def hub_unwatched(hub: HubSeen, cluster: ClusterSeen) -> Verdict:
    """Nothing is seen of a hub that the configuration names."""
    said = f"Nothing is seen of {hub.called}"
    why = "It has no url, and its cluster has no metrics of it: whether it works is not known."
    labels = _of_hub(HUB_UNWATCHED, hub, "info")
    words = _words(hub.title, said, why, f"{hub.called} can be watched now")
    return Verdict(HUB_UNWATCHED, labels, words, of_hub(hub, cluster), sure=False)


def hub_unmonitored(hub: HubSeen, cluster: ClusterSeen) -> Verdict:
    """A hub works, and its metrics do not come."""
    said = f"There are no metrics of {hub.called}"
    why = "Nothing shows that it is down; alerts that need its metrics are held as they were."
    labels = _of_hub(MONITORING_DOWN, hub, "ticket")
    words = _words(hub.title, said, why, f"There are metrics of {hub.called} again")
    return Verdict(MONITORING_DOWN, labels, words, of_hub(hub, cluster), sure=False)


def cluster_unmonitored(cluster: ClusterSeen) -> Verdict:
    """A cluster's metrics do not come, and nothing shows that its hubs are down."""
    said = f"There are no metrics of cluster {cluster.name}"
    seen = [f"{hub.called}: its health page or API answers" for hub in cluster.hubs if not is_refused(hub) and hub.url]
    blank = [] if seen else ["none of its hubs can be looked at from outside: whether they work is not known"]
    why = "Nothing shows that its hubs are down; alerts that need its metrics are held as they were."
    evidence = (of_cluster(cluster), *_first(seen), *blank)
    labels = _of_cluster(MONITORING_DOWN, cluster, "ticket")
    words = _words("", said, why, f"There are metrics of cluster {cluster.name} again")
    return Verdict(MONITORING_DOWN, labels, words, evidence, sure=False)


def cluster_out(cluster: ClusterSeen, out: Sequence[HubSeen], *, sure: bool) -> Verdict:
    """Hubs of a cluster are down together: one incident."""
    count = f"{len(out)} of {many(len(cluster.hubs), 'hub')}"
    known = bool(cluster.failed) or any(hub.known for hub in out)
    people = [hub.people for hub in out if hub.people is not None]
    return Verdict(
        CLUSTER_DOWN,
        _of_cluster(CLUSTER_DOWN, cluster, "page" if known else "ticket", scope="cluster"),
        _words("", f"Cluster {cluster.name} is down", f"People cannot use {count}.", f"Cluster {cluster.name} is back"),
        (of_cluster(cluster), *_first([in_short(hub) for hub in out])),
        sure,
        tuple(hub.where for hub in out),
        sum(people) if people else None,
    )


def crosshub_blind(evidence: Evidence, *, sure: bool) -> Verdict:
    """Everything fails at once, so that it is more likely Crosshub that cannot see."""
    failed = [cluster for cluster in evidence.clusters if cluster.failed]
    refused = [hub for hub in evidence.hubs if is_refused(hub)]
    seen = [f"{len(failed)} of {many(len(evidence.clusters), 'cluster')} do not answer"] if failed else []
    seen += [f"{many(len(refused), 'hub')} fail, and none answers, when asked from here"] if refused else []
    seen += ["the clusters' Prometheus servers answer"] if not failed else []
    labels = _labels(CROSSHUB_BLIND, "page", scope="crosshub")
    why = "Whatever it looks at fails at once. All other alerts are held as they were until it sees again."
    words = _words("", "Crosshub cannot see", why, "Crosshub sees again")
    return Verdict(CROSSHUB_BLIND, labels, words, tuple(seen), sure)


def certificate_ends(hub: HubSeen, severity: Severity, at: datetime) -> Verdict:
    """A certificate ends soon, or has ended."""
    said = f"The certificate of {hub.called} has expired"
    if hub.ends is not None and hub.ends > at:
        days = (hub.ends - at).days
        said = f"The certificate of {hub.called} expires in {many(days, 'day')}"
    when = f"it ends on {hub.ends.astimezone(hub.zone):%Y-%m-%d}, {clock(hub.ends, hub.zone)}" if hub.ends else ""
    evidence = tuple(each for each in (when, hub.certificate.words) if each)
    labels = _of_hub(CERTIFICATE, hub, severity)
    why = f"Browsers refuse it from then on; nobody is paged before the last {many(VERY_SOON.days, 'day')}."
    soon = hub.ends is None or hub.ends - at < LIMITS[severity]
    over = f"The certificate of {hub.called} was renewed" if soon else f"The certificate of {hub.called} is valid again"
    return Verdict(CERTIFICATE, labels, _words(hub.title, said, why, over), evidence, sure=True)


def unknown_hub(hub: HubSeen, cluster: ClusterSeen) -> Verdict:
    """There are metrics of a hub that no configuration names."""
    said = f"No configuration names the hub {hub.called}"
    why = "Its metrics are there. Name it under its cluster's hubs, so that it is watched and somebody owns it."
    labels = _of_hub(UNKNOWN_HUB, hub, "info")
    words = _words("", said, why, f"The configuration names the hub {hub.called} now")
    return Verdict(UNKNOWN_HUB, labels, words, of_hub(hub, cluster), sure=False)


def watchdog_stopped(dog: Watchdog) -> Verdict:
    """An alert that always fires elsewhere is not heard any more."""
    where = dict(dog.labels).get("cluster", "")
    who = f"of cluster {where}" if where else f"from {dog.origin}"
    said = f"The Watchdog {who} is not heard any more"
    why = "It always fires: its Prometheus, its Alertmanager, or the way from there to here does not work."
    evidence = (f"heard for the last time on {dog.heard_at:%Y-%m-%d} at {dog.heard_at:%H:%M} UTC, from {dog.origin}",)
    words = _words("", said, why, f"The Watchdog {who} is heard again")
    return Verdict(WATCHDOG_STOPPED, watchdog_labels(dog), words, evidence, sure=True)


def watchdog_labels(dog: Watchdog) -> Labels:
    """The labels of the alert about a Watchdog that stops."""
    told = dict(dog.labels)
    named = {name: told.get(name, "") for name in ("cluster", "prometheus")}
    return labels_of({"alertname": WATCHDOG_STOPPED, "severity": "page", "kind": "meta", "origin": dog.origin} | named)


def _of_hub(name: str, hub: HubSeen, severity: Severity, scope: str = "") -> Labels:
    where = {"cluster": hub.cluster, "namespace": hub.namespace, "hub": hub.name, "community": hub.community}
    return _labels(name, severity, scope=scope, **where)


def _of_cluster(name: str, cluster: ClusterSeen, severity: Severity, scope: str = "") -> Labels:
    return _labels(name, severity, scope=scope, cluster=cluster.name, community=cluster.community)


def _labels(name: str, severity: Severity, **others: str) -> Labels:
    return labels_of({"alertname": name, "severity": severity, "kind": "outage", **others})


def _words(title: str, summary: str, description: str, over: str) -> Labels:
    """What is said while it is so, and what when it is over."""
    return labels_of({"title": title, "summary": summary, "description": description, SUMMARY_RESOLVED: over})


def _first(lines: Iterable[str]) -> tuple[str, ...]:
    """The first few lines, and how many more there are."""
    every = tuple(lines)
    more = len(every) - MOST_NAMED
    return (*every[:MOST_NAMED], f"and {more} more") if more > 0 else every
