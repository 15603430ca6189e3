"""What is known of a cluster that was asked, and the words for it."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from math import isfinite

from aggregator.clusters.values import Cluster
from aggregator.errors import ClusterFailed, FailureKind

# A clock is worth a word when it is off by more than this, and by more than the answer took.
SKEW = 2.0


@dataclass(frozen=True, slots=True)
class ClusterFacts:
    """One cluster as it answered just now. `failed` says why it cannot be asked, `unseen` why not all is known of it.

    `hubs` are the namespaces that have metrics of a JupyterHub. `skew_seconds` is by how much its clock is ahead.
    """

    name: str
    failed: str | None = None
    unseen: str | None = None
    software: str = "Prometheus"
    version: str | None = None
    seconds: float = 0.0
    skew_seconds: float = 0.0
    hubs: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    carries_label: bool = False


@dataclass(frozen=True, slots=True)
class HubFacts:
    """A hub as it answered just now; with neither version nor failure it has no address."""

    version: str | None = None
    failed: str | None = None


@dataclass(frozen=True, slots=True)
class Capability:
    """Something that dashboards and reports need, and the series that show it is there. Without `needs` it is not missed."""

    name: str
    series: str
    needs: str | None = None


_KUBE = "kube-state-metrics"

CAPABILITIES = (
    Capability("groups exporter", "jupyterhub_user_group_info"),
    Capability("home directory sizes", "dirsize_total_size_bytes"),
    Capability("container metrics (cAdvisor)", "container_cpu_usage_seconds_total"),
    Capability("node exporter", "node_cpu_seconds_total"),
    Capability(_KUBE, "kube_pod_status_phase"),
    # Without these on kube-state-metrics' allow-lists most panels are empty.
    Capability("pod labels (metricLabelsAllowlist)", 'kube_pod_labels{label_app!="",label_component!=""}', _KUBE),
    Capability("node labels (metricLabelsAllowlist)", "kube_node_labels", _KUBE),
    Capability("pod annotations (metricAnnotationsAllowList)", "kube_pod_annotations", _KUBE),
)


def lacking(hubs: Collection[str], has: Collection[str]) -> tuple[str, ...]:
    """The names of what a cluster does not have, with these hubs and these capabilities."""
    missing = tuple(each.name for each in CAPABILITIES if each.name not in has and each.needs in {None, *has})
    return missing if hubs else ("JupyterHub metrics", *missing)


def software_of(application: str, version: str | None) -> str:
    """Which program answers: who does not say so is Thanos when below version 1, and Prometheus otherwise."""
    if re.fullmatch(r"[\w .-]{1,40}", application, re.ASCII):
        return application
    return "Thanos" if version is not None and version.startswith("0.") else "Prometheus"


def plain_version(text: str) -> str | None:
    """A version as it may be shown; what comes from outside could be anything."""
    return text.removeprefix("v") if re.fullmatch(r"[\w.+-]{1,40}", text, re.ASCII) else None


def skew(theirs: float, asked: float, answered: float) -> float:
    """Seconds by which a clock is ahead of ours, which said `asked` and `answered` around its answer.

    Zero when the clock may well be right: it was read at some moment between the two.
    """
    ahead = theirs - (asked + answered) / 2
    return ahead if isfinite(ahead) and abs(ahead) > max(SKEW, (answered - asked) / 2) else 0.0


def failure(cluster: Cluster, failed: ClusterFailed) -> str:
    """Why a cluster cannot be asked, with the place of the secret that it refused."""
    auth = cluster.prometheus.auth
    if failed.kind is not FailureKind.AUTH or auth is None:
        return failed.reason
    secret = getattr(auth, "password", None) or getattr(auth, "token", None)
    return failed.reason if secret is None or secret.source in failed.reason else f"{failed.reason} ({secret.source})"


def remarks(facts: ClusterFacts) -> Iterator[str]:
    """What is worth a word about a cluster that answers."""
    if facts.lacks:
        yield f"lacks: {', '.join(facts.lacks)}"
    if facts.skew_seconds:
        yield f"clock {abs(facts.skew_seconds):.0f} s {'ahead' if facts.skew_seconds > 0 else 'behind'}"
    if facts.carries_label:
        yield "some series already carry the label cluster; the name of the cluster takes its place"
    if facts.unseen is not None:
        yield f"could not look further: {facts.unseen}"
