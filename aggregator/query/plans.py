"""Plans that were made before: what is asked was asked a minute ago, by the same panel."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

from aggregator.planning.moved import holds_at_any_time, moved
from aggregator.planning.plan import Plan
from aggregator.promql.functions import Version
from aggregator.promql.tree import Node
from aggregator.series import Steps

MOST = 512
# Longer texts are no panel's, and would fill the memory.
LONGEST = 4096

Key = tuple[str, bool, bool]


@dataclass(slots=True)
class Plans:
    """The last of them, for as long as the clusters keep their versions, which plans depend on."""

    _versions: Mapping[str, Version] = field(default_factory=dict)
    _kept: OrderedDict[Key, Plan] = field(default_factory=OrderedDict)

    def find(self, text: str, steps: Steps, versions: Mapping[str, Version], *, exact: bool) -> Plan | None:
        """The plan for the query at the steps, if one for other steps of this kind is kept."""
        if versions != self._versions:
            self._versions = dict(versions)
            self._kept.clear()
        key = (text, steps.is_instant, exact)
        kept = self._kept.get(key)
        if kept is None:
            return None
        self._kept.move_to_end(key)
        return moved(kept, steps)

    def keep(self, text: str, tree: Node, made: Plan, versions: Mapping[str, Version]) -> None:
        """Keeps a plan made for the tree of the text, if it holds at other steps and `versions` are those of now."""
        if len(text) > LONGEST or versions != self._versions or not holds_at_any_time(made, tree):
            return
        self._kept[text, made.steps.is_instant, made.exact] = made
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)
