"""What may stand behind a key, read off the annotations of a class in `values.py`."""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import UTC, date, datetime
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

from aggregator.clusters.kinds import BOOL, NUMBER, TEXT, Kind, secret_kinds, whole
from aggregator.clusters.secrets import Secret


@dataclass(frozen=True, slots=True, eq=False)
class OneOf:
    """A field that is filled from exactly one of several keys; with `inside`, keys of a mapping of its own."""

    keys: Mapping[str, Any]
    inside: bool = False


@dataclass(frozen=True, slots=True)
class Key:
    """The key of a field whose name cannot be the key's own (`from` is a word of Python)."""

    name: str


@dataclass(frozen=True, slots=True)
class MayBeEmpty:
    """A list that must be there, and may have nothing in it."""


@dataclass(frozen=True, slots=True)
class Keyed:
    """A mapping from names to mappings of one class, which keeps the name in the field called `name_field`."""

    item: type
    name_field: str


@dataclass(frozen=True, slots=True)
class Single:
    """One value that stands for a list of one."""

    hint: Any


@dataclass(frozen=True, slots=True)
class ListOf:
    item: "Form"


@dataclass(frozen=True, slots=True)
class OnlyOne:
    item: "Form"


@dataclass(frozen=True, slots=True)
class Choice:
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pairs:
    """A mapping from names to texts."""

    name: Kind
    text: Kind


@dataclass(frozen=True, slots=True)
class MappingOf:
    """The keys of a class."""

    cls: type


@dataclass(frozen=True, slots=True, eq=False)
class Inside:
    """A mapping that holds exactly one of some keys, and is worth what stands behind it."""

    keys: Mapping[str, "Form"]


Form = Kind | ListOf | OnlyOne | Choice | Pairs | MappingOf | Keyed | Inside


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a class: the keys it may be filled from, and what it is worth without any of them.

    `blank` stands in where a key that must be there is missing or wrong, so that the checks that follow can go on.
    """

    name: str
    forms: Mapping[str, Form]
    required: bool
    default: Any
    blank: Any
    may_be_empty: bool = False


PLAIN: dict[type, Kind] = {str: TEXT, bool: BOOL, int: whole(0), float: NUMBER}
BLANKS: dict[type, Any] = {
    str: "",
    int: 0,
    float: 0.0,
    tuple: (),
    datetime: datetime.min.replace(tzinfo=UTC),
    date: date.min,
    ZoneInfo: ZoneInfo("UTC"),
    Secret: Secret("", str),
}


def fields_of(cls: type) -> tuple[Field, ...]:
    """The fields of a class of `values.py`, in the order in which they stand there."""
    return _fields(cls)


@cache
def _fields(cls: type) -> tuple[Field, ...]:
    hints = get_type_hints(cls, include_extras=True)
    return tuple(_field(entry.name, hints[entry.name], _default(entry)) for entry in fields(cls))


def _default(entry: Any) -> Any:
    return entry.default if entry.default_factory is MISSING else entry.default_factory()


def _field(name: str, hint: Any, default: Any) -> Field:
    required = default is MISSING
    notes = _notes(hint)
    key = next((note.name for note in notes if isinstance(note, Key)), name)
    several = next((note for note in notes if isinstance(note, OneOf)), None)
    forms: dict[str, Form] = {}
    if several is not None and not several.inside:
        forms = {each: _form(inner) for each, inner in several.keys.items()}
    elif _bare(hint) is Secret:
        forms = dict(zip((f"{name}_file", f"{name}_env"), secret_kinds(empty=not required), strict=True))
    else:
        forms = {key: _form(hint)}
    may_be_empty = not required or any(isinstance(note, MayBeEmpty) for note in notes)
    return Field(name, forms, required, default, blank(hint) if required else default, may_be_empty)


def _form(hint: Any) -> Form:
    if isinstance(hint, Single):
        return OnlyOne(_form(hint.hint))
    for note in _notes(hint):
        if isinstance(note, Kind | Keyed | Pairs):
            return note
        if isinstance(note, OneOf):
            return Inside({key: _form(inner) for key, inner in note.keys.items()})
    bare = _bare(hint)
    if get_origin(bare) is Literal:
        return Choice(get_args(bare))
    if get_origin(bare) is tuple:
        return ListOf(_form(get_args(bare)[0]))
    return MappingOf(bare) if isinstance(bare, type) and is_dataclass(bare) else PLAIN[bare]


def _notes(hint: Any) -> tuple[Any, ...]:
    """What `Annotated` says beside the type, also where `| None` stands around it."""
    if get_origin(hint) is Annotated:
        return (*_notes(get_args(hint)[0]), *get_args(hint)[1:])
    if get_origin(hint) in {Union, UnionType}:
        return tuple(note for part in get_args(hint) for note in _notes(part))
    return ()


def _bare(hint: Any) -> Any:
    """The type without annotations and without `| None`."""
    if get_origin(hint) is Annotated:
        return _bare(get_args(hint)[0])
    if get_origin(hint) in {Union, UnionType}:
        return _bare(next(part for part in get_args(hint) if part is not NoneType))
    return hint


def blank(hint: Any) -> Any:
    """A value of that type which says nothing."""
    bare = _bare(hint)
    if get_origin(bare) is Literal:
        return get_args(bare)[0]
    if is_dataclass(bare) and isinstance(bare, type):
        return bare(**{field.name: field.blank for field in fields_of(bare)})
    return BLANKS[get_origin(bare) or bare]
