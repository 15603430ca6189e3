"""A tree of YAML read as the classes of `values.py` say, with every fault on the way."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar, cast

from aggregator.clusters.faults import Fault, Unfit, did_you_mean, key_words, nearest, quoted
from aggregator.clusters.forms import (
    Choice,
    Field,
    Form,
    Inside,
    Keyed,
    ListOf,
    MappingOf,
    OnlyOne,
    Pairs,
    blank,
    fields_of,
)
from aggregator.clusters.kinds import Kind, Place
from aggregator.clusters.times import zone
from aggregator.clusters.yaml_lines import Entry, Items, Scalar, Table, Tree

T = TypeVar("T")

FOUND: Final = {
    "str": "text",
    "int": "a number",
    "float": "a number",
    "bool": "true or false",
    "timestamp": "a date",
}


class Unread(Exception):
    """What stands here cannot be read; the faults say why."""


@dataclass(slots=True)
class Reading:
    """One reading of one file: what is wrong so far, and on which line each path stands.

    `stand_ins` are objects whose values take the place of a class' own defaults.
    """

    stand_ins: Mapping[type, object] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    bad: set[str] = field(default_factory=set)

    def mapping(self, cls: type[T], tree: Tree, path: str, place: Place) -> T:
        """The object that the tree describes. What cannot be read is blank in it, and a fault."""
        try:
            table = self._table(tree, path)
        except Unread:
            return cast("T", blank(cls))
        self._report_unknown([key for each in fields_of(cls) for key in each.forms], table, path)
        place = _in_its_zone(table, place)
        values: dict[str, Any] = {each.name: self._field(cls, each, table, path, place) for each in fields_of(cls)}
        return cls(**values)

    def fault(self, path: str, words: str) -> None:
        """A fault at a path that was read, unless something is wrong there already."""
        around = path
        while around not in self.bad:
            if not around:
                self.faults.append(Fault(self.line_of(path), path, words))
                return
            around = _parent(around)

    def line_of(self, path: str) -> int:
        """The line of the path, or else of the nearest thing around it that stands in the file."""
        while path and path not in self.lines:
            path = _parent(path)
        return self.lines.get(path, 1)

    def _field(self, cls: type, wanted: Field, table: Table, path: str, place: Place) -> object:
        there = [key for key in wanted.forms if key in table.entries]
        if not there:
            return self._absent(cls, wanted, path)
        if len(there) > 1:
            line = table.entries[there[1]].line
            self.faults.append(Fault(line, path, f'"{there[0]}" and "{there[1]}" exclude each other'))
        below = _join(path, there[0])
        entry = table.entries[there[0]]
        self.lines[below] = self.lines[_join(path, wanted.name)] = entry.line
        try:
            value = self._value(wanted.forms[there[0]], entry.value, below, place)
            if value == () and not wanted.may_be_empty:
                raise self._unread(entry.line, below, "is empty; at least one is needed")
        except Unread:
            self.bad.add(_join(path, wanted.name))
            return wanted.blank
        return value

    def _absent(self, cls: type, wanted: Field, path: str) -> object:
        if wanted.required:
            names = ", ".join(f'"{key}"' for key in wanted.forms)
            one_of = "one of " if len(wanted.forms) > 1 else ""
            self.faults.append(Fault(self.line_of(path), path, f"{one_of}{names} is missing"))
            self.bad.update(_join(path, key) for key in (wanted.name, *wanted.forms))
            return wanted.blank
        return getattr(self.stand_ins.get(cls), wanted.name, wanted.default)

    def _value(self, form: Form, tree: Tree, path: str, place: Place) -> Any:
        match form:
            case Kind():
                return self._scalar(form, tree, path, place)
            case Choice():
                return self._choice(form, tree, path)
            case MappingOf():
                return self.mapping(form.cls, tree, path, place)
            case ListOf():
                return tuple(self._items(form, tree, path, place))
            case OnlyOne():
                return (self._value(form.item, tree, path, place),)
            case Keyed():
                return tuple(self._keyed(form, tree, path, place))
            case Inside():
                return self._inside(form, tree, path, place)
            case Pairs():
                return tuple(self._pairs(form, tree, path, place))

    def _scalar(self, kind: Kind, tree: Tree, path: str, place: Place) -> object:
        if not isinstance(tree, Scalar) or tree.tag == "null" or (kind.tags and tree.tag not in kind.tags):
            raise self._wrong_type(kind.what, tree, path, quotes="str" in kind.tags)
        try:
            tree.text.encode()  # YAML can spell half a character, "\\ud800", which fits nowhere: a ValueError
            return kind.read(tree.text, place)
        except Unfit as unfit:
            words = str(unfit)
        except ValueError:
            words = f"is not {kind.what}"
        raise self._unread(tree.line, path, f"{quoted(tree.text)} {words}" if kind.shown else words)

    def _choice(self, form: Choice, tree: Tree, path: str) -> str:
        if not isinstance(tree, Scalar) or tree.tag == "null":
            raise self._wrong_type(f"one of {', '.join(form.options)}", tree, path)
        if tree.text not in form.options:
            hint = did_you_mean(tree.text, form.options)
            raise self._unread(tree.line, path, f"{quoted(tree.text)} is not one of {', '.join(form.options)}{hint}")
        return tree.text

    def _items(self, form: ListOf, tree: Tree, path: str, place: Place) -> Iterator[object]:
        if not isinstance(tree, Items):
            raise self._wrong_type("a list", tree, path)
        for index, item in enumerate(tree.items):
            below = f"{path}[{index}]"
            self.lines[below] = item.line
            try:
                yield self._value(form.item, item, below, place)
            except Unread:
                self.bad.add(path)  # what is left of the list is not to be judged

    def _keyed(self, form: Keyed, tree: Tree, path: str, place: Place) -> Iterator[object]:
        for name, entry in self._table(tree, path).entries.items():
            below = _join(path, name)
            self.lines[below] = entry.line
            with suppress(Unread):
                own = self._table(entry.value, below)
                title = Entry(entry.line, Scalar(entry.line, "str", name))
                yield self.mapping(form.item, Table(own.line, {**own.entries, form.name_field: title}), below, place)

    def _inside(self, form: Inside, tree: Tree, path: str, place: Place) -> object:
        table = self._table(tree, path)
        self._report_unknown(form.keys, table, path)
        there = [key for key in form.keys if key in table.entries]
        if len(there) != 1:
            names = " and ".join(f'"{key}"' for key in form.keys)
            raise self._unread(self.line_of(path), path, f"one of {names} is needed, and only one")
        below = _join(path, there[0])
        self.lines[below] = table.entries[there[0]].line
        return self._value(form.keys[there[0]], table.entries[there[0]].value, below, place)

    def _pairs(self, form: Pairs, tree: Tree, path: str, place: Place) -> Iterator[tuple[object, object]]:
        for name, entry in self._table(tree, path).entries.items():
            header = Scalar(entry.line, "str", name)
            yield self._scalar(form.name, header, path, place), self._scalar(form.text, entry.value, path, place)

    def _table(self, tree: Tree, path: str) -> Table:
        if not isinstance(tree, Table):
            raise self._wrong_type("a mapping", tree, path)
        return tree

    def _report_unknown(self, known: Collection[str], table: Table, path: str) -> None:
        for key, entry in table.entries.items():
            if key not in known:
                hint = did_you_mean(key, known, everything="known here: ")
                # `{hunter2}` is a key without a value: somebody forgot the key, and this is the secret.
                bare = isinstance(entry.value, Scalar) and entry.value.tag == "null" and nearest(key, known) is None
                self.faults.append(Fault(entry.line, path, f"unknown {'key' if bare else key_words(key)}{hint}"))

    def _wrong_type(self, what: str, tree: Tree, path: str, *, quotes: bool = False) -> Unread:
        line = min(tree.line, self.lines.get(path, tree.line))
        if isinstance(tree, Scalar) and tree.tag == "null":
            return self._unread(line, path, f"nothing stands here; {what} is wanted")
        found = FOUND.get(tree.tag, "something else") if isinstance(tree, Scalar) else _shape(tree)
        mend = "; put it in quotes" if quotes and isinstance(tree, Scalar) and tree.tag in FOUND else ""
        return self._unread(line, path, f"{what} is wanted, this is {found}{mend}")

    def _unread(self, line: int, path: str, words: str) -> Unread:
        self.faults.append(Fault(line, path, words))
        self.bad.add(path)
        return Unread()


def _shape(tree: Items | Table) -> str:
    return "a list" if isinstance(tree, Items) else "a mapping"


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _parent(path: str) -> str:
    return path[: max(path.rfind("."), path.rfind("["), 0)]


def _in_its_zone(table: Table, place: Place) -> Place:
    """Moments below a `timezone` are written in it."""
    entry = table.entries.get("timezone")
    if entry is None or not isinstance(entry.value, Scalar):
        return place
    try:
        return replace(place, zone=zone(entry.value.text))
    except ValueError:
        return place
