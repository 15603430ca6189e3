"""Values files as trees that know where each thing stands, merged as Helm merges them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce

from aggregator.clusters import yaml_lines

TRUE = frozenset({"true", "yes", "on", "y"})


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line of a file; line 0 is the whole file."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Leaf:
    """A single value: true, false, nothing, or its text."""

    at: Place
    value: bool | str | None


@dataclass(frozen=True, slots=True)
class Items:
    at: Place
    items: "tuple[Value, ...]"


@dataclass(frozen=True, slots=True)
class Map:
    """A mapping. Where several files write the same map, its place is that of the last one."""

    at: Place
    entries: "Mapping[str, Value]" = field(default_factory=dict)


Value = Leaf | Items | Map
Path = tuple[str, ...]


def tree_in(file: str, tree: yaml_lines.Tree, line: int | None = None) -> Value:
    """What a file says. The place of a value is the line of its key; behind an alias, that of the anchor's keys."""
    at = Place(file, tree.line if line is None else line)
    match tree:
        case yaml_lines.Table():
            return Map(at, {key: tree_in(file, entry.value, entry.line) for key, entry in tree.entries.items()})
        case yaml_lines.Items():
            return Items(at, tuple(tree_in(file, item) for item in tree.items))
        case yaml_lines.Scalar():
            return Leaf(at, _plain(tree))


def _plain(scalar: yaml_lines.Scalar) -> bool | str | None:
    if scalar.tag == "bool":
        return scalar.text.lower() in TRUE
    return None if scalar.tag == "null" else scalar.text


def merged(layers: Iterable[Map]) -> Map:
    """What Helm makes of several files, the first one lowest: maps deep, lists replaced, null deletes."""
    return without_nulls(overlaid(layers))


def overlaid(layers: Iterable[Map]) -> Map:
    """The same before nulls delete what is below them, the chart's own defaults at last."""
    return reduce(_over, layers, Map(Place("", 0)))


def _over(lower: Map, upper: Map) -> Map:
    """A null stays until the end, so that what lies below it does not come back."""
    entries = dict(lower.entries)
    for key, value in upper.entries.items():
        below = entries.get(key)
        entries[key] = _over(below, value) if isinstance(below, Map) and isinstance(value, Map) else value
    return Map(upper.at, entries)


def without_nulls(tree: Map) -> Map:
    """The map without what was deleted."""
    kept = {key: value for key, value in tree.entries.items() if not (isinstance(value, Leaf) and value.value is None)}
    return Map(tree.at, {key: without_nulls(value) if isinstance(value, Map) else value for key, value in kept.items()})


def at_path(tree: Value, path: Iterable[str]) -> Value | None:
    """What stands at a path of keys."""
    found: Value | None = tree
    for key in path:
        found = found.entries.get(key) if isinstance(found, Map) else None
    return found


def is_deleted(tree: Value, path: Iterable[str]) -> bool:
    """Whether a null stands at a path, or above it."""
    found: Value | None = tree
    for key in path:
        found = found.entries.get(key) if isinstance(found, Map) else None
        if isinstance(found, Leaf) and found.value is None:
            return True
    return False


def map_at(tree: Value, path: Iterable[str]) -> Map:
    """The map at a path; an empty one where there is none."""
    found = at_path(tree, path)
    return found if isinstance(found, Map) else Map(tree.at)


def text_at(tree: Value, path: Iterable[str]) -> str | None:
    """The text at a path, if a text stands there."""
    found = at_path(tree, path)
    return found.value if isinstance(found, Leaf) and isinstance(found.value, str) else None


def texts(value: Value | None) -> tuple[str, ...]:
    """The texts of a list, or the keys of a map; nothing for everything else."""
    match value:
        case Items():
            return tuple(item.value for item in value.items if isinstance(item, Leaf) and isinstance(item.value, str))
        case Map():
            return tuple(value.entries)
        case _:
            return ()


def nested(path: Iterable[str], tree: Map) -> Map:
    """The map, put under the keys of a path."""
    return reduce(lambda inner, key: Map(inner.at, {key: inner}), reversed(tuple(path)), tree)
