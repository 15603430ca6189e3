"""The leaves of a plan as questions to clusters, and the replies as values of the leaves."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import groupby
from typing import Any, TypeVar

import msgspec
import numpy as np

from aggregator.errors import CannotExecute, CrosshubError
from aggregator.federation.matrices import decode_grid, joined
from aggregator.federation.question import Form, Question
from aggregator.federation.splice import Part, decode_part
from aggregator.federation.vectors import decode_vector, joined_vectors
from aggregator.planning.plan import Ask, StagedAsk
from aggregator.planning.wording import texts
from aggregator.promql.print import seconds
from aggregator.promql.tree import Call, Number
from aggregator.query.bundle import bundled, unbundled
from aggregator.series import Grid, Scalar, Steps, Vector

MOST_SAMPLES = 50_000_000
"""The most samples that one leaf may bring, as many as Prometheus holds for a query by default."""

T = TypeVar("T")


class Extras(msgspec.Struct, frozen=True):
    """What is sent along with every question: parameters of Prometheus, as they were given."""

    form: Form = ()


def splice_questions(leaf: Ask, extras: Extras) -> list[Question[Part | CrosshubError]]:
    """One question to each cluster; the answers stay text."""
    path = "query" if leaf.steps.is_instant else "query_range"
    questions = []
    # Most clusters are asked the same.
    forms: dict[str, Form] = {}
    for cluster, text in leaf.texts:
        if text not in forms:
            forms[text] = _form(text, leaf.steps, extras)
        questions.append(Question(cluster, path, forms[text], partial(_guarded, partial(decode_part, cluster=cluster))))
    return questions


class Brought(msgspec.Struct, frozen=True):
    """What one question brought for each of its leaves (by number), and what the cluster remarked."""

    values: tuple[tuple[int, Grid | Vector], ...]
    remarks: tuple[str, ...]


def grid_questions(leaves: Sequence[Ask], extras: Extras) -> list[Question[Brought | CrosshubError]]:
    """The leaves as questions: for each cluster one a moment, however many leaves look at it, and for ranges one a
    leaf and stretch of steps that a Prometheus answers at once.

    Of ranges several in one question would be slower, since `or` is evaluated step by step.
    """
    wanted: dict[tuple[str, Steps], dict[str, list[int]]] = {}
    for number, leaf in enumerate(leaves):
        for stretch in leaf.stretches():
            for cluster, text in leaf.texts:
                wanted.setdefault((cluster, stretch), {}).setdefault(text, []).append(number)
    questions = []
    # Most clusters are asked the same.
    forms: dict[tuple[tuple[str, ...], Steps], Form] = {}
    for (cluster, steps), numbers in wanted.items():
        instant = steps.is_instant
        path = "query" if instant else "query_range"
        for one in [numbers] if instant else [{text: own} for text, own in numbers.items()]:
            decode = partial(_guarded, partial(_brought, cluster, steps, tuple(one.values())))
            alike = tuple(one), steps
            if alike not in forms:
                forms[alike] = _form(bundled(alike[0]), steps, extras)
            questions.append(Question(cluster, path, forms[alike], decode))
    return questions


def value_of(number: int, leaf: Ask, brought: Sequence[tuple[str, Brought]]) -> Grid | Vector:
    """The value of a leaf from what all questions of its plan brought, cluster by cluster; a Vector at one moment."""
    found = [(cluster, value) for cluster, one in brought for which, value in one.values if which == number]
    if not leaf.pinned and not leaf.steps.is_instant:
        return _whole_range([(cluster, value) for cluster, value in found if isinstance(value, Grid)], leaf)
    vector = joined_vectors([value for _, value in found if isinstance(value, Vector)])
    return _at_every_step(vector, leaf.steps) if leaf.pinned else vector


def staged_leaves(stage: StagedAsk, scalars: Sequence[Scalar]) -> Iterator[tuple[slice, Ask]]:
    """A leaf for each run of steps at which the scalars are the same; the slice says which steps these are."""
    columns = list(zip(*(scalar.values.view(np.int64).tolist() for scalar in scalars), strict=True))
    times = stage.steps.times().tolist()
    for _, run in groupby(range(len(columns)), key=columns.__getitem__):
        where = list(run)
        first, last = where[0], where[-1]
        numbers = [float(scalar.values[first]) for scalar in scalars]
        call = _filled(stage, numbers)
        steps = Steps(times[first], times[last], stage.steps.step)
        yield slice(first, last + 1), Ask(call, texts(call, stage.clusters), steps, pinned=False)


def side_by_side(parts: Sequence[tuple[slice, Grid]], steps: Steps) -> Grid:
    """Grids of consecutive runs of steps as one."""
    row: dict[Any, int] = {}
    for _, grid in parts:
        for labels in grid.labels:
            row.setdefault(labels, len(row))
    values, present = np.zeros((len(row), steps.count)), np.zeros((len(row), steps.count), dtype=np.bool_)
    for where, grid in parts:
        rows = [row[labels] for labels in grid.labels]
        values[rows, where] = grid.values
        present[rows, where] = grid.present
    return Grid(tuple(row), values, present)


def _filled(stage: StagedAsk, numbers: Sequence[float]) -> Call:
    arguments = list(stage.call.arguments)
    for (position, _), number in zip(stage.scalars, numbers, strict=True):
        arguments[position] = Number(number)
    return Call(stage.call.function, tuple(arguments))


def _at_every_step(vector: Vector, steps: Steps) -> Grid:
    _demand_room(len(vector.labels) * steps.count)
    once, shape = vector.as_grid(), (len(vector.labels), steps.count)
    return Grid(vector.labels, np.broadcast_to(once.values, shape), np.broadcast_to(once.present, shape))


def _whole_range(found: Sequence[tuple[str, Grid]], leaf: Ask) -> Grid:
    """The answers of all clusters, each in one or several stretches of steps."""
    by_cluster: dict[str, list[Grid]] = {}
    for cluster, grid in found:
        by_cluster.setdefault(cluster, []).append(grid)
    steps = sum(stretch.count for stretch in leaf.stretches())
    _demand_room(steps * sum(grids[0].series for grids in by_cluster.values()))
    return joined([_in_a_row(grids) for grids in by_cluster.values()], steps)


def _demand_room(samples: int) -> None:
    if samples > MOST_SAMPLES:
        raise CannotExecute("query processing would load too many samples into memory in query execution")


def _in_a_row(grids: Sequence[Grid]) -> Grid:
    """The answers to consecutive stretches of steps as one."""
    if len(grids) == 1:
        return grids[0]
    ends = np.cumsum([grid.steps for grid in grids]).tolist()
    parts = [(slice(end - grid.steps, end), grid) for end, grid in zip(ends, grids, strict=True)]
    return side_by_side(parts, Steps(0, ends[-1] - 1, 1))


def _form(text: str, steps: Steps, extras: Extras) -> Form:
    if steps.is_instant:
        return (("query", text), ("time", seconds(steps.start)), *extras.form)
    times = (("start", seconds(steps.start)), ("end", seconds(steps.end)), ("step", seconds(steps.step)))
    return (("query", text), *times, *extras.form)


def _brought(cluster: str, steps: Steps, numbers: Sequence[Sequence[int]], body: bytes) -> Brought:
    values: Sequence[Grid | Vector]
    if steps.is_instant:
        vector, remarks = decode_vector(body, cluster, steps.start)
        values = unbundled(vector, len(numbers))
    else:
        grid, remarks = decode_grid(body, cluster, steps)
        values = [grid]
    parts = [(number, value) for wanted, value in zip(numbers, values, strict=True) for number in wanted]
    return Brought(tuple(parts), remarks)


def _guarded(decode: Callable[[bytes], T], body: bytes) -> T | CrosshubError:
    """What an answer shows to be impossible is said about the query, not about the cluster."""
    try:
        return decode(body)
    except CrosshubError as fault:
        return fault
