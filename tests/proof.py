"""`make proof`: the long counts, more than a test run can hold; the results are written to docs/proof.md."""

import argparse
import asyncio
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from secrets import randbelow

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from tests.counted import Count
from tests.differential.grammar import generated
from tests.differential.judge import Outcome, differences, judge_all
from tests.differential.questions import at_random
from tests.differential.report import report, shortcomings, table, told
from tests.fleet.start import started_crosshub, started_fleet
from tests.rollups.proof import Scope, counts
from tests.told import proof as told_proof

_PAGE = Path(__file__).parents[1] / "docs" / "proof.md"


@dataclass(frozen=True, slots=True)
class Part:
    """What one part of the proof came to: its section of the page, and what is wrong."""

    text: str
    wrong: tuple[str, ...] = ()


def main() -> None:
    asked = _arguments()
    print(f"seed {asked.seed}", flush=True)
    sections = _sections(_PAGE.read_text() if _PAGE.exists() else "")
    wrong: list[str] = []
    for name in asked.parts:
        title, prove = _PARTS[name]
        part = prove(asked)
        sections[title] = f"{_when(asked.seed)}\n\n{part.text}"
        wrong += part.wrong
        # Each as soon as it is there: the next one may take an hour.
        _PAGE.write_text(_page(sections))
        print(f"## {title}\n\n{sections[title]}\nwritten to {_PAGE}", flush=True)
    if wrong:
        sys.exit("\n".join(wrong))


def _expressions(asked: argparse.Namespace) -> Part:
    outcomes = _same_as_one(asked.expressions, asked.seed)
    found = list(differences(outcomes))
    run = report(outcomes)
    text = table(run)
    if found:
        text += f"\n### Differences\n\n```text\n{told(found)}```\n"
    differ = (f"{len(found)} answers differ",) if found else ()
    return Part(text, (*differ, *shortcomings(run)))


def _kept(asked: argparse.Namespace) -> Part:
    """Kills, orders and races, on databases of both kinds."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, TimeRemainingColumn()) as progress:
        task = progress.add_task("what is kept", total=2 * (asked.kills + asked.orders))
        scope = Scope(asked.kills, asked.orders, asked.slots, asked.seed, lambda: progress.advance(task))
        found = counts(scope)
    return _counted(found)


def _told(asked: argparse.Namespace) -> Part:
    """Kills from a rule that is true to the message that is sent, on databases of both kinds."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, TimeRemainingColumn()) as progress:
        task = progress.add_task("what is told", total=2 * asked.kills_of_telling)
        scope = told_proof.Scope(asked.kills_of_telling, asked.seed, lambda: progress.advance(task))
        return _counted(told_proof.counts(scope))


def _counted(found: Sequence[Count]) -> Part:
    rows = "".join(f"| {each.what} | {each.database} | {each.tried:,} | {len(each.wrong):,} |\n" for each in found)
    wrong = tuple(f"{each.what} on {each.database}: {words}" for each in found for words in each.wrong)
    return Part(f"| what | database | tried | wrong |\n|---|---|---|---|\n{rows}", wrong)


_PARTS: Mapping[str, tuple[str, Callable[[argparse.Namespace], Part]]] = {
    "expressions": ("Same as one Prometheus", _expressions),
    "kept": ("What is kept", _kept),
    "told": ("Who is told", _told),
}


def _sections(page: str) -> dict[str, str]:
    """The sections of a page by their titles; those of parts that are not proven this time stay as they are."""
    titles = [title for title, _ in _PARTS.values()]
    found = {}
    for piece in f"\n{page}".split("\n## ")[1:]:
        title, _, text = piece.partition("\n")
        if title in titles:
            found[title] = text.strip() + "\n"
    return found


def _page(sections: Mapping[str, str]) -> str:
    there = [(title, sections[title]) for title, _ in _PARTS.values() if title in sections]
    return "\n".join([_HEADING, *(f"## {title}\n\n{text}" for title, text in there)])


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


_HEADING = """# Proof

`make proof` writes this page, each section when it is proven. It repeats what `make test` proves, with what no run has seen
before, and more of it.
"""


def _when(seed: int) -> str:
    commit = _git("describe", "--always", "--dirty")
    return f"On {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, at commit {commit}, with seed {seed}."


def _git(*command: str) -> str:
    return subprocess.run(
        ["git", *command], cwd=_PAGE.parent, capture_output=True, text=True, check=True
    ).stdout.strip()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make proof", description=__doc__)
    parser.add_argument("--parts", nargs="+", choices=_PARTS, default=list(_PARTS), help="else all")
    parser.add_argument("--expressions", type=int, default=20_000)
    parser.add_argument("--kills", type=int, default=200, help="on each database")
    parser.add_argument("--kills-of-telling", type=int, default=500, help="on each database")
    parser.add_argument("--orders", type=int, default=20, help="on each database")
    parser.add_argument("--slots", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1 + randbelow(1_000_000_000), help="else any")
    return parser.parse_args()


if __name__ == "__main__":
    main()
