"""The evidence put together: what was seen just now, beside what is remembered of earlier looks. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aggregator.clusters.values import Cluster, Config, Hub
from aggregator.rules.evidence import NOT_SEEN, ClusterSeen, Evidence, HubSeen, Look, Sight, Up, Watchdog, Where
from aggregator.rules.probe_rows import Key, Probe
from aggregator.rules.probes import CERTIFICATE, HEALTH, REST, Outcome, Outcomes
from aggregator.rules.scrapes import Told

PROMETHEUS = "prometheus"
UP = "up"
SERVERS = "servers"

FORGOTTEN = timedelta(days=1)
"""A hub that no configuration names, and of which nothing was seen for so long, was taken away."""

LATELY = timedelta(minutes=15)
"""So long before an outage began people count as those who had servers there."""

Probes = Mapping[Key, Probe]


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look came to: of hubs from outside, by (cluster, namespace), and what clusters told, by name."""

    at: datetime
    hubs: Mapping[Where, Outcomes]
    clusters: Mapping[str, Told]


def remembered(config: Config, before: Probes, seen: Seen) -> tuple[dict[Key, Probe], tuple[Key, ...]]:
    """What is known after a look, and the keys of what is forgotten by it."""
    known = dict(before) | {each.key: each for each in _news(before, seen)}
    named = {(cluster.name, hub.namespace) for cluster in config.clusters for hub in cluster.hubs}
    named |= {(cluster.name, "") for cluster in config.clusters}
    gone = tuple(key for key, each in known.items() if key[:2] not in named and _is_gone(each, seen))
    return {key: each for key, each in known.items() if key not in gone}, gone


def evidence(
    config: Config, known: Probes, seen: Seen, down: frozenset[Where], watchdogs: Sequence[Watchdog]
) -> Evidence:
    """Everything that is seen, of what the configuration names and of hubs that it does not."""
    clusters = tuple(_cluster(cluster, known, seen) for cluster in config.clusters)
    return Evidence(seen.at, clusters, tuple(watchdogs), down, timedelta(seconds=config.every.health))


def _is_gone(probe: Probe, seen: Seen) -> bool:
    told = seen.clusters.get(probe.cluster)
    # While a cluster is silent nobody can tell whether the hub is there; one that we do not know another replica may.
    return (told is None or not told.failed) and seen.at - probe.looked_at > FORGOTTEN


def _news(before: Probes, seen: Seen) -> Iterator[Probe]:
    for where, outcomes in seen.hubs.items():
        for kind, outcome in outcomes.items():
            yield _after(before.get((*where, kind)), (*where, kind), outcome, seen.at)
    for name, told in seen.clusters.items():
        key = (name, "", PROMETHEUS)
        answered = Outcome(Sight.FAILING if told.failed else Sight.OK, told.failed)
        yield _after(before.get(key), key, answered, seen.at)
        for namespace, number in told.up.items():
            if told.is_fresh(namespace):
                sight = Sight.OK if number else Sight.FAILING
                yield _after(before.get((name, namespace, UP)), (name, namespace, UP), Outcome(sight), seen.at)
        for namespace, number in told.servers.items():
            key = (name, namespace, SERVERS)
            yield _after(before.get(key), key, Outcome(Sight.OK, f"{number:.0f}"), seen.at)


def _after(before: Probe | None, key: Key, outcome: Outcome, now: datetime) -> Probe:
    probe = Probe(*key, outcome.sight, outcome.detail, 1, now, now, outcome.expires_at)
    if before is None:
        return probe
    # A certificate that could not be looked at ends when it did.
    probe = replace(probe, expires_at=outcome.expires_at or before.expires_at)
    if before.sight is outcome.sight:
        return replace(probe, streak=before.streak + 1, since=before.since)
    return probe


def _cluster(cluster: Cluster, known: Probes, seen: Seen) -> ClusterSeen:
    told = seen.clusters[cluster.name]
    named = [_named(cluster, hub, known, seen) for hub in cluster.hubs]
    names = {hub.namespace for hub in cluster.hubs}
    others = [
        _stranger(cluster, namespace, known, seen) for namespace in sorted(_met(cluster.name, known, told) - names)
    ]
    answered = known.get((cluster.name, "", PROMETHEUS))
    since = answered.since if answered is not None else None
    return ClusterSeen(cluster.name, (*named, *others), told.failed, since, cluster.community or "")


def _met(cluster: str, known: Iterable[Key], told: Told) -> set[str]:
    """The namespaces of which there are metrics, or were of late."""
    remembered = {namespace for where, namespace, kind in known if where == cluster and kind == UP}
    return remembered | set(told.up) | set(told.earlier)


def _named(cluster: Cluster, hub: Hub, known: Probes, seen: Seen) -> HubSeen:
    outcomes = seen.hubs.get((cluster.name, hub.namespace), {})

    def look(kind: str) -> Look:
        probe = known.get((cluster.name, hub.namespace, kind))
        if kind not in outcomes or probe is None:
            return NOT_SEEN
        return Look(probe.sight, probe.detail, outcomes[kind].asks, probe.since if probe.streak > 1 else None)

    certificate = known.get((cluster.name, hub.namespace, CERTIFICATE)) if hub.url else None
    return replace(
        _scraped(cluster, hub.namespace, known, seen),
        health=look(HEALTH),
        rest=look(REST),
        certificate=look(CERTIFICATE),
        ends=certificate.expires_at if certificate is not None else None,
        url=hub.url is not None,
        known=True,
        name=hub.name,
        title=hub.title,
        community=hub.community or cluster.community or "",
        zone=hub.timezone,
    )


def _stranger(cluster: Cluster, namespace: str, known: Probes, seen: Seen) -> HubSeen:
    return replace(_scraped(cluster, namespace, known, seen), community=cluster.community or "")


def _scraped(cluster: Cluster, namespace: str, known: Probes, seen: Seen) -> HubSeen:
    last = known.get((cluster.name, namespace, UP))
    up = _up(seen.clusters[cluster.name], namespace, seen_before=last is not None)
    since = None if last is None else {Up.DOWN: last.since, Up.VANISHED: last.looked_at}.get(up)
    servers = known.get((cluster.name, namespace, SERVERS))
    people = int(servers.detail) if servers is not None and seen.at - servers.looked_at <= LATELY else None
    return HubSeen(cluster.name, namespace, up, up_since=since, url=False, known=False, people=people)


def _up(told: Told, namespace: str, *, seen_before: bool) -> Up:
    if told.failed:
        return Up.SILENT
    if namespace in told.up and told.is_fresh(namespace):
        return Up.UP if told.up[namespace] else Up.DOWN
    if namespace in told.up:
        return Up.ABSENT
    return Up.VANISHED if seen_before or namespace in told.earlier else Up.ABSENT
