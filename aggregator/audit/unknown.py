"""What an import could not know, in short sentences: of everything, of a cluster, of a hub."""

from collections.abc import Iterator

from aggregator.audit.importing import Imported, ImportedCluster, ImportedHub
from aggregator.audit.wording import joined, many, sentence

OF_ALL = (
    "No file says in which zone a hub is: UTC stands in its place.",
    "No file says who owns a policy, and when it is to be reviewed.",
    "No file says to whom a hub belongs, and where to write to them.",
)


def unknown(imported: Imported) -> Iterator[str]:
    """One sentence a line, with the cluster or the hub in front."""
    yield from OF_ALL
    yield from imported.left_out
    for cluster in imported.clusters:
        yield from (f"{cluster.name}: {words}" for words in _of_cluster(cluster))
        yield from _of_hubs(cluster)


def counted(imported: Imported) -> str:
    """`2 clusters, 7 hubs, 6 policies to be looked at`."""
    hubs = [hub for cluster in imported.clusters for hub in cluster.hubs]
    number = sum(hub.proposal.declared for hub in hubs)
    policies = "1 policy" if number == 1 else f"{number} policies"
    return f"{many(len(imported.clusters), 'cluster')}, {many(len(hubs), 'hub')}, {policies} to be looked at"


def _of_cluster(cluster: ImportedCluster) -> Iterator[str]:
    if cluster.address is None:
        yield f"{sentence(cluster.why_none)}, so it is commented out."
    if cluster.shared:
        yield "It is shared, and no file says which hub is whose."
    if not cluster.hubs:
        yield "It has no hubs."
    yield from cluster.unknown


def _of_hubs(cluster: ImportedCluster) -> Iterator[str]:
    """What is the same for several hubs is said once."""
    by_words: dict[str, list[str]] = {}
    for hub in cluster.hubs:
        for words in (*hub.unknown, *_of_policy(hub)):
            by_words.setdefault(words, []).append(hub.name)
    for words, names in by_words.items():
        several = "all hubs" if len(names) == len(cluster.hubs) else joined(names)
        yield f"{cluster.name}/{names[0]}: {words}" if len(names) == 1 else f"{cluster.name}, {several}: {words}"


def _of_policy(hub: ImportedHub) -> Iterator[str]:
    proposal = hub.proposal
    if proposal.policy is None:
        yield "It is not known who may log in, so no policy is suggested."
    elif not proposal.declared:
        yield "Its policy is commented out until somebody owns it."
    if proposal.policy in {"closed", "org", "institution"} and not proposal.complete:
        yield "No file names all who may log in, so there are no identities."
