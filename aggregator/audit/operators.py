"""The people who run the hubs of such a tree: lists of their own, added to the admins of every hub."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from aggregator.audit.layouts import ClusterFile
from aggregator.audit.read_hub import HubRead
from aggregator.audit.trees import Leaf, Map, at_path, map_at, text_at, texts
from aggregator.audit.values_files import Read, read_values

OWN = ("custom", "2i2c")
# Under this name servers are started to see whether a hub works.
CHECKER = "deployment-service-check"
# In 2021: `<staff_github_ids>` in a list of users, and the list itself in a file beside the clusters.
STANDS_FOR = re.compile(r"<staff_(\w+)>")
FILE = "staff.yaml"


@dataclass(frozen=True, slots=True)
class Operators:
    """The lists by the names under which hubs ask for them."""

    lists: Mapping[str, tuple[str, ...]]

    def instead_of_stand_ins(self, names: Iterable[str]) -> tuple[str, ...]:
        """Names, each stand-in replaced by those it stands for, each once."""
        return tuple(dict.fromkeys(each for name in names for each in self._behind(name)))

    def unresolved(self, names: Iterable[str]) -> tuple[str, ...]:
        """The stand-ins for which there is no list."""
        return tuple(name for name in dict.fromkeys(names) if not self._behind(name))

    def _behind(self, name: str) -> tuple[str, ...]:
        found = STANDS_FOR.fullmatch(name)
        return self.lists.get(found[1], ()) if found else (name,)


def added_to(hub: HubRead) -> tuple[str, ...] | None:
    """Those whom a hub of today gets as admins, by its values; None where it gets none."""
    own = map_at(hub.chart, OWN)
    wanted = at_path(own, ("add_staff_user_ids_to_admin_users",))
    if not isinstance(wanted, Leaf) or wanted.value is not True:
        return None
    return texts(at_path(own, (f"staff_{text_at(own, ('add_staff_user_ids_of_type',)) or ''}_ids",)))


def operators_beside(cluster: ClusterFile) -> Operators:
    """What stands in the file beside a cluster's, if there is one."""
    read = read_values(cluster.file.parent / FILE)
    return Operators(dict(_lists(read.values)) if isinstance(read, Read) else {})


def _lists(said: Map) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name, names in map_at(said, ("staff",)).entries.items():
        yield name, texts(names)
