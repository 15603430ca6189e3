"""A plan in one line: what is evaluated here, and what each leaf asks."""

from dataclasses import replace

from aggregator.planning.plan import Circumstances, Plan
from aggregator.planning.planner import plan
from aggregator.planning.wording import Texts
from aggregator.promql.parse import parse
from aggregator.promql.planned import Absent, Both, Leaf, Merge, RawLeaf, Staged
from aggregator.promql.print import text_of
from aggregator.promql.tree import Matcher, Node, Planned, Selector, rebuilt
from aggregator.series import Steps

CLUSTERS = ("lisbon", "oslo", "porto")
INSTANT = Steps(600_000, 600_000, 0)
RANGE = Steps(600_000, 1_200_000, 60_000)


def planned(
    query: str, steps: Steps = INSTANT, *, exact: bool = False, closed: bool = True, elsewhere: tuple[str, ...] = ()
) -> Plan:
    """The plan of a query over the three clusters."""
    return plan(parse(query), steps, Circumstances(CLUSTERS, closed, frozenset(elsewhere)), exact=exact)


def shape(made: Plan) -> str:
    """`splice`, or the tree that is evaluated here: L0 is the first leaf, R0 the first of another source, S0 the first
    that waits for a scalar.
    """
    return "splice" if made.lane == "splice" else shape_of(made.tree)


def asks(made: Plan) -> list[str]:
    """What each leaf asks: a text if it is the same for all clusters, otherwise `cluster: text` for each."""
    return [said(leaf.texts) + (" (once)" if leaf.pinned else "") for leaf in made.leaves]


def said(asked: Texts) -> str:
    different = {text for _, text in asked}
    if len(different) == 1 and len(asked) == len(CLUSTERS):
        return different.pop()
    return "; ".join(f"{cluster}: {text}" for cluster, text in asked) or "nobody"


def shape_of(node: Node) -> str:
    match node:
        case Leaf(index):
            return f"L{index}"
        case Staged(index):
            return f"S{index}"
        case RawLeaf(index, selected):
            return f"R{index}" if isinstance(selected, Selector) else f"R{index}[]"
        case Merge(aggregate, parts):
            what = text_of(replace(aggregate, inside=Planned()))
            return f"{what} from {', '.join(map(shape_of, parts))}"
        case Absent(labels, inside):
            promised = ", ".join(f"{name}={value}" for name, value in labels)
            return f"absent({shape_of(inside)}) as {{{promised}}}"
        case Both(arms):
            return " and ".join(map(shape_of, arms))
        case _:
            return _shape_of_plain(node)


def _shape_of_plain(node: Node) -> str:
    """PromQL, in which words stand for what was planned."""
    words: dict[str, str] = {}

    def word(child: Node) -> Node:
        if not isinstance(child, Planned):
            return rebuilt(child, word)
        words[f"planned{len(words)}_"] = f"<{shape_of(child)}>"
        return Selector((Matcher("__name__", "=", f"planned{len(words) - 1}_"),))

    text = text_of(rebuilt(node, word))
    for name, meaning in words.items():
        text = text.replace(name, meaning)
    return text
