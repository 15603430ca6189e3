"""How much work the subqueries are that are evaluated here."""

from collections.abc import Iterator, Sequence

import msgspec

from aggregator.promql.grids import subquery_steps
from aggregator.promql.tree import Node, Subquery, children
from aggregator.series import Steps

# Some functions go through all windows sample by sample, and each such turn costs as much as so many looks.
_TURN = 300


class Work(msgspec.Struct, frozen=True):
    """`looks`: how often samples of one series are looked at, at most, window after window. `turns`: how many samples
    the windows hold, those of one subquery above the other.
    """

    looks: int
    turns: int

    def for_series(self, many: int) -> int:
        """The work for so many series, in looks."""
        return self.looks * many + self.turns * _TURN


def work_of(trees: Sequence[Node], steps: Steps, *, closed: bool) -> Work | None:
    """What the subqueries of trees cost at these steps; None where there are none."""
    each = [work for tree in trees for work in _works(tree, steps, closed=closed)]
    return Work(sum(one.looks for one in each), sum(one.turns for one in each)) if each else None


def _works(node: Node, steps: Steps, *, closed: bool) -> Iterator[Work]:
    if isinstance(node, Subquery):
        inner = subquery_steps(node, steps, closed=closed)
        samples = min(inner.count, node.range // inner.step + 1)
        yield Work(steps.count * samples, samples)
        steps = inner
    for child in children(node):
        yield from _works(child, steps, closed=closed)
