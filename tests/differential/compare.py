"""Whether two answers in Prometheus' format say the same, and in words where they do not."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

from aggregator.series import Labels
from tests.differential.heard import Heard
from tests.differential.order import ANY, Order

RELATIVE = 1e-9

_Samples = Sequence[tuple[float, str]]

# Label text may differ in what it tells of: which of many duplicates was met first.
_LABEL_TEXT = re.compile(r'\{(?:[^"{}]|"(?:[^"\\]|\\.)*")*\}')


def difference(union: Heard, ours: Heard, order: Order = ANY) -> str | None:
    """Why the second answer is not the first one, in words; None where they say the same."""
    if union.failed or ours.failed:
        return _in_errors(union, ours)
    if ours.body.get("warnings") != union.body.get("warnings"):
        return f"warnings: {ours.body.get('warnings')}, not {union.body.get('warnings')}"
    kind, our_kind = union.body["data"]["resultType"], ours.body["data"]["resultType"]
    if kind != our_kind:
        return f"a {our_kind}, not a {kind}"
    return _IN_RESULTS[kind](union.body["data"]["result"], ours.body["data"]["result"], order)


def message_head(error: str) -> str:
    """An error's message without the label sets it cites."""
    flat = _LABEL_TEXT.sub("{}", error)
    return re.sub(r"\[\{\}(?:, \{\})*\]", "[]", flat)


def same_value(one: str, other: str) -> str | None:
    """The difference of two values as Prometheus writes them. Equal numbers have to have equal text as well."""
    if one == other:
        return None
    first, second = float(one), float(other)
    if not _near(first, second):
        return f"{other}, not {one}"
    return f"{one} is written {other}" if first == second or math.isnan(first) else None


def _near(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=RELATIVE) or (math.isnan(one) and math.isnan(other))


def _in_errors(union: Heard, ours: Heard) -> str | None:
    if not union.failed:
        return f"failed, with {ours.short()}"
    if not ours.failed:
        return f"answered, where one Prometheus fails with {union.short()}"
    if union.status != ours.status:
        return f"status {ours.status}, not {union.status}: {ours.body.get('error')}"
    for field in ("errorType", "status"):
        if union.body.get(field) != ours.body.get(field):
            return f"{field} {ours.body.get(field)}, not {union.body.get(field)}: {ours.body.get('error')}"
    theirs, mine = message_head(union.body["error"]), message_head(ours.body["error"])
    return None if theirs == mine else f"error {ours.body['error']!r}, not {union.body['error']!r}"


def _in_scalars(union: Any, ours: Any, _: Order) -> str | None:
    return _in_samples([union], [ours])


def _in_strings(union: Any, ours: Any, _: Order) -> str | None:
    return None if union == ours else f"{ours}, not {union}"


def _in_vectors(union: Any, ours: Any, order: Order) -> str | None:
    return (
        _in_label_sets(union, ours)
        or _in_series(union, ours, lambda series: [series["value"]])
        or _in_order_of_values(union, ours, order)
    )


def _in_matrices(union: Any, ours: Any, order: Order) -> str | None:
    """A range's series come sorted by labels; the raw samples that an instant query asks for come in any order."""
    reason = _in_label_sets(union, ours) or _in_series(union, ours, lambda series: series["values"])
    if reason or order.by != "labels":
        return reason
    at = next(
        (n for n, pair in enumerate(zip(union, ours, strict=True)) if pair[0]["metric"] != pair[1]["metric"]), None
    )
    return None if at is None else f"series {at} is {ours[at]['metric']}, not {union[at]['metric']}"


_IN_RESULTS: Mapping[str, Callable[[Any, Any, Order], str | None]] = {
    "scalar": _in_scalars,
    "string": _in_strings,
    "vector": _in_vectors,
    "matrix": _in_matrices,
}


def _in_label_sets(union: Any, ours: Any) -> str | None:
    theirs, mine = [_labels(each) for each in union], [_labels(each) for each in ours]
    if len(set(mine)) < len(mine):
        return "a label set is there twice"
    lacking, surplus = set(theirs) - set(mine), set(mine) - set(theirs)
    if not lacking and not surplus:
        return None
    return f"{len(mine)} series, not {len(theirs)}; lacks {_some(lacking)}; has besides {_some(surplus)}"


def _in_series(union: Any, ours: Any, samples: Callable[[Any], _Samples]) -> str | None:
    mine = {_labels(series): samples(series) for series in ours}
    for series in union:
        reason = _in_samples(samples(series), mine[_labels(series)])
        if reason:
            return f"{dict(_labels(series))}: {reason}"
    return None


def _in_samples(union: _Samples, ours: _Samples) -> str | None:
    times, our_times = [when for when, _ in union], [when for when, _ in ours]
    if times != our_times:
        lacking, surplus = sorted(set(times) - set(our_times)), sorted(set(our_times) - set(times))
        return f"{len(ours)} points, not {len(union)}; lacks {lacking[:3]}; has besides {surplus[:3]}"
    for (when, value), (_, our_value) in zip(union, ours, strict=True):
        reason = same_value(value, our_value)
        if reason:
            return f"at {when} {reason}"
    return None


def _in_order_of_values(union: Any, ours: Any, order: Order) -> str | None:
    """Equal values may come in any order among themselves, so the sequences of values are compared, not of labels."""
    if order.by != "values":
        return None
    theirs, mine = _sequences(union, order), _sequences(ours, order)
    for group, values in theirs.items():
        if not all(_near(float(one), float(other)) for one, other in zip(values, mine[group], strict=True)):
            return f"{dict(group)}: in the order {mine[group][:6]}, not {values[:6]}"
    return None


def _sequences(result: Any, order: Order) -> dict[Labels, list[str]]:
    """The values of each group in the order in which they came."""
    keyed = sorted(((order.group(_labels(each)), at) for at, each in enumerate(result)))
    return {
        group: [result[at]["value"][1] for _, at in places]
        for group, places in groupby(keyed, key=lambda pair: pair[0])
    }


def _labels(series: Any) -> Labels:
    return tuple(sorted(series["metric"].items()))


def _some(label_sets: set[Labels]) -> str:
    return ", ".join(str(dict(each)) for each in sorted(label_sets)[:2]) or "none"
