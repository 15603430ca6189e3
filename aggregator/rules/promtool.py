"""Prometheus' own checks and tests of rules, by its promtool."""

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from aggregator.rules.files import Groups, read_rules
from aggregator.rules.writing import rule_file, yaml_text

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
            content = _content(file)
            readable = _readable(file, content, Path(folder))
            ran = _run("test", "rules", str(readable))
        said = f"{ran.stdout}{ran.stderr}".replace(str(readable), str(file))
        words = "\n".join(line for line in said.splitlines() if line.strip() and not line.startswith("Unit Testing:"))
        yield Tested(file, len(content.get("tests") or ()), "" if ran.returncode == 0 else words or "promtool fails")


def _content(file: Path) -> dict[str, Any]:
    try:
        read = yaml.safe_load(file.read_bytes())
    except (OSError, yaml.YAMLError):
        return {}  # promtool has better words for it
    return read if isinstance(read, dict) else {}


def _readable(file: Path, content: dict[str, Any], folder: Path) -> Path:
    """The same tests of the same rules, which are written again where a promtool may stumble over `query_offset`."""
    named = content.get("rule_files") or ()
    rules = [found for each in named for found in sorted(file.parent.glob(str(each)))]
    if not any(OFFSET in each.read_bytes() for each in rules):
        return file
    written = []
    for number, each in enumerate(rules):
        copy = folder / f"{number}-{each.name}"
        copy.write_text(rule_file(read_rules([each])), encoding="utf-8")
        written.append(copy.name)
    copied = folder / file.name
    copied.write_text(yaml_text(content | {"rule_files": written}), encoding="utf-8")
    return copied


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["promtool", *arguments], capture_output=True, text=True, check=False, timeout=TIMEOUT, stdin=subprocess.DEVNULL
    )
