"""Which moments an expression is evaluated at: `start()` and `end()` resolved, and the grid of a subquery."""

from dataclasses import replace

from aggregator.errors import CannotExecute
from aggregator.promql.tree import At, Call, Node, Number, Selector, Subquery, rebuilt, walk
from aggregator.series import Steps

MOST_STEPS = 1_000_000
"""The most moments at which the inside of a subquery is evaluated. (Prometheus counts samples, of which a million steps of
fifty series are the most.)
"""

DEFAULT_SUBQUERY_STEP = 60_000
"""Prometheus' default evaluation interval, which an unwritten step of a subquery stands for."""


def subquery_steps(subquery: Subquery, steps: Steps, *, closed: bool) -> Steps:
    """The moments at which the inside of a subquery is evaluated, for all steps of the query around it together.

    They are the multiples of the subquery's step, counted from 1970, from the start of the first window to the end of
    the last one. `closed`: a window holds its own left end (Prometheus 2.x).
    Source: `evaluator.eval` for `*parser.SubqueryExpr` in Prometheus' promql/engine.go.
    """
    step = subquery.step or DEFAULT_SUBQUERY_STEP
    first, last = first_and_last(subquery.at, steps)
    earliest = first - subquery.offset - subquery.range
    start = -(-earliest // step) * step
    if start == earliest and not closed:
        start += step
    end = last - subquery.offset
    if end < start:
        return Steps(start, start - step, step)
    if (end - start) // step >= MOST_STEPS:
        raise CannotExecute("query processing would load too many samples into memory in query execution")
    return Steps(start, end, step)


def first_and_last(at: At | None, steps: Steps) -> tuple[int, int]:
    """The first and the last moment, or twice the one that `@` names."""
    if at is None:
        return steps.start, steps.end
    assert isinstance(at.when, int), "start() and end() are resolved before planning"
    return at.when, at.when


def resolved(node: Node, steps: Steps) -> Node:
    """The tree with what it says of the query's own start, end and step written as numbers and instants, so that a part
    can be asked on another grid.
    """
    return _resolved(node, steps) if any(map(is_symbolic, walk(node))) else node


def is_symbolic(node: Node) -> bool:
    """Whether the node itself speaks of the query's own start, end or step."""
    match node:
        case Selector(at=At(when=str())) | Subquery(at=At(when=str())):
            return True
        case Call("start" | "end" | "range" | "step"):
            return True
        case _:
            return False


def _instant(at: At | None, steps: Steps) -> At | None:
    if at is None or isinstance(at.when, int):
        return at
    return At(steps.start if at.when == "start" else steps.end)


def _resolved(node: Node, steps: Steps) -> Node:
    node = rebuilt(node, lambda child: _resolved(child, steps))
    match node:
        case Selector(at=at) | Subquery(at=at):
            return replace(node, at=_instant(at, steps))
        case Call("start"):
            return Number(steps.start / 1000)
        case Call("end"):
            return Number(steps.end / 1000)
        case Call("range"):
            return Number((steps.end - steps.start) / 1000)
        case Call("step"):
            return Number(steps.step / 1000)
        case _:
            return node
