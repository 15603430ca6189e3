"""Vectors in a notation for people, and queries evaluated over them: `x{a="1"} 1 _ NaN` is a row of three steps."""

import re

import numpy as np

from aggregator.evaluation.evaluate import Fetched, Value, evaluate
from aggregator.promql.grids import resolved
from aggregator.promql.numbers import text
from aggregator.promql.parse import parse, parse_selector
from aggregator.promql.planned import Absent, Leaf, RawLeaf
from aggregator.promql.print import text_of
from aggregator.promql.regex import matches
from aggregator.promql.tree import Call, Matcher, Node, Range, Selector, rebuilt
from aggregator.series import NAME, Grid, Labels, Raw, Sampled, Scalar, Steps

MINUTE = 60_000
_ROW = re.compile(r"((?:[^\s{]*)(?:\{.*\})?) *(.*)", re.DOTALL)


def grid(*rows: str, exact: bool = True) -> Grid:
    """A vector at as many steps as the rows have values; `_` is none."""
    labels, cells = [], []
    for row in rows:
        found = _ROW.fullmatch(row)
        assert found is not None, row
        labels.append(labels_of(found[1]))
        cells.append(found[2].split())
    values = np.array([[0.0 if cell == "_" else float(cell) for cell in line] for line in cells])
    present = np.array([[cell != "_" for cell in line] for line in cells])
    return Grid(tuple(labels), values, present, exact)


def labels_of(selector: str) -> Labels:
    """The labels that a selector names; `{}` is none."""
    if selector in ("", "{}"):
        return ()
    return tuple(sorted((matcher.name, matcher.value) for matcher in parse_selector(selector).matchers))


def rows(value: Value) -> list[str]:
    """The rows of a vector, or the values of a scalar, in the same notation."""
    if isinstance(value, Scalar):
        return [" ".join(map(text, value.values.tolist()))]
    assert isinstance(value, Grid)
    shown = []
    for labels, line, mask in zip(value.labels, value.values.tolist(), value.present.tolist(), strict=True):
        cells = [text(number) if there else "_" for number, there in zip(line, mask, strict=True)]
        shown.append(" ".join([named(labels), *cells]))
    return shown


def named(labels: Labels) -> str:
    if not labels:
        return "{}"
    return text_of(Selector(tuple(Matcher(name, "=", value) for name, value in labels)))


def samples(*series: tuple[str, list[tuple[float, float]]], lookback: float = 300) -> Sampled:
    """Raw samples: (labels, [(seconds, value), ...]), looked back at for so many seconds."""
    points = [point for _, own in series for point in own]
    raw = Raw(
        tuple(labels_of(labels) for labels, _ in series),
        np.array([round(seconds * 1000) for seconds, _ in points], dtype=np.int64),
        np.array([value for _, value in points], dtype=np.float64),
        np.cumsum([0, *(len(own) for _, own in series)], dtype=np.int64),
    )
    return Sampled(raw, np.full(len(points), round(lookback * 1000), dtype=np.int64))


def steps_of(count: int) -> Steps:
    """So many steps, a minute apart, from 1970 on; one alone is an instant query."""
    return Steps(0, 0, 0) if count == 1 else Steps(0, (count - 1) * MINUTE, MINUTE)


def answer(
    query: str, *, at: Steps | None = None, closed: bool = True, exact: bool = True, **sources: Grid | Sampled
) -> Value:
    """The query evaluated over vectors, or raw samples, by the names that it calls them by."""
    steps = at or next(steps_of(source.steps) for source in sources.values() if isinstance(source, Grid))
    leaves: list[Grid] = []
    sampled: list[Sampled] = []

    def leaf(node: Node) -> Node:
        if isinstance(node, Selector | Range):
            selector = node.selector if isinstance(node, Range) else node
            source = sources[next(matcher.value for matcher in selector.matchers if matcher.name == NAME)]
            if isinstance(source, Sampled):
                sampled.append(source)
                return RawLeaf(len(sampled) - 1, node)
            leaves.append(_selected(source, selector))
            return Leaf(len(leaves) - 1)
        if isinstance(node, Call) and node.function == "absent":
            return Absent((), leaf(node.arguments[0]))
        return rebuilt(node, leaf)

    tree = leaf(resolved(parse(query), steps))
    return evaluate(tree, steps, Fetched(closed, exact, leaves, (), sampled))


def _selected(source: Grid, selector: Selector) -> Grid:
    tests = [(m.name, matches(m.op, m.value)) for m in selector.matchers if m.name != NAME]
    rows = [row for row, own in enumerate(source.labels) if all(test(dict(own).get(name, "")) for name, test in tests)]
    return Grid(tuple(source.labels[row] for row in rows), source.values[rows], source.present[rows], source.exact)
