"""PromQL as small frozen values: what the parser's nodes become, what planning rewrites, what is printed.

Durations and instants are integer milliseconds. Nodes are compared and hashed by value.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal


class Kind(StrEnum):
    """The type of a value, in Prometheus' own words."""

    SCALAR = "scalar"
    VECTOR = "instant vector"
    MATRIX = "range vector"
    STRING = "string"


MatchOp = Literal["=", "!=", "=~", "!~"]


@dataclass(frozen=True, slots=True)
class Matcher:
    """One condition on a label; as in Prometheus, a label that is missing has the empty value."""

    name: str
    op: MatchOp
    value: str


@dataclass(frozen=True, slots=True)
class At:
    """The modifier `@`: a fixed instant, or the start or end of the query."""

    when: int | Literal["start", "end"]


@dataclass(frozen=True, slots=True)
class Number:
    value: float


@dataclass(frozen=True, slots=True)
class String:
    value: str


@dataclass(frozen=True, slots=True)
class Selector:
    """An instant vector selector. A metric's name is one more matcher, on `__name__`."""

    matchers: tuple[Matcher, ...]
    offset: int = 0
    at: At | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """A range vector selector, `selector[range]`."""

    selector: Selector
    range: int


@dataclass(frozen=True, slots=True)
class Subquery:
    """`inside[range:step]`; a step of None is the server's evaluation interval."""

    inside: "Node"
    range: int
    step: int | None
    offset: int = 0
    at: At | None = None


@dataclass(frozen=True, slots=True)
class Call:
    function: str
    arguments: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Aggregate:
    """`operator by|without (grouping) (parameter, inside)`; no clause at all is `by ()`."""

    operator: str
    inside: "Node"
    parameter: "Node | None" = None
    grouping: tuple[str, ...] = ()
    without: bool = False


Cardinality = Literal["one-to-one", "many-to-one", "one-to-many", "many-to-many"]


@dataclass(frozen=True, slots=True)
class Matching:
    """How the series of two vectors find each other. `labels` are those of `on` or `ignoring`;
    `include` those of `group_left (...)` (many-to-one) or `group_right (...)` (one-to-many).
    """

    on: bool = False
    labels: tuple[str, ...] = ()
    cardinality: Cardinality = "one-to-one"
    include: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Binary:
    """`left operator right`; `matching` is None unless both sides are vectors."""

    operator: str
    left: "Node"
    right: "Node"
    matching: Matching | None = None
    bool: bool = False


@dataclass(frozen=True, slots=True)
class Negative:
    """Unary minus. (Unary plus leaves nothing behind.)"""

    inside: "Node"


@dataclass(frozen=True, slots=True)
class Planned:
    """What planning puts in the place of a subtree; its kinds stand in `planned.py`."""

    def below(self) -> "tuple[Node, ...]":
        """What is still evaluated here for it."""
        return ()


Node = Planned | Number | String | Selector | Range | Subquery | Call | Aggregate | Binary | Negative


def children(node: Node) -> Iterator[Node]:
    """The nodes directly below, in the order in which they are written."""
    match node:
        case Call():
            yield from node.arguments
        case Aggregate():
            if node.parameter is not None:
                yield node.parameter
            yield node.inside
        case Binary():
            yield node.left
            yield node.right
        case Range():
            yield node.selector
        case Subquery() | Negative():
            yield node.inside
        case Planned():
            yield from node.below()
        case _:
            return


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it, parents first."""
    waiting = [node]
    while waiting:
        here = waiting.pop()
        yield here
        waiting.extend(reversed(list(children(here))))


def height(node: Node) -> int:
    """How many levels the tree has."""
    levels, level = 0, [node]
    while level:
        levels, level = levels + 1, [child for parent in level for child in children(parent)]
    return levels


def rebuilt(node: Node, change: Callable[[Node], Node]) -> Node:
    """The same node over changed children."""
    match node:
        case Call():
            return Call(node.function, tuple(change(argument) for argument in node.arguments))
        case Aggregate():
            parameter = None if node.parameter is None else change(node.parameter)
            return Aggregate(node.operator, change(node.inside), parameter, node.grouping, node.without)
        case Binary():
            return Binary(node.operator, change(node.left), change(node.right), node.matching, node.bool)
        case Range():
            selector = change(node.selector)
            assert isinstance(selector, Selector)
            return replace(node, selector=selector)
        case Subquery() | Negative():
            return replace(node, inside=change(node.inside))
        case _:
            return node
