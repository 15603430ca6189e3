"""`crosshub rules test`: promtool's unit tests, told file by file."""

from collections.abc import Sequence
from pathlib import Path

import typer

from aggregator.errors import CrosshubError
from aggregator.rules.promtool import is_there, tested


def tests_beside(rules: Sequence[Path]) -> list[Path]:
    """The files in the folders `tests` beside rule files, each once."""
    folders = dict.fromkeys(file.parent / "tests" for file in rules)
    return [test for folder in folders for test in sorted(folder.glob("*.yaml"))]


def run_tests(files: Sequence[Path]) -> bool:
    """Prints what comes of each; true when all pass."""
    if not is_there():
        raise CrosshubError("promtool is not installed; Debian's package prometheus has it")
    if not files:
        raise CrosshubError("there are no tests: neither named, nor in a folder `tests` beside the rules")
    width = max(len(file.name) for file in files)
    failed = 0
    for done in tested(files):
        typer.echo(
            f"{done.file.name:<{width}}  {'ok   ' if done.passed else 'FAILS'}  {done.tests} {'test' if done.tests == 1 else 'tests'}"
        )
        for line in done.words.splitlines():
            typer.echo(f"    {line}")
        failed += not done.passed
    typer.echo(f"{failed} of {len(files)} files fail." if failed else "All pass.")
    return not failed
