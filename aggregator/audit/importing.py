"""A tree of clusters as what a configuration says of them: how each is reached, its hubs, and policies suggested."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from aggregator.audit.audit import judged
from aggregator.audit.fit_names import as_address, as_title, fits
from aggregator.audit.gaps import gaps_of_cluster, gaps_of_hub, gaps_of_names
from aggregator.audit.layouts import ClusterFile, Listed
from aggregator.audit.operators import Operators, operators_beside
from aggregator.audit.proposal import Proposal, proposed
from aggregator.audit.read_hub import Given, HubRead
from aggregator.audit.support import support_of
from aggregator.audit.trees import Items, Map, at_path, text_at, texts
from aggregator.audit.values_files import Read, read_values
from aggregator.clusters.faults import quoted
from aggregator.clusters.file_names import file_name

INGRESS_HOSTS = ("ingress", "hosts")
HOMEPAGE_NAME = ("custom", "homepage", "templateVars", "org", "name")


@dataclass(frozen=True, slots=True)
class ImportedHub:
    """A hub of the configuration; `unknown` are whole sentences about what no file says of it."""

    name: str
    title: str
    address: str | None
    proposal: Proposal
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportedCluster:
    """A cluster of the configuration. One without an address says in `why_none` why."""

    name: str
    address: str | None
    why_none: str
    username: str | None
    password_file: str
    shared: bool
    hubs: tuple[ImportedHub, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Imported:
    """All clusters in the order of the tree, and what had to be left out, in whole sentences."""

    clusters: tuple[ImportedCluster, ...]
    left_out: tuple[str, ...]


def imported(clusters: Iterable[ClusterFile]) -> Imported:
    """What a configuration says of a tree."""
    done: dict[str, ImportedCluster] = {}
    left_out: list[str] = []
    for cluster in clusters:
        if why := _unfit(cluster.name, done):
            left_out.append(f"{cluster.file}: the cluster {quoted(cluster.name)} {why}; it is left out.")
            continue
        done[cluster.name] = _cluster(cluster, tuple(done.values()))
        left_out += _hubs_left_out(cluster)
    return Imported(tuple(done.values()), tuple(left_out))


def _cluster(cluster: ClusterFile, before: tuple[ImportedCluster, ...]) -> ImportedCluster:
    support, operators = support_of(cluster), operators_beside(cluster)
    twin = next((other.name for other in before if other.address and other.address == support.address), None)
    hubs = tuple(_hub(cluster, listed, operators) for listed in _fitting(cluster))
    return ImportedCluster(
        name=cluster.name,
        address=support.address if twin is None else None,
        why_none=support.why_none if twin is None else f"its Prometheus has the address of that of {twin}",
        username=support.username if support.username and fits(support.username) else None,
        password_file=_password_file(cluster.name, {other.password_file for other in before}),
        shared=text_at(cluster.said, ("tenancy",)) == "shared",
        hubs=hubs,
        unknown=tuple(gaps_of_cluster(cluster, support)),
    )


def _hub(cluster: ClusterFile, listed: Listed, operators: Operators) -> ImportedHub:
    hub, who = judged(listed.deployment, Given())
    title = text_at(listed.entry, ("display_name",)) or text_at(hub.chart, HOMEPAGE_NAME) or ""
    address, unknown = _address(cluster.file.parent, listed.entry, hub)
    return ImportedHub(
        name=listed.deployment.hub,
        title=as_title(title),
        address=address,
        proposal=proposed(hub, who, operators),
        unknown=(*unknown, *gaps_of_hub(listed.entry, hub), *gaps_of_names(hub, who, operators)),
    )


def _fitting(cluster: ClusterFile) -> Iterator[Listed]:
    seen: set[str] = set()
    for listed in cluster.hubs:
        if not _unfit(listed.deployment.hub, seen):
            seen.add(listed.deployment.hub)
            yield listed


def _hubs_left_out(cluster: ClusterFile) -> Iterator[str]:
    entries = cluster.said.entries.get("hubs")
    for entry in entries.items if isinstance(entries, Items) else ():
        if not isinstance(entry, Map):
            yield f"{entry.at}: this entry of the hubs of {cluster.name} is no hub; it is left out."
    seen: set[str] = set()
    for listed in cluster.hubs:
        name = listed.deployment.hub
        if why := _unfit(name, seen):
            yield f"{listed.deployment.at}: the hub {quoted(name)} of {cluster.name} {why}; it is left out."
        seen.add(name)


def _unfit(name: str, seen: Iterable[str]) -> str:
    if not name:
        return "has no name"
    if not fits(name):
        return "has a name that no configuration takes"
    return "is there twice" if name in seen else ""


def _password_file(cluster: str, taken: set[str]) -> str:
    plain = f"secrets/{file_name(cluster)}"
    names = (f"{plain}{number}.password" for number in ("", *(f"-{count}" for count in range(2, len(taken) + 3))))
    return next(name for name in names if name not in taken)


def _address(folder: Path, entry: Map, hub: HubRead) -> tuple[str | None, tuple[str, ...]]:
    """Where the hub answers: its own ingress says it better than its domain, and another file better than both."""
    if override := text_at(entry, ("domain_override_file",)):
        read = read_values(folder / override)
        host = text_at(read.values, ("domain",)) if isinstance(read, Read) else None
        if host is None:
            return None, (f"Its address stands in {override}, which could not be read.",)
    else:
        host = next(iter(texts(at_path(hub.chart, INGRESS_HOSTS))), None) or text_at(entry, ("domain",))
    if not host:
        return None, ("No file says where it answers.",)
    address = as_address(host)
    return address, () if address else ("Its domain is none.",)
