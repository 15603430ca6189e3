"""Several instant vectors in one request, each marked by a label of its own."""

from collections.abc import Sequence

from aggregator.federation.question import NotPrometheus
from aggregator.series import Grid

_MARK = "crosshub_part"


def bundled(texts: Sequence[str]) -> str:
    """One expression for several; one alone stays as it is."""
    if len(texts) == 1:
        return texts[0]
    return " or ".join(f'label_replace({text}, "{_MARK}", "{number}", "", "")' for number, text in enumerate(texts))


def unbundled(grid: Grid, parts: int) -> list[Grid]:
    """The vectors again, without their marks; raises NotPrometheus where one is missing."""
    if parts == 1:
        return [grid]
    rows: list[list[int]] = [[] for _ in range(parts)]
    labels = []
    by_mark = {str(number): own for number, own in enumerate(rows)}
    for row, marked in enumerate(grid.labels):
        own = by_mark.get(dict(marked).get(_MARK, ""))
        if own is None:
            raise NotPrometheus("it does not know label_replace")
        own.append(row)
        labels.append(tuple([pair for pair in marked if pair[0] != _MARK]))
    return [Grid(tuple(labels[row] for row in own), grid.values[own], grid.present[own]) for own in rows]
