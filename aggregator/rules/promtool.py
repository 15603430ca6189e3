"""Prometheus' own checks and tests of rules, by its promtool."""

import glob
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from aggregator.rules.files import Groups, read_rules
from aggregator.rules.writing import rule_file

TIMEOUT = 600
OFFSET = b"query_offset"


@dataclass(frozen=True, slots=True)
class Tested:
    """One file of tests, how many it has, and what promtool says to those that fail."""

    file: Path
    tests: int
    words: str = ""

    @property
    def passed(self) -> bool:
        return not self.words


def is_there() -> bool:
    """Whether promtool can be run."""
    return shutil.which("promtool") is not None


def faults_found(groups: Groups) -> tuple[str, ...]:
    """What promtool has against the rules, a line each, each with the name of its file; empty when nothing."""
    with TemporaryDirectory(prefix="crosshub-rules-") as folder:
        names = dict.fromkeys(group.file for group in groups)
        files = [Path(folder) / f"{number}-{Path(name).name}" for number, name in enumerate(names)]
        for file, name in zip(files, names, strict=True):
            file.write_text(rule_file(group for group in groups if group.file == name), encoding="utf-8")
        ran = _run("check", "rules", *map(str, files))
        said = ran.stderr.replace("  FAILED:\n", "")
        for file, name in zip(files, names, strict=True):
            said = said.replace(str(file), name)
    if ran.returncode == 0:
        return ()
    return tuple(line for line in said.splitlines() if line.strip()) or ("promtool refuses them and does not say why",)


def tested(files: Sequence[Path]) -> Iterator[Tested]:
    """What comes of each file of tests, one after the other."""
    for file in files:
        with TemporaryDirectory(prefix="crosshub-rules-") as folder:
            named = _named_in(file)
            readable = _readable(file, named, Path(folder))
            ran = _run("test", "rules", str(readable))
        said = f"{ran.stdout}{ran.stderr}".replace(str(readable), str(file))
        words = "\n".join(line for line in said.splitlines() if line.strip() and not line.startswith("Unit Testing:"))
        tests = len(named["tests"].value) if "tests" in named else 0
        yield Tested(file, tests, "" if ran.returncode == 0 else words or "promtool fails")


def _named_in(file: Path) -> dict[str, yaml.SequenceNode]:
    """The lists in a file of tests; of one that cannot be read none, since promtool has better words for it."""
    try:
        root = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (OSError, ValueError, yaml.YAMLError):
        return {}
    entries = root.value if isinstance(root, yaml.MappingNode) else ()
    return {key.value: value for key, value in entries if isinstance(value, yaml.SequenceNode)}


def _readable(file: Path, named: dict[str, yaml.SequenceNode], folder: Path) -> Path:
    """The same tests of the same rules, which are written again where a promtool may stumble over `query_offset`."""
    list_of_rules = named.get("rule_files")
    patterns = [str(each.value) for each in list_of_rules.value] if list_of_rules else []
    rules = [Path(found) for pattern in patterns for found in sorted(glob.glob(str(file.parent / pattern)))]  # noqa: PTH207 - may be absolute
    if list_of_rules is None or not any(OFFSET in each.read_bytes() for each in rules):
        return file
    written = []
    for number, each in enumerate(rules):
        copy = folder / f"rules-{number}.yaml"
        copy.write_text(rule_file(read_rules([each])), encoding="utf-8")
        written.append(copy.name)
    copied, text = folder / file.name, file.read_text(encoding="utf-8")
    # The rest stays as it is written: read as YAML and written again, the samples `0x5` would be the number 5.
    start, end = list_of_rules.start_mark.index, list_of_rules.end_mark.index
    copied.write_text(f"{text[:start]} [{', '.join(written)}]\n{text[end:]}", encoding="utf-8")
    return copied


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["promtool", *arguments], capture_output=True, text=True, check=False, timeout=TIMEOUT, stdin=subprocess.DEVNULL
    )
