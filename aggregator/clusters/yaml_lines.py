"""YAML as a tree of scalars, lists and mappings that know their lines; aliases and `<<` are followed."""

import re
from dataclasses import dataclass

import yaml

from aggregator.clusters.faults import Fault, key_words

DEEPEST = 50
LARGEST = 8 * 2**20
PREFIX = "tag:yaml.org,2002:"


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value as it is written; `tag` is YAML's guess at its type (`str`, `int`, `null`, ...)."""

    line: int
    tag: str
    text: str


@dataclass(frozen=True, slots=True)
class Items:
    line: int
    items: "tuple[Tree, ...]"


@dataclass(frozen=True, slots=True)
class Entry:
    line: int
    value: "Tree"


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping: the entries by their keys, in the order of the file."""

    line: int
    entries: dict[str, Entry]


Tree = Scalar | Items | Table


class Broken(Exception):
    """Text that is not YAML at all."""

    def __init__(self, line: int, words: str) -> None:
        super().__init__(words)
        self.fault = Fault(line, "", words)


def tree_of(content: bytes, least: str = "clusters") -> tuple[Tree, list[Fault]]:
    """The tree in a file, with the faults that YAML itself lets pass: keys that stand there twice.

    `least` is the key without which a file says nothing.

    Raises Broken for what is no YAML.
    """
    text = _decoded(content)
    try:
        node = _Composer(text).get_single_node()
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise Broken(line, "holds a control character, which YAML does not allow") from None
    except yaml.MarkedYAMLError as error:
        raise Broken(*_what_is_broken(error)) from None
    if node is None:
        raise Broken(1, f"nothing stands in this file; it needs at least `{least}`")
    growing = _Growing()
    return growing.tree(node, ""), growing.faults


def _decoded(content: bytes) -> str:
    if len(content) > LARGEST:
        raise Broken(1, "is larger than 8 MiB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Broken(content[: error.start].count(b"\n") + 1, "is not UTF-8") from None


def _what_is_broken(error: yaml.MarkedYAMLError) -> tuple[int, str]:
    """Line and words. What YAML repeats of the file is left out: it may be a secret in the wrong place."""
    mark = error.problem_mark or error.context_mark
    problem = error.problem or error.context or "cannot be read"
    if "'\\t'" in problem:
        problem = "a tab stands where only spaces may"
    elif "cannot start any token" in problem:
        problem = "a character that begins no value; put the text in quotes"
    words = re.sub(r"\s*(['\"])(?!<)(?:(?!\1).)*\1", "", problem)
    return (mark.line + 1 if mark else 1), f"is not YAML: {words}"


class _Composer(yaml.SafeLoader):
    """PyYAML's composer, with a limit to its recursion."""

    depth: int = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        self.depth += 1
        try:
            if self.depth > DEEPEST:
                raise Broken(parent.start_mark.line + 1 if parent else 1, "is nested too deep")
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


class _Growing:
    """PyYAML's nodes becoming ours. Each node is visited once, however many aliases point at it."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self._grown: dict[int, Tree | None] = {}

    def tree(self, node: yaml.Node, path: str) -> Tree:
        """The tree that grows from a node."""
        line = node.start_mark.line + 1
        if id(node) not in self._grown:
            self._grown[id(node)] = None
            self._grown[id(node)] = self._new(node, line, path)
        if (grown := self._grown[id(node)]) is None:
            raise Broken(line, "holds an alias of what it stands in itself")
        return grown

    def _new(self, node: yaml.Node, line: int, path: str) -> Tree:
        if isinstance(node, yaml.SequenceNode):
            return Items(line, tuple(self.tree(item, f"{path}[{index}]") for index, item in enumerate(node.value)))
        if isinstance(node, yaml.MappingNode):
            return Table(line, self._entries(node, path))
        return Scalar(line, node.tag.removeprefix(PREFIX), node.value)

    def _entries(self, node: yaml.MappingNode, path: str) -> dict[str, Entry]:
        own: dict[str, Entry] = {}
        merged: dict[str, Entry] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if key.tag == PREFIX + "merge":
                merged = self._merged(value, path) | merged
            elif not isinstance(key, yaml.ScalarNode):
                self.faults.append(Fault(line, path, "a key must be text"))
            elif key.value in own:
                first = own[key.value].line
                self.faults.append(Fault(line, path, f"{key_words(key.value)} is there twice (first on line {first})"))
            else:
                below = key.value if key.value.isidentifier() else "?"
                own[key.value] = Entry(line, self.tree(value, f"{path}.{below}".removeprefix(".")))
        return merged | own

    def _merged(self, node: yaml.Node, path: str) -> dict[str, Entry]:
        """What `<<` brings along: of several mappings the earlier one wins."""
        together = self.tree(node, path)
        tables = together.items if isinstance(together, Items) else (together,)
        entries: dict[str, Entry] = {}
        for table in tables:
            if not isinstance(table, Table):
                self.faults.append(Fault(together.line, path, "`<<` takes a mapping or a list of mappings"))
                continue
            entries = table.entries | entries
        return entries
