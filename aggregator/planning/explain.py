"""A plan in words: what goes to which cluster, and what is done here."""

from dataclasses import dataclass, replace
from typing import Any

from aggregator.planning.plan import Ask, Plan, StagedAsk
from aggregator.planning.wording import Texts, texts
from aggregator.promql.planned import Absent, Both, Leaf, Merge, RawLeaf, Staged
from aggregator.promql.print import text_of
from aggregator.promql.tree import Call, Node, Number, Planned, String, children, rebuilt, walk

_COLUMN = 55
_FROM = {
    "avg": "sums and counts",
    "count": "counts",
    "count_values": "counts",
    "stddev": "counts, means and variances",
    "stdvar": "counts, means and variances",
    "sum": "sums",
    "min": "minima",
    "max": "maxima",
    "group": "groups",
    "topk": "the best of each",
    "bottomk": "the least of each",
}


@dataclass(frozen=True, slots=True)
class Explained:
    """One place of a plan: what it computes, where, what clusters are asked for it, and what it is computed from."""

    what: str
    where: str
    asks: tuple[tuple[tuple[str, ...], str], ...] = ()
    below: tuple["Explained", ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The same as a JSON value."""
        asks = [{"clusters": list(clusters), "query": query} for clusters, query in self.asks]
        below = [part.as_json() for part in self.below]
        return (
            {"what": self.what, "where": self.where}
            | ({"asks": asks} if asks else {})
            | ({"of": below} if below else {})
        )


def explained(plan: Plan) -> Explained:
    """The plan as a tree of places."""
    tree = Leaf(0) if plan.lane == "splice" else plan.tree
    return _Explainer(plan).explain(tree)


def explanation(plan: Plan, clusters: int) -> str:
    """The plan as lines of text; `clusters` is how many there are in all."""
    lines = _lines(explained(plan), clusters)
    return "\n".join([*lines, f"lane: {plan.lane}" + (", without partial sums" if plan.exact else "")])


@dataclass(frozen=True, slots=True)
class _Explainer:
    plan: Plan

    def explain(self, node: Node) -> Explained:
        match node:
            case Leaf(index):
                leaf = self.plan.leaves[index]
                return Explained(text_of(leaf.node), f"clusters, {self._requests(leaf)}", _asks(leaf.texts))
            case Staged(index):
                return self._staged(self.plan.staged[index])
            case RawLeaf():
                return Explained(text_of(node.node), "kept here")
            case Merge():
                asked = tuple(self.explain(part) for part in node.parts)
                title = text_of(replace(node.aggregate, inside=Planned()))
                return Explained(title, f"here, from {_FROM[node.aggregate.operator]}", below=asked)
            case Absent(inside=inside):
                return Explained("absent(…)", "here", below=(self.explain(inside),))
            case Both():
                return Explained("… and …", "here", below=tuple(map(self.explain, node.arms)))
            case _:
                return self._here(node)

    def _requests(self, leaf: Ask) -> str:
        """How the leaf is asked: leaves of one moment travel together, many steps in several requests."""
        stretches = leaf.stretches()
        once = ", once for all steps" if leaf.pinned else ""
        if len(stretches) == 1 and stretches[0].is_instant:
            together = [other for other in self.plan.leaves if other.stretches() == stretches]
            if len(together) > 1:
                return f"in one request with the other parts{once}"
        count = "one request" if len(stretches) == 1 else f"{len(stretches)} requests"
        return f"{count} each{once}"

    def _staged(self, stage: StagedAsk) -> Explained:
        unknown = dict(stage.scalars)
        arguments = tuple(Planned() if i in unknown else a for i, a in enumerate(stage.call.arguments))
        asked = _asks(texts(Call(stage.call.function, arguments), stage.clusters))
        below = tuple(self.explain(scalar) for _, scalar in stage.scalars)
        return Explained(
            text_of(Call(stage.call.function, arguments)), "clusters, one request each, once … is known", asked, below
        )

    def _here(self, node: Node) -> Explained:
        if not any(isinstance(part, Planned) for part in walk(node)):
            return Explained(text_of(node), "here")
        title = text_of(rebuilt(node, lambda child: child if isinstance(child, Number | String) else Planned()))
        below = (child for child in children(node) if not isinstance(child, Number | String))
        return Explained(title, "here", below=tuple(map(self.explain, below)))


def _asks(asked: Texts) -> tuple[tuple[tuple[str, ...], str], ...]:
    """Clusters that are asked the same, together."""
    by_text: dict[str, list[str]] = {}
    for cluster, text in asked:
        by_text.setdefault(text, []).append(cluster)
    return tuple((tuple(clusters), text) for text, clusters in by_text.items())


def _lines(place: Explained, clusters: int, indent: str = "", branch: str = "") -> list[str]:
    below = indent + ("  " if branch else "")
    if not place.where.startswith("clusters"):
        lines = [f"{indent}{branch}{place.what}".ljust(_COLUMN - 1) + f" {place.where}"]
    else:
        lines = _cluster_lines(place, clusters, indent, branch)
    for part in place.below:
        lines += _lines(part, clusters, below, "└ " if part is place.below[-1] else "├ ")
    return lines


def _cluster_lines(place: Explained, clusters: int, indent: str, branch: str) -> list[str]:
    requests = place.where.removeprefix("clusters, ")
    if not place.asks:
        return [f"{indent}{branch}no cluster: {place.what}"]
    if len(place.asks) == 1:
        ((asked, text),) = place.asks
        names = f" ({', '.join(asked)})" if len(asked) < clusters and len(asked) <= 3 else ""
        head = f"{indent}{branch}{len(asked)} of {clusters} clusters{names}, {requests}:"
        return [head, f"{indent}  {text}" if branch else f"  {text}"]
    asked_in_all = sum(len(asked) for asked, _ in place.asks)
    head = f"{indent}{branch}{asked_in_all} of {clusters} clusters, {requests}:"
    return [head, *(f"{indent}  {', '.join(asked)}: {text}" for asked, text in place.asks)]
