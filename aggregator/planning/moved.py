"""A plan made for some steps, at others: a panel asks the same again and again, only later."""

from aggregator.planning.plan import Ask, Plan, StagedAsk
from aggregator.promql.grids import is_symbolic
from aggregator.promql.tree import Node, walk
from aggregator.series import Steps


def holds_at_any_time(made: Plan, query: Node) -> bool:
    """Whether the plan of the query says the same at other steps, but for the steps themselves.

    Subqueries that are evaluated here, samples of other sources, and what is said of the query's own start and end were
    counted out in moments.
    """
    return not made.raws and made.subqueries is None and not any(map(is_symbolic, walk(query)))


def moved(made: Plan, steps: Steps) -> Plan:
    """The plan at other steps of the same kind: one moment, or a range."""
    leaves = tuple([Ask(leaf.node, leaf.texts, steps, leaf.pinned) for leaf in made.leaves])
    staged = tuple([StagedAsk(stage.call, stage.scalars, stage.clusters, steps) for stage in made.staged])
    return Plan(made.lane, made.tree, steps, made.closed, made.exact, leaves, made.raws, staged)
