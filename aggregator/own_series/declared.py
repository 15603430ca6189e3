"""What the configuration declares, as series: which clusters and hubs there are, whose they are, who may log in, and when."""

from collections.abc import Iterator
from datetime import UTC, datetime, time

from aggregator.clusters.values import Cluster, Config, Hub
from aggregator.events.values import labels_of
from aggregator.own_series.stretches import Stretch
from aggregator.series import NAME
from aggregator.store.instants import milliseconds

CLUSTER_INFO, HUB_INFO = "crosshub_cluster_info", "crosshub_hub_info"
OPEN_WINDOW, REVIEW = "crosshub_open_window", "crosshub_policy_review_timestamp_seconds"
EXPECTED = "crosshub_expected_people"
MEANS = {
    CLUSTER_INFO: "1 for each cluster of the configuration.",
    HUB_INFO: "1 for each hub of the configuration, with its title and its access policy.",
    OPEN_WINDOW: "While a hub is declared open to all: the number of people expected then, 1 if nobody said.",
    REVIEW: "The end of the day by which a hub's access policy is to be reviewed.",
    EXPECTED: "Roughly how many people a hub's access policy is for.",
}
FIRST, LAST = 0, 2**53
UNDECLARED = "none declared"


def declared(config: Config) -> tuple[Stretch, ...]:
    """All of it; what has no dates is so at all times."""
    return tuple(stretch for cluster in config.clusters for stretch in _of_cluster(cluster))


def whose(cluster: Cluster, hub: Hub) -> dict[str, str]:
    """The labels by which a hub is known."""
    return {
        "cluster": cluster.name,
        "hub": hub.name,
        "namespace": hub.namespace or hub.name,
        "community": hub.community or cluster.community or "",
    }


def _of_cluster(cluster: Cluster) -> Iterator[Stretch]:
    own = {cluster.community} - {None}
    communities = {hub.community or cluster.community or "" for hub in cluster.hubs} | own or {""}
    for community in communities:
        yield _always(CLUSTER_INFO, {"cluster": cluster.name, "community": str(community)}, 1)
    for hub in cluster.hubs:
        yield from _of_hub(whose(cluster, hub), hub)


def _of_hub(labels: dict[str, str], hub: Hub) -> Iterator[Stretch]:
    access = hub.access
    policy = access.policy if access else UNDECLARED
    yield _always(HUB_INFO, labels | {"title": hub.title or hub.name, "policy": policy}, 1)
    if access is None:
        return
    if access.expected_people is not None:
        yield _always(EXPECTED, labels, access.expected_people)
    if access.review_by is not None:
        until = datetime.combine(access.review_by, time.max, tzinfo=UTC)
        yield _always(REVIEW, labels, until.timestamp() // 1)
    for window in access.open_windows:
        about = labels_of(labels | {NAME: OPEN_WINDOW, "reason": window.reason, "contact": window.contact or ""})
        start, end = milliseconds(window.since), milliseconds(window.end)
        yield Stretch(about, start, end, window.expected_people or 1)


def _always(name: str, labels: dict[str, str], value: float) -> Stretch:
    return Stretch(labels_of(labels | {NAME: name}), FIRST, LAST, value, lasting=True)
