"""Binary operations between two vectors: which series of both sides find each other, step by step.

Source of the rules and of the messages: `VectorBinop`, `VectorAnd`, `VectorOr`, `VectorUnless` and `resultMetric` in
Prometheus' promql/engine.go.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from aggregator.errors import CannotExecute
from aggregator.evaluation.exactness import demand_exact
from aggregator.evaluation.operators import DROPS_NAME, apply, doubtful
from aggregator.evaluation.rows import go_text, merged
from aggregator.promql.tree import Binary, Matching
from aggregator.series import NAME, Bools, Floats, Grid, Ints, Labels, without_name

Signature = Callable[[Labels], Labels]


def vector_binary(node: Binary, left: Grid, right: Grid) -> Grid:
    """Arithmetic or comparison between two vectors."""
    matching = node.matching
    assert matching is not None
    swapped = matching.cardinality == "one-to-many"
    many, one = (right, left) if swapped else (left, right)
    signature = signature_of(matching)
    # Where one side has nothing at all, Prometheus does not look at the other.
    both = many.populated() & one.populated()
    ones = _grouped([signature(labels) for labels in one.labels])
    clash = _first_clash(ones, one, both)
    manys = [signature(labels) for labels in many.labels]
    of_many, of_one = _pairs(manys, ones, many, one)
    many_values, many_present = _rows(many, of_many)
    one_values, one_present = _rows(one, of_one)
    present = many_present & one_present
    pair = (one_values, many_values) if swapped else (many_values, one_values)
    values, holds = apply(node.operator, *pair)
    exact = left.exact and right.exact
    if not exact:
        demand_exact(doubtful(node.operator, *pair, values) & present, exact=False)
    if holds is not None and node.bool:
        values = holds.astype(np.float64)
    elif holds is not None:
        present = present & holds
    meet = list(zip(of_many.tolist(), of_one.tolist(), strict=True))
    labels = [_result(node, many.labels[i], one.labels[j]) for i, j in meet]
    signatures = [manys[i] for i, _ in meet]
    # Prometheus goes step by step, so the first step with a fault decides which one is told.
    _demand_one_result(signatures, labels, present[:, : clash.step] if clash else present, matching)
    if clash:
        raise CannotExecute(_told(clash, one, matching, side="left" if swapped else "right"))
    return merged(labels, values, present, exact=exact)


def set_operation(node: Binary, left: Grid, right: Grid) -> Grid:
    """`and`, `or`, `unless`: whole series are kept or not, at each step."""
    assert node.matching is not None
    signature = signature_of(node.matching)
    lefts, rights = [signature(x) for x in left.labels], [signature(x) for x in right.labels]
    exact = left.exact and right.exact
    if node.operator == "and":
        return Grid(left.labels, left.values, left.present & _presence_of(lefts, rights, right.present), exact)
    if node.operator == "unless":
        return Grid(left.labels, left.values, left.present & ~_presence_of(lefts, rights, right.present), exact)
    added = right.present & ~_presence_of(rights, lefts, left.present)
    values, present = np.concatenate([left.values, right.values]), np.concatenate([left.present, added])
    return merged([*left.labels, *right.labels], values, present, exact=exact)


def signature_of(matching: Matching) -> Signature:
    """What of a series' labels must be equal on both sides."""
    chosen = frozenset(matching.labels)
    if matching.on:
        return lambda labels: tuple([pair for pair in labels if pair[0] in chosen])
    ignored = chosen | {NAME}
    return lambda labels: tuple([pair for pair in labels if pair[0] not in ignored])


def _presence_of(wanted: Sequence[Labels], signatures: Sequence[Labels], present: Bools) -> Bools:
    """For each wanted signature, at which steps a row of that signature is present: [wanted, steps]."""
    numbers = {signature: i for i, signature in enumerate(dict.fromkeys(signatures))}
    found = np.zeros((len(numbers) + 1, present.shape[1]), dtype=np.bool_)
    if signatures:
        np.logical_or.at(found, [numbers[signature] for signature in signatures], present)
    return found[[numbers.get(signature, len(numbers)) for signature in wanted]]


def _grouped(signatures: Sequence[Labels]) -> dict[Labels, list[int]]:
    groups: dict[Labels, list[int]] = defaultdict(list)
    for row, signature in enumerate(signatures):
        groups[signature].append(row)
    return groups


class _Clash(NamedTuple):
    """Two rows of the one side that meet at a step, though they have one signature."""

    step: int
    first: int
    second: int


def _first_clash(ones: dict[Labels, list[int]], one: Grid, both: Bools) -> _Clash | None:
    """Series of the one side may share a signature only if they never meet at a step."""
    clashes = []
    for rows in ones.values():
        if len(rows) < 2:
            continue
        present = one.present[rows] & both
        steps = np.flatnonzero(present.sum(axis=0) > 1)
        if len(steps):
            first, second = np.flatnonzero(present[:, steps[0]])[:2]
            clashes.append(_Clash(int(steps[0]), rows[first], rows[second]))
    return min(clashes, default=None)


def _told(clash: _Clash, one: Grid, matching: Matching, *, side: str) -> str:
    first, second = one.labels[clash.first], one.labels[clash.second]
    return (
        f"found duplicate series for the match group {go_text(signature_of(matching)(first))} on the {side} "
        f"hand-side of the operation: [{go_text(second)}, {go_text(first)}];many-to-many matching not allowed: "
        "matching labels must be unique on one side"
    )


def _pairs(manys: Sequence[Labels], ones: dict[Labels, list[int]], many: Grid, one: Grid) -> tuple[Ints, Ints]:
    """The rows that meet at any step, as two lists of row numbers, in the order of the many side."""
    of_many: list[int] = []
    of_one: list[int] = []
    for row, signature in enumerate(manys):
        partners = ones.get(signature, [])
        if len(partners) > 1:
            meet = (many.present[row] & one.present[partners]).any(axis=1)
            partners = [partner for partner, met in zip(partners, meet.tolist(), strict=True) if met]
        of_many += [row] * len(partners)
        of_one += partners
    return np.array(of_many, dtype=np.int64), np.array(of_one, dtype=np.int64)


def _rows(grid: Grid, rows: Ints) -> tuple[Floats, Bools]:
    """Values and presence of the rows, uncopied where these are all rows as they stand."""
    if len(rows) == grid.series and (rows == np.arange(len(rows))).all():
        return grid.values, grid.present
    return grid.values[rows], grid.present[rows]


def _result(node: Binary, many: Labels, one: Labels) -> Labels:
    matching = node.matching
    assert matching is not None
    kept = without_name(many) if node.operator in DROPS_NAME or node.bool else many
    if matching.cardinality != "one-to-one" and not matching.include:
        return kept
    labels = dict(kept)
    if matching.cardinality == "one-to-one":
        labels = {name: value for name, value in labels.items() if (name in matching.labels) == matching.on}
    given = dict(one)
    for name in matching.include:
        labels.pop(name, None)
        if name in given:
            labels[name] = given[name]
    result = tuple(sorted(labels.items()))
    return without_name(result) if node.bool else result


def _demand_one_result(
    signatures: Sequence[Labels], labels: Sequence[Labels], present: Bools, matching: Matching
) -> None:
    """Within a match group every series of the many side must give a series of its own."""
    if matching.cardinality == "one-to-one":
        if _collide(signatures, present):
            raise CannotExecute(
                "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)"
            )
    elif _collide(list(zip(signatures, labels, strict=True)), present):
        raise CannotExecute("multiple matches for labels: grouping labels must ensure unique matches")


def _collide(keys: Sequence[object], present: Bools) -> bool:
    """Whether two rows with equal keys are present at one step."""
    numbers: dict[object, int] = {}
    rows = [numbers.setdefault(key, len(numbers)) for key in keys]
    if len(numbers) == len(rows):
        return False
    counts = np.zeros((len(numbers), present.shape[1]), dtype=np.int64)
    np.add.at(counts, rows, present)
    return bool((counts > 1).any())
