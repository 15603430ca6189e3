"""An expression for one cluster, rewritten for many: edited where it has to be, and otherwise as it was written.

The tree says what is to change, and the text that comes out is parsed again and has to give that tree.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aggregator.errors import BadExpression
from aggregator.grafana.across import Changes, Nature, Side, across, is_of_buckets, nature, same
from aggregator.grafana.anchors import Anchor, Call, anchors
from aggregator.grafana.stand_ins import Edit, Masked, masked
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
    """The variable that chooses clusters, and the variables that name metrics, and that hold what may be a query.

    `is_new`: the dashboard has no variable that chooses clusters yet.
    """

    variable: str = CLUSTER
    metrics: frozenset[str] = frozenset()
    queries: frozenset[str] = frozenset()
    is_new: bool = False

    @property
    def matcher(self) -> Matcher:
        return Matcher(CLUSTER, "=~", f"${self.variable}")


def rewritten(text: str, terms: Terms, *, whole: bool = False) -> Rewritten:
    """The expression for many clusters. `whole`: buckets are added across clusters, as one heat map."""
    read = _read(text, terms.metrics)
    if isinstance(read, str):
        return Rewritten(text, troubles=(read,), was_read=False)
    shown, tree = read
    # A scalar that stands in brackets of its own, say, stays one.
    tried = _tried(shown, tree, terms, whole=whole, scalars=True) or _tried(shown, tree, terms, whole=whole)
    if tried is None:
        return Rewritten(text, troubles=(UNSURE,), was_read=False)
    written, changes = tried
    kind = Nature.TOTAL if whole and is_of_buckets(tree) else nature(tree)
    held = [HELD.format(name) for name in sorted(shown.numbers & terms.queries)]
    return Rewritten(written, tuple(_counted(changes)), tuple(dict.fromkeys([*changes.troubles, *held])), kind)


def _tried(
    shown: Masked, tree: Node, terms: Terms, *, whole: bool, scalars: bool = False
) -> tuple[str, Changes] | None:
    """The text as edited, where it gives the tree that is wanted."""
    wanted, changes = across(tree, terms.matcher, whole=whole, scalars=scalars)
    edits = _edits(shown.text, changes, terms)
    if edits is None:
        return None
    written, to_parse = shown.edited(edits)
    return (written, changes) if _gives(to_parse, wanted) else None


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


def _edits(text: str, changes: Changes, terms: Terms) -> list[Edit] | None:
    """What is put in where; None where text and tree do not tell of the same parts."""
    places = anchors(text)
    matcher = f'{CLUSTER}=~"{terms.matcher.value}"'
    pairs: tuple[tuple[Sequence[Anchor], Sequence[bool], str], ...] = (
        (places.selectors, changes.selectors, matcher),
        (places.aggregations, changes.aggregations, CLUSTER),
        (places.matchings, changes.matchings, CLUSTER),
    )
    scalars = list(_of_scalars(places.scalars, changes.scalars))
    told = [(found, wanted) for found, wanted, _ in pairs] + [(places.scalars, changes.scalars)]
    if None in scalars or any(len(found) != len(wanted) for found, wanted in told):
        return None
    inserted = [
        anchor.edit(text)
        for found, wanted, text in pairs
        for anchor, changes_it in zip(found, wanted, strict=True)
        if changes_it
    ]
    return inserted + [each for each in scalars if each is not None]


def _of_scalars(calls: Sequence[Call], sides: Sequence[Side | None]) -> Iterator[Edit | None]:
    """The word goes, and the operator gets a matching; None where the operator is not beside the call."""
    for call, side in zip(calls, sides, strict=False):
        if side is None:
            continue
        at = call.before if side is Side.RIGHT else call.behind
        space = " " if at == call.start else ""
        yield None if at is None else Edit(at, at, f" on ({CLUSTER}) {side} (){space}")
        yield Edit(call.start, call.end, "")


_WORDS = (("selectors", "selector"), ("aggregations", "grouping"), ("matchings", "matching"), ("scalars", "scalar"))


def _counted(changes: Changes) -> list[str]:
    counts = [(sum(map(bool, getattr(changes, name))), word) for name, word in _WORDS]
    return [f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts if count]
