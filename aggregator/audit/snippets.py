"""`hub.extraConfig`: Python that may change who may log in, and that nobody reads here but for assignments."""

import re
from dataclasses import dataclass

from aggregator.audit.deployments import HUB
from aggregator.audit.trees import Leaf, Map, Place, map_at

SETS = re.compile(
    r"^[ \t]*c\.(JupyterHub\.authenticator_class|\w*Authenticator\.\w+)\s*(?:=|\|=|\+=|\.\w+\()", re.MULTILINE
)
CLASS = re.compile(r"^[ \t]*c\.JupyterHub\.authenticator_class\s*=\s*(?:['\"]([\w.:-]+)['\"]|([\w.]+))", re.MULTILINE)
ADMITS = re.compile(r"\.(allow|whitelist|blocked|open_signup|username_pattern|hosted_domain)|whitelist$|_idps$")


@dataclass(frozen=True, slots=True)
class Snippets:
    """What Python sets: settings by their names, a class if it is set at the top level, and where the first stands."""

    names: tuple[str, ...] = ()
    chosen: str | None = None
    at: Place | None = None

    @property
    def admits(self) -> bool:
        """Whether some of it says who may log in."""
        return any(ADMITS.search(name) for name in self.names)


def snippets_in(chart: Map) -> Snippets:
    """What the snippets of a hub assign."""
    texts = [
        (leaf.at, leaf.value)
        for leaf in map_at(chart, (*HUB, "extraConfig")).entries.values()
        if isinstance(leaf, Leaf) and isinstance(leaf.value, str)
    ]
    names = tuple(dict.fromkeys(name for _, text in texts for name in SETS.findall(text)))
    chosen = [quoted or bare for _, text in texts for quoted, bare in CLASS.findall(text)]
    return Snippets(names, chosen[-1] if chosen else None, next((at for at, text in texts if SETS.search(text)), None))
