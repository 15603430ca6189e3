"""The aggregation `count_values`: how many series of a group have each value."""

from collections.abc import Callable

import numpy as np
from msgspec.structs import replace

from aggregator.errors import CannotExecute
from aggregator.evaluation.exactness import NeedsExact
from aggregator.promql.numbers import plain_text
from aggregator.promql.print import is_plain_label
from aggregator.series import Grid, Labels


def count_values(grid: Grid, label: str, key: Callable[[Labels], Labels]) -> Grid:
    """One row for each group and value that occurs; the value stands, as text, in the label.

    `key` gives the labels of a row's group, the label of the value among them.
    """
    if not is_plain_label(label):
        raise CannotExecute(f'invalid label name "{label}"')
    if not grid.exact:
        raise NeedsExact
    row, step = np.nonzero(grid.present)
    # As bits, so that 0 and -0 stay apart as their texts do.
    bits, value = np.unique(grid.values[row, step].view(np.int64), return_inverse=True)
    texts = [plain_text(number) for number in bits.view(np.float64).tolist()]
    pairs, pair = np.unique(row * max(len(bits), 1) + value, return_inverse=True)
    groups: dict[Labels, int] = {}
    of_pair = []
    for r, v in zip(*np.divmod(pairs, max(len(bits), 1)), strict=True):
        labels = key(with_label(grid.labels[r], label, texts[v]))
        of_pair.append(groups.setdefault(labels, len(groups)))
    found = np.zeros((len(groups), grid.steps))
    if of_pair:
        np.add.at(found, (np.array(of_pair)[pair], step), 1.0)
    return replace(grid, labels=tuple(groups), values=found, present=found > 0)


def with_label(labels: Labels, name: str, value: str) -> Labels:
    """The labels with one of them set."""
    return tuple(sorted((*(pair for pair in labels if pair[0] != name), (name, value))))
