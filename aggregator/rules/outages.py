"""What is wrong, from everything that is seen at a moment: the alerts that are true, and those that are surely over.

An open alert that is neither is held as it was: nothing resolves because nobody could look. Pure.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from types import MappingProxyType

from aggregator.events.going_on import Judgement
from aggregator.events.values import Alert
from aggregator.rules import verdicts
from aggregator.rules.evidence import ClusterSeen, Evidence, HubSeen, Sight, Up, Watchdog
from aggregator.rules.standing import OUT, Standing, answers, is_back, is_out, is_refused, is_sure, standing
from aggregator.rules.unwatched import why_unwatched
from aggregator.rules.verdicts import LIMITS, Severity, Verdict
from aggregator.rules.watchdogs import PATIENCE

TOGETHER = 3
"""So many hubs of one cluster that are down together are one incident."""

LEFT_ALONE = 5
"""So many looks have to be missing before an alert that nobody looks for ends."""

UNMONITORED = (Up.DOWN, Up.VANISHED)

Subject = tuple[str, str, str]
"""(alertname, cluster, namespace)"""

Open = Collection[Subject]


def judged(evidence: Evidence, before: Sequence[Alert]) -> Judgement[Verdict]:
    """What is true and what is over; `before` are the alerts about outages that were not resolved."""
    if is_blind(evidence):
        return Judgement((verdicts.crosshub_blind(evidence, sure=any(map(is_refused, evidence.hubs))),))
    open_before = {_subject(alert) for alert in before if alert.is_open}
    true = (
        *(each for cluster in evidence.clusters for each in _of_cluster(cluster, open_before)),
        *(each for hub in evidence.hubs for each in _certificates(hub, evidence)),
        *(verdicts.watchdog_stopped(dog) for dog in evidence.watchdogs if _is_stopped(dog, evidence)),
    )
    still = {each.key for each in true}
    rest = [alert for alert in before if alert.key not in still]
    gone = {alert.key: why for alert in rest if (why := why_unwatched(alert, evidence))}
    # Where replicas differ in their configuration, another one may have looked for it just now.
    left = frozenset(
        alert.key
        for alert in rest
        if alert.key in gone and evidence.at - alert.looked_at <= LEFT_ALONE * evidence.interval
    )
    over = frozenset(alert.key for alert in rest if alert.key not in gone and _over(alert, evidence))
    return Judgement(true, over, {key: why for key, why in gone.items() if key not in left}, left)


def is_blind(evidence: Evidence) -> bool:
    """Whether everything fails at once. That of a single cluster cannot be told from the cluster being down.

    What is asked from outside can all fail while clusters answer: then it is our way out, unless they agree.
    """
    refused = [hub for hub in evidence.hubs if is_refused(hub)]
    if len(evidence.clusters) < 2 or any(map(answers, evidence.hubs)):
        return False
    if all(cluster.failed for cluster in evidence.clusters):
        return True
    agree = any(hub.up in UNMONITORED for hub in evidence.hubs)
    return len({hub.cluster for hub in refused}) > 1 and not agree


def _of_cluster(cluster: ClusterSeen, before: Open) -> Iterator[Verdict]:
    out = [hub for hub in cluster.hubs if is_out(hub)]
    stays = bool(out) and (verdicts.CLUSTER_DOWN, cluster.name, "") in before
    together = stays or _is_cluster_out(cluster, out)
    if together:
        sure = stays or _is_cluster_out(cluster, [hub for hub in out if is_sure(hub)])
        yield verdicts.cluster_out(cluster, out, sure=sure)
    for hub in out:
        name = _name_of(hub, before)
        # Who was told of a hub is not told anew; who was not is told of the cluster alone.
        if not together or _named(name, hub) in before:
            yield verdicts.hub_out(hub, cluster, name)
    yield from _unmonitored(cluster, before, together=together)
    for hub in cluster.hubs:
        yield from _odd(hub, cluster)


def _is_cluster_out(cluster: ClusterSeen, out: Sequence[HubSeen]) -> bool:
    """Three hubs, or all of several that are seen, or whatever can be asked while the metrics are silent too."""
    works = any(not is_out(hub) and standing(hub) is not Standing.UNSEEN for hub in cluster.hubs)
    if cluster.failed and out and not any(map(answers, cluster.hubs)):
        return True
    return len(out) >= TOGETHER or (len(out) > 1 and not works)


def _name_of(hub: HubSeen, before: Open) -> str:
    """The name that is open already, since one outage has one name."""
    if _named(verdicts.HUB_DOWN, hub) in before:
        return verdicts.HUB_DOWN
    vanished = standing(hub) is Standing.VANISHED or _named(verdicts.HUB_VANISHED, hub) in before
    return verdicts.HUB_VANISHED if vanished else verdicts.HUB_DOWN


def _unmonitored(cluster: ClusterSeen, before: Open, *, together: bool) -> Iterator[Verdict]:
    blank = [hub for hub in cluster.hubs if standing(hub) is Standing.MONITORING]
    everywhere = len(blank) > 1 and len(blank) == len(cluster.hubs)
    whole = (verdicts.MONITORING_DOWN, cluster.name, "")
    if everywhere or (cluster.failed and (not together or whole in before)):
        yield verdicts.cluster_unmonitored(cluster)
    for hub in cluster.hubs:
        was_told = _named(verdicts.MONITORING_DOWN, hub) in before
        if (hub in blank and not everywhere) or (was_told and hub.up in UNMONITORED):
            yield verdicts.hub_unmonitored(hub, cluster)


def _odd(hub: HubSeen, cluster: ClusterSeen) -> Iterator[Verdict]:
    """What nobody gets up for."""
    if standing(hub) is Standing.UNCLEAR:
        yield verdicts.hub_unclear(hub, cluster)
    if standing(hub) is Standing.UNSEEN and not cluster.failed and not hub.url:
        yield verdicts.hub_unwatched(hub, cluster)
    # Where no hubs are named at all, nobody meant to name them.
    if not hub.known and hub.up in (Up.UP, Up.DOWN) and any(each.known for each in cluster.hubs):
        yield verdicts.unknown_hub(hub, cluster)


def _certificates(hub: HubSeen, evidence: Evidence) -> Iterator[Verdict]:
    """The ticket stays when the page comes: it is as true as before."""
    for severity in LIMITS:
        if hub.certificate.sight is Sight.FAILING or _ends_within(hub, evidence, severity):
            yield verdicts.certificate_ends(hub, severity, evidence.at)


def _ends_within(hub: HubSeen, evidence: Evidence, severity: Severity) -> bool:
    return hub.ends is not None and hub.ends - evidence.at < LIMITS[severity]


def _is_stopped(dog: Watchdog, evidence: Evidence) -> bool:
    if not dog.teller:
        return not dog.fires or (dog.regular and evidence.at - dog.heard_at > PATIENCE)
    teller = evidence.cluster(dog.teller)
    if teller is None or teller.failed or not dog.regular:
        # Whoever is not heard at all tells nothing of it: that is MonitoringDown, or nobody asks any more.
        return False
    return evidence.at - max(dog.heard_at, teller.since or dog.heard_at) > PATIENCE


def _over(alert: Alert, evidence: Evidence) -> bool:
    """Whether the evidence says so."""
    if alert.name in _FLEET_OVER:
        return _FLEET_OVER[alert.name](alert, evidence)
    cluster, hub = evidence.cluster(alert.label("cluster")), evidence.hub(alert)
    assert cluster is not None  # or it would not be watched
    if hub is None:
        return _CLUSTER_OVER[alert.name](cluster, evidence)
    return _HUB_OVER[alert.name](hub, cluster, alert, evidence)


def _sees_again(_: Alert, evidence: Evidence) -> bool:
    asked = [hub for hub in evidence.hubs if hub.url]
    told = any(not cluster.failed for cluster in evidence.clusters)
    looked = all(answers(hub) or is_refused(hub) for hub in asked)
    return any(map(answers, asked)) or (told and looked)


def _is_heard(alert: Alert, evidence: Evidence) -> bool:
    """What is not stopped is heard, unless whoever tells of it is silent."""
    mine = [dog for dog in evidence.watchdogs if verdicts.watchdog_labels(dog) == alert.labels]
    tellers = [evidence.cluster(dog.teller) for dog in mine]
    silent = any(teller is not None and teller.failed for teller in tellers)
    lately = all(dog.fires and evidence.at - dog.heard_at <= PATIENCE for dog in mine)
    return lately and not silent and not any(_is_stopped(dog, evidence) for dog in mine)


def _cluster_works(cluster: ClusterSeen, evidence: Evidence) -> bool:
    """Every hub that was down is back, and so is something at all."""
    were_down = [hub for hub in cluster.hubs if hub.where in evidence.down]
    return not any(map(is_out, cluster.hubs)) and all(map(is_back, were_down)) and any(map(is_back, cluster.hubs))


def _is_valid(hub: HubSeen, alert: Alert, evidence: Evidence) -> bool:
    ends = hub.certificate.sight is Sight.OK and hub.ends is not None
    return ends and not any(_ends_within(hub, evidence, each) for each in LIMITS if each == alert.label("severity"))


def _is_blank(cluster: ClusterSeen) -> bool:
    """Whether none of several hubs is scraped."""
    return len(cluster.hubs) > 1 and all(hub.up in UNMONITORED for hub in cluster.hubs)


_FLEET_OVER: Mapping[str, Callable[[Alert, Evidence], bool]] = MappingProxyType(
    {verdicts.CROSSHUB_BLIND: _sees_again, verdicts.WATCHDOG_STOPPED: _is_heard}
)
_CLUSTER_OVER: Mapping[str, Callable[[ClusterSeen, Evidence], bool]] = MappingProxyType(
    {
        verdicts.CLUSTER_DOWN: _cluster_works,
        verdicts.MONITORING_DOWN: lambda cluster, _: not cluster.failed and not _is_blank(cluster),
    }
)
_HUB_OVER: Mapping[str, Callable[[HubSeen, ClusterSeen, Alert, Evidence], bool]] = MappingProxyType(
    {
        verdicts.HUB_DOWN: lambda hub, *_: is_back(hub),
        verdicts.HUB_VANISHED: lambda hub, *_: is_back(hub),
        verdicts.HUB_UNCLEAR: lambda hub, *_: is_back(hub) or standing(hub) in OUT,
        verdicts.HUB_UNWATCHED: lambda hub, *_: hub.url or standing(hub) is not Standing.UNSEEN,
        verdicts.MONITORING_DOWN: lambda hub, *_: hub.up is Up.UP,
        verdicts.UNKNOWN_HUB: lambda hub, *_: hub.known,
        verdicts.CERTIFICATE: lambda hub, _, alert, evidence: _is_valid(hub, alert, evidence),
    }
)


def _named(name: str, hub: HubSeen) -> Subject:
    return name, hub.cluster, hub.namespace


def _subject(alert: Alert) -> Subject:
    return alert.name, alert.label("cluster"), alert.label("namespace")
