"""Rule files: found, read, checked, and handed out all or none."""

import glob
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from aggregator.clusters.faults import Fault, listing, quoted
from aggregator.clusters.kinds import Place
from aggregator.clusters.reading import Reading
from aggregator.clusters.values import UTC
from aggregator.clusters.yaml_lines import Broken, tree_of
from aggregator.errors import BadRules
from aggregator.rules.schema import WrittenFile, WrittenGroup, WrittenRule
from aggregator.rules.shipped import shipped_rules
from aggregator.rules.values import Group, Rule

Groups = tuple[Group, ...]
Found = Iterator[tuple[str, str]]


def rules_of(patterns: Sequence[str] | None) -> Groups:
    """The rules that a configuration's `rules` names; None are the ones that come with Crosshub. Raises BadRules."""
    return read_rules(rule_files(patterns))


def rule_files(patterns: Sequence[str] | None) -> tuple[Path, ...]:
    """The files that fit the patterns, each once; raises BadRules for a pattern that none fits."""
    if patterns is None:
        return shipped_rules()
    fitting = {pattern: sorted(glob.glob(pattern, recursive=True)) for pattern in patterns}  # noqa: PTH207 - absolute
    if empty := [pattern for pattern, files in fitting.items() if not files]:
        raise BadRules("\n".join(f"rules: no file fits {pattern}" for pattern in empty))
    return tuple(dict.fromkeys(Path(file) for files in fitting.values() for file in files))


def read_rules(files: Sequence[Path]) -> Groups:
    """Every group of these files, in their order; raises BadRules, which lists every fault of every file."""
    read = {file: _read(file) for file in files}
    if bad := [listing(str(file), faults) for file, (_, faults) in read.items() if faults]:
        raise BadRules("\n".join(bad))
    names = _names(files)
    return tuple(group for file, (written, _) in read.items() for group in _groups(names[file], *written))


def _names(files: Sequence[Path]) -> dict[Path, str]:
    """What the files are called: a rule keeps its state under this name, wherever its folder is moved."""
    count = Counter(file.name for file in files)
    return {file: file.name if count[file.name] == 1 else str(file) for file in files}


def _read(file: Path) -> tuple[tuple[WrittenFile, Callable[[str], int]], list[Fault]]:
    nothing = WrittenFile(()), lambda _: 1
    try:
        tree, faults = tree_of(file.read_bytes(), least="groups")
    except OSError as error:
        return nothing, [Fault(1, "", error.strerror or "cannot be read")]
    except Broken as broken:
        return nothing, [broken.fault]
    reading = Reading(faults=faults)
    written = reading.mapping(WrittenFile, tree, "", Place(file.parent, UTC))
    for path, words in _faults_in(written, reading.line_of):
        reading.fault(path, words)
    return (written, reading.line_of), reading.faults


def _faults_in(written: WrittenFile, line_of: Callable[[str], int]) -> Found:
    names = {f"groups[{i}].name": group.name for i, group in enumerate(written.groups)}
    yield from _twice(names, line_of, "in this file; a group needs a name of its own")
    for i, group in enumerate(written.groups):
        alerts = {f"groups[{i}].rules[{j}].alert": rule.alert or "" for j, rule in enumerate(group.rules)}
        yield from _twice(
            alerts, line_of, "in this group; what it remembers goes by this name, so give it one of its own"
        )
        for j, rule in enumerate(group.rules):
            yield from _faults_of(rule, f"groups[{i}].rules[{j}]")


def _faults_of(rule: WrittenRule, path: str) -> Found:
    if rule.record is not None:
        yield (
            f"{path}.record",
            "Crosshub records nothing; record it in the cluster's own Prometheus, or ask for a rollup",
        )
    elif rule.alert is None:
        yield path, '"alert" is missing'


def _twice(names: dict[str, str], line_of: Callable[[str], int], why: str) -> Found:
    first: dict[str, str] = {}
    for path, name in names.items():
        before = first.setdefault(name, path)
        if name and before != path:
            yield path, f"{quoted(name)} is there twice (first on line {line_of(before)}) {why}"


def _groups(name: str, written: WrittenFile, line_of: Callable[[str], int]) -> Iterable[Group]:
    for i, group in enumerate(written.groups):
        rules = tuple(_rule(rule, line_of(f"groups[{i}].rules[{j}].alert")) for j, rule in enumerate(group.rules))
        yield _group(name, group, rules)


def _group(file: str, written: WrittenGroup, rules: tuple[Rule, ...]) -> Group:
    return Group(file, written.name, rules, written.interval, written.limit, written.query_offset)


def _rule(written: WrittenRule, line: int) -> Rule:
    labels, annotations = tuple(sorted(written.labels)), tuple(sorted(written.annotations))
    return Rule(written.alert or "", written.expr, written.hold, written.keep_firing_for, labels, annotations, line)
