"""`crosshub rollup backfill`: the bar while it runs, and what came of it."""

import asyncio
import logging
import sys
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from aggregator.clusters.values import Config
from aggregator.errors import printable
from aggregator.rollups.backfill import Days, backfill, how_days_stand
from aggregator.rollups.chunks import Window
from aggregator.rollups.outcome import Outcome
from aggregator.rollups.standing import State
from aggregator.rollups.subjects import Subject

INTERRUPTED = 130


def fill(config: Config, window: Window, days: Days, hubs: Sequence[Subject]) -> int:
    """What to exit with, once it is told how the days stand and which clusters failed."""
    # Everything that the log would say is said at the end, below the bar.
    logging.getLogger("aggregator.rollups").addHandler(logging.NullHandler())
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        outcome = asyncio.run(_filled(config, window, console, _days(days)))
        states = asyncio.run(how_days_stand(config, days, hubs))
    except KeyboardInterrupt:
        console.print("Interrupted. What is done is kept; the same command goes on from there.", markup=False)
        return INTERRUPTED
    print(_standing(states, days, len(hubs), asked=bool(outcome.kept or outcome.failed)))
    _tell_refused(outcome)
    return _tell_failed(outcome)


async def _filled(config: Config, window: Window, console: Console, what: str) -> Outcome:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=None)
        return await backfill(config, window, lambda done, total: progress.update(task, completed=done, total=total))


def _standing(states: Mapping[State, int], days: Days, hubs: int, *, asked: bool) -> str:
    """`2026-10-30 to 2026-11-01, 4 hubs: 11 of 12 days are seen, 1 not asked yet`."""
    over = sum(states.values()) - states.get(State.RUNNING, 0)
    told = f"{states.get(State.WHOLE, 0):,} of {over:,} days are whole"
    others = [f"{count:,} {WORDS[state]}" for state, count in sorted(states.items()) if state in WORDS]
    of = f"{_days(days)}, {'1 hub' if hubs == 1 else f'{hubs:,} hubs'}"
    return f"{of}: {'' if asked else 'nothing was to be asked; '}{', '.join((told, *others))}."


WORDS = {
    State.IN_PART: "seen in part",
    State.UNSEEN: "not seen at all",
    State.UNASKED: "not there",
    State.RUNNING: "not over yet",
}


def _tell_refused(outcome: Outcome) -> None:
    for cluster, refused in sorted(outcome.refused.items()):
        for measure, words in sorted(refused.items()):
            print(f'cluster "{cluster}" refused {measure}, which is lacking now: {printable(words)}')


def _tell_failed(outcome: Outcome) -> int:
    """1 where a cluster failed."""
    for name in sorted(outcome.failed):
        print(printable(str(outcome.failed[name])), file=sys.stderr)
    if outcome.failed:
        clusters = "1 cluster" if len(outcome.failed) == 1 else f"{len(outcome.failed)} clusters"
        again = "Run the same command again once they answer; what is whole is not asked again."
        print(f"{clusters} failed. {again}", file=sys.stderr)
    return 1 if outcome.failed else 0


def _days(days: Days) -> str:
    return f"{days.first}" if days.first == days.last else f"{days.first} to {days.last}"
