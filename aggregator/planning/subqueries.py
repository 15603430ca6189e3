"""How much work the subqueries are that are evaluated here."""

from collections.abc import Iterator, Sequence

from aggregator.planning.plan import StagedAsk, Work
from aggregator.promql.grids import subquery_steps
from aggregator.promql.tree import Node, Subquery, children, walk
from aggregator.series import Steps


def work_of(tree: Node, staged: Sequence[StagedAsk], steps: Steps, *, closed: bool) -> Work | None:
    """What the subqueries cost of a tree that is evaluated at these steps, and of stages; None where there are none."""
    here = [(tree, steps), *((node, stage.steps) for stage in staged for _, node in stage.scalars)]
    each = [work for node, at in here for work in _works(node, at, closed=closed)]
    return Work(sum(one.looks for one in each), sum(one.samples for one in each)) if each else None


def _works(node: Node, steps: Steps, *, closed: bool) -> Iterator[Work]:
    if isinstance(node, Subquery):
        inner = subquery_steps(node, steps, closed=closed)
        samples = min(inner.count, node.range // inner.step + 1)
        yield Work(steps.count * samples + inner.count * _size(node.inside), samples)
        steps = inner
    for child in children(node):
        yield from _works(child, steps, closed=closed)


def _size(node: Node) -> int:
    return sum(1 for _ in walk(node))
