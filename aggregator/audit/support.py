"""How the Prometheus of a cluster is reached, by the values of what is deployed beside its hubs."""

from dataclasses import dataclass
from pathlib import Path

from aggregator.audit.fit_names import as_address
from aggregator.audit.layouts import ClusterFile
from aggregator.audit.trees import Items, Leaf, Map, Place, at_path, map_at, merged, text_at, texts
from aggregator.audit.values_files import Read, Unseen, read_values

INGRESS = ("prometheus", "server", "ingress")
# Who asks: checked by Prometheus itself since 2026, by the ingress before.
SECRETS = ("prometheusAuthSecret", "prometheusIngressAuthSecret")


@dataclass(frozen=True, slots=True)
class Support:
    """Where a cluster's Prometheus answers, else why that is not known; a user name that stands there in the open.

    `unseen` are files that could not be read, with the reason; `certified` says that the ingress has a certificate.
    """

    address: str | None
    why_none: str
    username: str | None
    unseen: tuple[tuple[Place, str], ...]
    certified: bool


def support_of(cluster: ClusterFile) -> Support:
    """What the `support` of a cluster says; in 2021 its values stood in the file of the cluster itself."""
    reads = [read_values(file) for file in _files(cluster)]
    seen = [read.values for read in reads if isinstance(read, Read)]
    values = merged((*seen, map_at(cluster.said, ("support", "config"))))
    ingress = map_at(values, INGRESS)
    secure = _first_of_tls(ingress)
    address, why = _address(ingress, secure or next(iter(texts(at_path(ingress, ("hosts",)))), None))
    users = (text_at(values, (secret, "username")) for secret in SECRETS)
    return Support(
        address=address,
        why_none=why,
        username=next((user for user in users if user), None),
        unseen=tuple((read.at, read.why) for read in reads if isinstance(read, Unseen)),
        certified=secure is not None,
    )


def _files(cluster: ClusterFile) -> list[Path]:
    names = texts(at_path(cluster.said, ("support", "helm_chart_values_files")))
    return [cluster.file.parent / name for name in names]


def _first_of_tls(ingress: Map) -> str | None:
    tls = at_path(ingress, ("tls",))
    first = tls.items[0] if isinstance(tls, Items) and tls.items else None
    return next(iter(texts(at_path(first, ("hosts",)))), None) if first is not None else None


def _address(ingress: Map, host: str | None) -> tuple[str | None, str]:
    enabled = at_path(ingress, ("enabled",))
    if isinstance(enabled, Leaf) and enabled.value is False:
        return None, "the ingress of its Prometheus is off"
    if not host:
        return None, "no file says where its Prometheus answers"
    address = as_address(host.lower())
    return address, "" if address else "the host of its Prometheus is none"
