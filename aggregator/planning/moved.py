"""A plan made for some steps, at others: a panel asks the same again and again, only later."""

from collections.abc import Iterable

from aggregator.planning.plan import Ask, Plan, StagedAsk
from aggregator.planning.subqueries import work_of
from aggregator.promql.grids import is_symbolic, subquery_steps
from aggregator.promql.tree import Node, Subquery, walk
from aggregator.series import Steps


def holds_at_any_time(made: Plan, query: Node) -> bool:
    """Whether the plan of the query says the same at other steps, but for the steps themselves.

    Samples of other sources, and what is said of the query's own start and end, were counted out in moments.
    """
    return not made.raws and not any(map(is_symbolic, walk(query)))


def moved(made: Plan, steps: Steps) -> Plan:
    """The plan at other steps of the same kind: one moment, or a range."""

    def inside(under: Iterable[Subquery]) -> Steps:
        inner = steps
        for subquery in under:
            inner = subquery_steps(subquery, inner, closed=made.closed)
        return inner

    leaves = tuple([Ask(leaf.node, leaf.texts, inside(leaf.under), leaf.pinned, leaf.under) for leaf in made.leaves])
    staged = tuple(
        [StagedAsk(one.call, one.scalars, one.clusters, inside(one.under), one.under) for one in made.staged]
    )
    work = made.subqueries and work_of(made.tree, staged, steps, closed=made.closed)
    return Plan(made.lane, made.tree, steps, made.closed, made.exact, leaves, made.raws, staged, work)
