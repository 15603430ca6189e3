"""Several instant vectors in one request, each marked by a label of its own."""

from collections.abc import Sequence

from aggregator.federation.question import NotPrometheus
from aggregator.series import Labels, Vector

_MARK = "crosshub_part"


def bundled(texts: Sequence[str]) -> str:
    """One expression for several; one alone stays as it is."""
    if len(texts) == 1:
        return texts[0]
    return " or ".join(f'label_replace({text}, "{_MARK}", "{number}", "", "")' for number, text in enumerate(texts))


def unbundled(vector: Vector, parts: int) -> list[Vector]:
    """The vectors again, without their marks; raises NotPrometheus where one is missing."""
    if parts == 1:
        return [vector]
    found: list[tuple[list[Labels], list[float]]] = [([], []) for _ in range(parts)]
    by_mark = {str(number): own for number, own in enumerate(found)}
    for marked, value in zip(vector.labels, vector.values, strict=True):
        own = by_mark.get(dict(marked).get(_MARK, ""))
        if own is None:
            raise NotPrometheus("it does not know label_replace")
        labels, values = own
        labels.append(tuple([pair for pair in marked if pair[0] != _MARK]))
        values.append(value)
    return [Vector(tuple(labels), values) for labels, values in found]
