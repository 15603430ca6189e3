"""An expression for one cluster, rewritten for many: edited where it has to be, and otherwise as it was written.

The tree says what is to change, and the text that comes out is parsed again and has to give that tree.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from aggregator.errors import BadExpression
from aggregator.grafana.across import Edits, Nature, across, is_of_buckets, nature, same
from aggregator.grafana.anchors import Anchor, anchors
from aggregator.grafana.stand_ins import Masked, masked
from aggregator.promql.parse import parse
from aggregator.promql.tree import Matcher, Node
from aggregator.series import CLUSTER

UNSURE = "its places could not be found in the text; it is as it was"

HELD = "what the variable ${} holds was not looked into: if it is a part of a query, rewrite it by hand"


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The text for many clusters. `changes` counts what was changed, in words; `troubles` is what could not be.

    `nature` is whose the values are; `was_read` is false for what is no PromQL, whose text is as it was.
    """

    text: str
    changes: tuple[str, ...] = ()
    troubles: tuple[str, ...] = ()
    nature: Nature = Nature.NOBODYS
    was_read: bool = True


@dataclass(frozen=True, slots=True)
class Terms:
    """The variable that chooses clusters, and the variables that name metrics, and that hold what may be a query."""

    variable: str = CLUSTER
    metrics: frozenset[str] = frozenset()
    queries: frozenset[str] = frozenset()

    @property
    def matcher(self) -> Matcher:
        return Matcher(CLUSTER, "=~", f"${self.variable}")


def rewritten(text: str, terms: Terms, *, whole: bool = False) -> Rewritten:
    """The expression for many clusters. `whole`: buckets are added across clusters, as one heat map."""
    read = _read(text, terms.metrics)
    if isinstance(read, str):
        return Rewritten(text, troubles=(read,), was_read=False)
    shown, tree = read
    wanted, edits = across(tree, terms.matcher, whole=whole)
    insertions = _insertions(shown.text, edits, terms)
    if insertions is None:
        return Rewritten(text, troubles=(UNSURE,), was_read=False)
    written, to_parse = shown.with_inserted(insertions)
    if not _gives(to_parse, wanted):
        return Rewritten(text, troubles=(UNSURE,), was_read=False)
    kind = Nature.TOTAL if whole and is_of_buckets(tree) else nature(tree)
    held = [HELD.format(name) for name in sorted(shown.numbers & terms.queries)]
    return Rewritten(written, tuple(_counted(edits)), tuple(dict.fromkeys([*edits.troubles, *held])), kind)


def _read(text: str, metrics: frozenset[str]) -> tuple[Masked, Node] | str:
    """The expression with something in the place of its variables, and its tree; or why it cannot be read."""
    words = ""
    for shown in masked(text, metrics):
        try:
            return shown, parse(shown.text)
        except BadExpression as error:
            words = words or str(error)
    return f"is no PromQL that can be read: {words}"


def _gives(text: str, wanted: Node) -> bool:
    try:
        return same(parse(text), wanted)
    except BadExpression:
        return False


def _insertions(text: str, edits: Edits, terms: Terms) -> list[tuple[int, str]] | None:
    """What is put in where; None where text and tree do not tell of the same parts."""
    places = anchors(text)
    matcher = f'{CLUSTER}=~"{terms.matcher.value}"'
    pairs: tuple[tuple[Sequence[Anchor], Sequence[bool], str], ...] = (
        (places.selectors, edits.selectors, matcher),
        (places.aggregations, edits.aggregations, CLUSTER),
        (places.matchings, edits.matchings, CLUSTER),
    )
    if any(len(found) != len(wanted) for found, wanted, _ in pairs):
        return None
    return [
        anchor.insertion(text)
        for found, wanted, text in pairs
        for anchor, changes in zip(found, wanted, strict=True)
        if changes
    ]


_WORDS = (("selectors", "selector"), ("aggregations", "grouping"), ("matchings", "matching"))


def _counted(edits: Edits) -> list[str]:
    counts = [(sum(getattr(edits, name)), word) for name, word in _WORDS]
    return [f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts if count]
