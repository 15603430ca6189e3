"""A query becomes a plan: subtrees that clusters can compute become leaves, rule by rule for every kind of node."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from aggregator.errors import BadExpression
from aggregator.planning.elsewhere import is_only_elsewhere, may_be_elsewhere
from aggregator.planning.pinned import is_pinned
from aggregator.planning.places import Place, places
from aggregator.planning.plan import Ask, Circumstances, Plan, RawAsk, StagedAsk
from aggregator.planning.splits import SPLITS
from aggregator.planning.subqueries import work_of
from aggregator.planning.wording import texts
from aggregator.promql.functions import FUNCTIONS
from aggregator.promql.grids import first_and_last, resolved, subquery_steps
from aggregator.promql.planned import Absent, Both, Leaf, Merge, RawLeaf, Staged
from aggregator.promql.print import text_of
from aggregator.promql.tree import Aggregate, Call, Node, Range, Selector, Subquery, rebuilt
from aggregator.series import NAME, Labels, Steps


def plan(query: Node, steps: Steps, around: Circumstances, *, exact: bool = False) -> Plan:
    """How the query is answered at the steps.

    `exact` leaves to the clusters only what is done series by series: partial sums may differ in their last bits, and
    which of equal series topk takes depends on their order.
    """
    root = resolved(query, steps)
    elsewhere = may_be_elsewhere(around.names_elsewhere, around.labels_elsewhere)
    planner = _Planner(around, exact, places(root, elsewhere, one_by_one=exact))
    if planner.is_local(root):
        planner.ask(root, steps)
        return Plan("splice", root, steps, around.closed, exact, tuple(planner.leaves))
    tree = planner.planned(root, steps)
    asks = tuple(planner.leaves), tuple(planner.raws), tuple(planner.staged)
    subqueries = work_of(tree, planner.staged, steps, closed=around.closed)
    return Plan("evaluate", tree, steps, around.closed, exact, *asks, subqueries)


@dataclass(slots=True)
class _Planner:
    """Collects what is to be asked while the tree is rewritten from its root."""

    around: Circumstances
    exact: bool
    where: dict[int, Place]
    leaves: list[Ask] = field(default_factory=list)
    raws: list[RawAsk] = field(default_factory=list)
    staged: list[StagedAsk] = field(default_factory=list)
    made: list[Node] = field(default_factory=list)
    under: tuple[Subquery, ...] = ()

    def planned(self, node: Node, steps: Steps) -> Node:
        """What stands in the place of the node in the tree that is evaluated here."""
        place = self.where[id(node)]
        if place is Place.ANYWHERE:
            return node
        if place is Place.CLUSTERS:
            return self.ask(node, steps)
        if place is Place.ELSEWHERE:
            return self.ask_elsewhere(node, steps)
        rule = _RULES.get(type(node))
        return self.below(node, steps) if rule is None else rule(self, node, steps)

    def below(self, node: Node, steps: Steps) -> Node:
        """The node itself, evaluated here, over what is planned for its children."""
        return rebuilt(node, lambda child: self.planned(child, steps))

    def ask(self, node: Node, steps: Steps) -> Leaf:
        once = not steps.is_instant and is_pinned(node)
        self.leaves.append(Ask(node, texts(node, self.around.clusters), steps, once, self.under))
        return Leaf(len(self.leaves) - 1)

    def ask_elsewhere(self, node: Node, steps: Steps) -> RawLeaf:
        assert isinstance(node, Selector | Range)
        selector = node.selector if isinstance(node, Range) else node
        first, last = (moment - selector.offset for moment in first_and_last(selector.at, steps))
        self.raws.append(RawAsk(selector, first, last, node.range if isinstance(node, Range) else None))
        return RawLeaf(len(self.raws) - 1, node)

    def placed(self, node: Node, place: Place) -> Node:
        """A node made while planning, with its place; it is kept, since places are known by `id`."""
        self.made.append(node)
        self.where[id(node)] = place
        return node

    def is_local(self, node: Node) -> bool:
        return self.where[id(node)] is Place.CLUSTERS

    def is_constant(self, node: Node | None) -> bool:
        return node is None or self.where[id(node)] is Place.ANYWHERE


def _aggregate(planner: _Planner, node: Aggregate, steps: Steps) -> Node:
    """Each cluster aggregates its own series, where the parts can be put together here."""
    if planner.is_local(node.inside) and planner.is_constant(node.parameter):
        parts = SPLITS[node.operator](node) if node.operator in SPLITS else ()
        if parts and not planner.exact:
            return Merge(node, tuple(planner.ask(part, steps) for part in parts))
    return planner.below(node, steps)


def _call(planner: _Planner, node: Call, steps: Steps) -> Node:
    if node.function in ("absent", "absent_over_time"):
        return _absent(planner, node, steps)
    if FUNCTIONS[node.function].over_ranges:
        return _over_range(planner, node, steps)
    if node.function == "timestamp" and isinstance(node.arguments[0], Selector):
        return _timestamp(planner, node, node.arguments[0], steps)
    return planner.below(node, steps)


def _absent(planner: _Planner, node: Call, steps: Steps) -> Node:
    """Of the clusters only whether there is anything is asked, by `group`."""
    (argument,) = node.arguments
    inside = argument
    if node.function == "absent_over_time":
        # present_over_time would drop the names, and let series collide.
        inside = planner.placed(Call("last_over_time", (argument,)), planner.where[id(argument)])
    if not planner.is_local(inside):
        return Absent(_promised(argument), planner.planned(inside, steps))
    group = Aggregate("group", inside)
    return Absent(_promised(argument), Merge(group, (planner.ask(group, steps),)))


def _promised(node: Node) -> Labels:
    """The labels that `absent` answers with: of equality matchers, less the labels that are matched twice.

    Source: `createLabelsForAbsentFunction` in Prometheus' promql/functions.go.
    """
    selector = node.selector if isinstance(node, Range) else node
    if not isinstance(selector, Selector):
        return ()
    labels: dict[str, str] = {}
    seen: set[str] = set()
    for matcher in selector.matchers:
        if matcher.op == "=" and matcher.name not in seen and matcher.name != NAME:
            labels[matcher.name] = matcher.value
            seen.add(matcher.name)
        else:
            labels.pop(matcher.name, None)
    return tuple(sorted((name, value) for name, value in labels.items() if value))


def _over_range(planner: _Planner, node: Call, steps: Steps) -> Node:
    """A function over samples: of the clusters, once its scalars are known; of a subquery or elsewhere, here."""
    position = next(i for i, argument in enumerate(node.arguments) if isinstance(argument, Range | Subquery))
    argument = node.arguments[position]
    if planner.is_local(argument):
        return _staged(planner, node, position, steps)
    if isinstance(argument, Subquery):
        return planner.below(node, steps)
    assert isinstance(argument, Range)
    arms = []
    for part in _sources(planner, argument):
        call = replace(node, arguments=_with(node.arguments, position, part))
        arms.append(_staged(planner, call, position, steps) if planner.is_local(part) else planner.below(call, steps))
    return _together(arms)


def _staged(planner: _Planner, node: Call, position: int, steps: Steps) -> Node:
    scalars = tuple(
        (i, planner.planned(argument, steps))
        for i, argument in enumerate(node.arguments)
        if i != position and not planner.is_constant(argument)
    )
    if not scalars:
        return planner.ask(node, steps)
    asked = tuple(cluster for cluster, _ in texts(node.arguments[position], planner.around.clusters))
    planner.staged.append(StagedAsk(node, scalars, asked, steps, planner.under))
    return Staged(len(planner.staged) - 1)


def _timestamp(planner: _Planner, node: Call, selector: Selector, steps: Steps) -> Node:
    """Asked of each source by itself: what has come back lies on the steps, and tells no longer of its samples."""
    arms = []
    for part in _sources(planner, selector):
        call = replace(node, arguments=(part,))
        arms.append(planner.ask(call, steps) if planner.is_local(part) else planner.below(call, steps))
    return _together(arms)


def _subquery(planner: _Planner, node: Subquery, steps: Steps) -> Node:
    inner = subquery_steps(node, steps, closed=planner.around.closed)
    above, planner.under = planner.under, (*planner.under, node)
    inside = planner.planned(node.inside, inner)
    planner.under = above
    return replace(node, inside=inside)


def _selector(planner: _Planner, node: Selector, steps: Steps) -> Node:
    return _together([planner.planned(part, steps) for part in _sources(planner, node)])


def _range(planner: _Planner, node: Range, steps: Steps) -> Node:
    sources = _sources(planner, node)
    if len(sources) > 1:
        raise BadExpression(
            f"{text_of(node)}: samples of clusters and of rollups cannot be listed together; name one metric"
        )
    return planner.planned(sources[0], steps)


def _sources(planner: _Planner, node: Any) -> tuple[Any, ...]:
    """The selector or range once for each kind of source that it asks: another one, and the clusters."""
    selector = node.selector if isinstance(node, Range) else node
    elsewhere = planner.placed(replace(node), Place.ELSEWHERE)
    if is_only_elsewhere(selector, planner.around.names_elsewhere):
        return (elsewhere,)
    return (elsewhere, planner.placed(replace(node), Place.CLUSTERS))


def _together(arms: list[Node]) -> Node:
    return arms[0] if len(arms) == 1 else Both(tuple(arms))


def _with(arguments: tuple[Node, ...], position: int, argument: Node) -> tuple[Node, ...]:
    return (*arguments[:position], argument, *arguments[position + 1 :])


_RULES: dict[type, Callable[[_Planner, Any, Steps], Node]] = {
    Aggregate: _aggregate,
    Call: _call,
    Subquery: _subquery,
    Selector: _selector,
    Range: _range,
}
