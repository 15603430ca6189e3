"""The rows of `crosshub check`: how many of what there are, how each cluster and hub is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from aggregator.clusters.facts import ClusterFacts, HubFacts, remarks
from aggregator.clusters.values import Access, Cluster, Config, Hub


@dataclass(frozen=True, slots=True)
class Row:
    """A name, its state (`ok`, `?`, `FAILS`), and what there is to say."""

    name: str
    state: str
    cells: tuple[str, ...]


def counts(config: Config) -> str:
    """`3 clusters, 4 hubs, 1 community`."""
    hubs = sum(len(cluster.hubs) for cluster in config.clusters)
    numbers = ((len(config.clusters), "cluster", "clusters"), (hubs, "hub", "hubs"))
    communities = (len(config.communities), "community", "communities")
    return ", ".join(f"{number} {one if number == 1 else many}" for number, one, many in (*numbers, communities))


def aligned(rows: Sequence[Row]) -> list[str]:
    """The cells of each row as one text, under each other. A row of one cell is a sentence, which moves no other."""
    widths = [max(map(len, cells)) for cells in zip(*(row.cells for row in rows if len(row.cells) > 1), strict=True)]
    return [
        "   ".join(cell.ljust(width) for cell, width in zip(row.cells, widths, strict=True)).rstrip()
        if len(row.cells) > 1
        else row.cells[0]
        for row in rows
    ]


def cluster_row(facts: ClusterFacts) -> Row:
    """What a cluster runs, how quickly it answers, its hubs, and what it lacks; or why it cannot be asked."""
    if facts.failed is not None:
        return Row(facts.name, "FAILS", (facts.failed,))
    hubs = f"{len(facts.hubs)} hub{'' if len(facts.hubs) == 1 else 's'}"
    answered = f"answered in {_span(facts.seconds)}"
    software = f"{facts.software} {facts.version or 'of unknown version'}"
    return Row(facts.name, "ok", (software, answered, hubs, "; ".join(remarks(facts))))


def hub_row(cluster: Cluster, hub: Hub, seen: HubFacts, around: ClusterFacts, today: date) -> Row:
    """The version of a hub, and what its policy says; the state is `?` where there is something to do."""
    name = f"{cluster.name}/{hub.name}"
    version = f"JupyterHub {seen.version}" if seen.version else ""
    words = [_policy(hub.access, today)]
    if around.failed is None and around.unseen is None and hub.namespace not in around.hubs:
        words.append(f"no JupyterHub metrics in namespace {hub.namespace}")
    if seen.failed is not None:
        return Row(name, "FAILS", (version, "; ".join([seen.failed, *words])))
    fine = hub.access is not None and len(words) == 1 and not _overdue(hub.access, today)
    return Row(name, "ok" if fine else "?", (version, "; ".join(words)))


def summary(facts: Sequence[ClusterFacts], hubs: Sequence[HubFacts]) -> str:
    """The last line."""
    failed, silent = (sum(each.failed is not None for each in found) for found in (facts, hubs))
    words = f"{'The cluster answers' if len(facts) == 1 else f'All {len(facts)} clusters answer'}."
    if failed:
        words = f"{failed} of {len(facts)} clusters cannot be asked. Answers will be partial."
    return f"{words} {silent} of {len(hubs)} hubs cannot be asked." if silent else words


def _policy(access: Access | None, today: date) -> str:
    if access is None:
        return "no access policy declared"
    if access.review_by is None:
        return f"policy {access.policy}"
    when = "its review was due on" if _overdue(access, today) else "to be reviewed by"
    return f"policy {access.policy}, {when} {access.review_by}"


def _overdue(access: Access, today: date) -> bool:
    return access.review_by is not None and access.review_by < today


def _span(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
