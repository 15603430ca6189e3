"""`make proof`: the long counts, more than a test run can hold; the results are written to docs/proof.md."""

import argparse
import asyncio
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from secrets import randbelow

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from tests.differential.grammar import generated
from tests.differential.judge import Outcome, differences, judge_all
from tests.differential.questions import at_random
from tests.differential.report import report, shortcomings, table, told
from tests.fleet.start import started_crosshub, started_fleet

_PAGE = Path(__file__).parents[1] / "docs" / "proof.md"


def main() -> None:
    asked = _arguments()
    print(f"seed {asked.seed}", flush=True)
    outcomes = _same_as_one(asked.expressions, asked.seed)
    found = list(differences(outcomes))
    run = report(outcomes)
    lacking = list(shortcomings(run))
    section = f"## Same as one Prometheus\n\nSeed {asked.seed}.\n\n{table(run)}"
    if found:
        section += f"\n### Differences\n\n```text\n{told(found)}```\n"
    _PAGE.write_text(f"{_heading()}\n{section}")
    print(f"{section}\nwritten to {_PAGE}")
    if found or lacking:
        sys.exit("\n".join([f"{len(found)} answers differ", *lacking]))


def _same_as_one(expressions: int, seed: int) -> list[Outcome]:
    """Each expression put to the union and to Crosshub, at a moment and over a range."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with (
        started_fleet() as fleet,
        started_crosshub(fleet.config) as crosshub,
        Progress(*columns, TimeRemainingColumn()) as progress,
    ):
        task = progress.add_task("same as one Prometheus", total=2 * expressions)
        questions = at_random(generated(expressions, seed), seed)
        return asyncio.run(judge_all(questions, fleet.union.url, crosshub, lambda _: progress.advance(task)))


def _heading() -> str:
    commit = _git("describe", "--always", "--dirty")
    return f"""# Proof

`make proof` wrote this page on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, at commit {commit}.
It repeats what `make test` proves, with expressions that no run has seen before and more of them.
"""


def _git(*command: str) -> str:
    return subprocess.run(
        ["git", *command], cwd=_PAGE.parent, capture_output=True, text=True, check=True
    ).stdout.strip()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make proof", description=__doc__)
    parser.add_argument("--expressions", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1 + randbelow(1_000_000_000), help="else any")
    return parser.parse_args()


if __name__ == "__main__":
    main()
