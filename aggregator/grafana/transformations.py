"""What a panel does with its tables: joined, grouped and laid out with the cluster as one more column."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from aggregator.series import CLUSTER

_PATTERN = (
    "the transformation 'filterFieldsByName' keeps columns by a pattern, which has to let the column cluster through"
)

Object = dict[str, Any]
Told = tuple[str, str]
"""`changed` or `look at`, and words."""

_LOOK = "the transformation {!r} puts rows beside each other by one name: those of different clusters may meet"


def transformed(panel: Object) -> Iterator[Told]:
    """Makes the transformations of a panel keep clusters apart, and says which."""
    for each in panel.get("transformations") or ():
        name = str(each.get("id"))
        if name in _JOINS:
            yield from _join(panel, each)
        elif name == "filterFieldsByName" and _is_by_pattern(each):
            yield "look at", _PATTERN
        elif name in _UNSURE and CLUSTER not in str(each.get("options")):
            yield "look at", _LOOK.format(name)
        elif (change := _CHANGES.get(name)) is not None and change(each.setdefault("options", {})):
            yield "changed", f"transformation {name}"


def _join(panel: Object, each: Object) -> Iterator[Told]:
    """Rows that have the same cluster and field: joined by all columns that both tables have."""
    options, name = each.get("options") or {}, each["id"]
    named = str(options.get("byField") or "Time")
    if named.lower() == "time":
        return
    if any(target.get("format") != "table" for target in panel.get("targets") or ()):
        yield "look at", _LOOK.format(name)
        return
    each.clear()
    each |= {"id": "merge", "options": {}}
    yield "changed", f"joined by all common columns, not by {named!r} alone"


def _group(options: Object) -> bool:
    fields = options.get("fields") or {}
    if CLUSTER in fields or not any(each.get("operation") == "groupby" for each in fields.values()):
        return False
    options["fields"] = {CLUSTER: {"aggregations": [], "operation": "groupby"}, **fields}
    return True


def _organize(options: Object) -> bool:
    """The first column, where columns are in an order of their own; and kept, where some are left out."""
    order, names = options.get("indexByName") or {}, options.get("renameByName") or {}
    kept, left_out = options.get("includeByName") or {}, options.get("excludeByName") or {}
    changes = False
    if kept and not kept.get(CLUSTER):
        options["includeByName"] = {
            CLUSTER: True,
            **{name: is_kept for name, is_kept in kept.items() if name != CLUSTER},
        }
        changes = True
    if left_out.get(CLUSTER):
        options["excludeByName"] = {name: is_out for name, is_out in left_out.items() if name != CLUSTER}
        changes = True
    if order and CLUSTER not in order:
        options["indexByName"] = {CLUSTER: 0, **{name: place + 1 for name, place in order.items()}}
        changes = True
    if names and CLUSTER not in names:
        options["renameByName"] = {CLUSTER: "Cluster", **names}
        changes = True
    return changes


def _is_by_pattern(each: Object) -> bool:
    """Whether columns are kept by a pattern that says nothing of the cluster."""
    pattern = ((each.get("options") or {}).get("include") or {}).get("pattern")
    return bool(pattern) and CLUSTER not in str(pattern)


def _filter(options: Object) -> bool:
    names = (options.get("include") or {}).get("names")
    if not names or CLUSTER in names:
        return False
    options["include"]["names"] = [CLUSTER, *names]
    return True


def _listing(key: str) -> Callable[[Object], bool]:
    def change(options: Object) -> bool:
        names = options.get(key)
        if not names or CLUSTER in names:
            return False
        options[key] = [CLUSTER, *names]
        return True

    return change


_JOINS = frozenset({"joinByField", "seriesToColumns"})
_UNSURE = frozenset({"groupingToMatrix", "rowsToFields", "configFromData", "seriesToRows"})
_CHANGES: Mapping[str, Callable[[Object], bool]] = {
    "groupBy": _group,
    "organize": _organize,
    "filterFieldsByName": _filter,
    "labelsToFields": _listing("keepLabels"),
    "partitionByValues": _listing("fields"),
    "joinByLabels": _listing("join"),
}
