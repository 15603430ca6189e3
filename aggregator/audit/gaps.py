"""What the files of a tree do not say, so that an import cannot know it: whole sentences about a cluster or a hub."""

from collections.abc import Iterator
from pathlib import Path

from aggregator.audit.admission import Who
from aggregator.audit.fit_names import as_title, fits
from aggregator.audit.layouts import ClusterFile
from aggregator.audit.operators import Operators, added_to
from aggregator.audit.read_hub import HubRead
from aggregator.audit.support import Support
from aggregator.audit.trees import Map, Place, text_at
from aggregator.audit.wording import joined
from aggregator.clusters.faults import quoted


def gaps_of_cluster(cluster: ClusterFile, support: Support) -> Iterator[str]:
    """Of a cluster, and the files of its hubs that were not seen."""
    if support.address and support.username is None:
        yield "User and password of its Prometheus stand in no file that can be read."
    if support.address and not support.certified:
        yield "The ingress of its Prometheus names no certificate; https is a guess."
    unseen = (*support.unseen, *(each for hub in cluster.hubs for each in hub.deployment.unseen))
    for reason in dict.fromkeys(why for _, why in unseen):
        files = tuple(dict.fromkeys(_within(at, cluster.file.parent) for at, why in unseen if why == reason))
        yield f"Not seen, as {'it' if len(files) == 1 else 'each'} {reason}: {joined(files)}."


def _within(at: Place, folder: Path) -> str:
    """The file as the tree names it."""
    return str(Path(at.file).relative_to(folder)) if Path(at.file).is_relative_to(folder) else at.file


def gaps_of_hub(entry: Map, hub: HubRead) -> Iterator[str]:
    """Of a hub as it is listed, and as its files deploy it."""
    if hub.snippets.names:
        yield f"hub.extraConfig sets {joined(hub.snippets.names)} in Python, which was not read."
    if (status := text_at(entry, ("uptime_check", "expected_status"))) and status != "200":
        yield f"Its health page is meant to answer {as_title(status)}, which Crosshub takes for failing."
    if added_to(hub) == ():
        yield "Staff are added to its admins, and no list of them was found."


def gaps_of_names(hub: HubRead, who: Who, operators: Operators) -> Iterator[str]:
    """Of the names of its people."""
    names = (*who.members, *hub.settings.texts("admin_users"))
    for name in operators.unresolved(names):
        yield f"It names {name}, and no list of them was found."
    if strange := tuple(dict.fromkeys(name for name in names if not fits(name))):
        yield f"{joined([quoted(name) for name in strange])} can be no user's name, and is left out."
