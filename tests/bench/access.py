"""How soon hubs that let in whom they should not are seen, and how often nothing was wrong: years of hubs, replayed."""

import multiprocessing
import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from statistics import median

from tests.access.replay.attack import DRIP, LEAK, MINERS, STRANGERS, attack, planted
from tests.access.replay.emitted import Emitting
from tests.access.replay.life import life
from tests.access.replay.outcome import KINDS, Caught, Task, Year, replayed, tasks
from tests.access.replay.place import DAY, HOUR, place
from tests.access.replay.watched import COARSE, EVERY, Span, Told, about_people, watched
from tests.bench.aligned import aligned

TUNED = "1 to 5"
"""The seeds on which thresholds were set; no others were looked at for that."""
SEED = 13
HUBS, INCIDENTS = 200, 50
COMPARED, COMPARED_DAYS = 12, 8
_EFFECT = frozenset({MINERS, LEAK})
_CALLED = {
    STRANGERS: "strangers, names can be judged",
    MINERS: "miners, names cannot be judged",
    DRIP: "an account or two a day for weeks",
    LEAK: "a leaked password, or an open hub abused",
}


@dataclass(frozen=True, slots=True)
class Replay:
    """Years of a seed, and how many alerts differ between looking at every moment and only when something happened."""

    seed: int
    years: Sequence[Year]
    compared: int
    differing: int

    @property
    def caught(self) -> list[Caught]:
        return [year.caught for year in self.years if year.caught]

    @property
    def false(self) -> list[Told]:
        return [told for year in self.years for told in year.false]


def replay(seed: int, hubs: int, incidents: int, processes: int | None = None) -> Replay:
    """Every hub-year of a seed, in a process a core; progress goes to stderr."""
    todo = tasks(seed, hubs, incidents)
    years: list[Year] = []
    with multiprocessing.get_context("spawn").Pool(processes or os.cpu_count()) as workers:
        for year in workers.imap_unordered(replayed, todo):
            years.append(year)
            if len(years) % 10 == 0:
                print(f"{len(years)} of {len(todo)} hub-years", file=sys.stderr, flush=True)
        both = workers.map(_compared, [task for task in todo if task.kind][:COMPARED], chunksize=1)
    return Replay(seed, years, sum(one for one, _ in both), sum(differ for _, differ in both))


def _compared(task: Task) -> tuple[int, int]:
    """How many alerts there are in days with an incident, and how many of them only one of two ways of looking tells of."""
    where = place(task.seed, task.number)
    planned = attack(where, task.kind, task.seed)
    lived = planted(life(where, task.seed), planned)
    since = planned.begins // EVERY * EVERY - DAY
    until = since + COMPARED_DAYS * DAY
    seldom = about_people(watched(Emitting(where, lived), Span(since, until)))
    always = about_people(watched(Emitting(where, lived), Span(since, until, (since, until))))
    ours, theirs = Counter(_alike(seldom)), Counter(_alike(always))
    return len(always), sum(((ours - theirs) + (theirs - ours)).values())


def _alike(told: Sequence[Told]) -> Iterator[tuple[str, float]]:
    return ((each.kind, each.at) for each in told)


def lines(found: Replay) -> list[str]:
    """The section of the page after its targets."""
    hubs = len(found.years)
    return [
        *_method(found, hubs),
        "",
        *aligned(
            ("incidents", "found", "median", "worst", "median after the second worked"), list(_kinds(found.caught))
        ),
        "",
        f"Alerts about people without an incident: {len(found.false)}, {len(found.false) / hubs:.2f} in a hub-year.",
        "",
        *aligned(("finding", "false alarms", "in a hub-year"), list(_false(found.false, hubs))),
        "",
        *aligned(("policy", "hub-years", "false alarms in a hub-year"), list(_by_policy(found.years))),
        "",
        *_missed(found.caught),
    ]


def _method(found: Replay, hubs: int) -> list[str]:
    return f"""\
{hubs} hub-years of seed {found.seed} with {len(found.caught)} incidents in them, simulated by `tests/access/replay`; thresholds were set on seeds
{TUNED}. Time counts from the first account of a stranger. A hub is looked at every {EVERY / 60:.0f} minutes from then on until it is
told of; elsewhere after everything that could begin a finding, and at least every {COARSE / 3600:.0f} hours. Looking every {EVERY / 60:.0f} minutes
throughout told of {found.compared} alerts in {min(len(found.caught), COMPARED)} hubs over {COMPARED_DAYS} days with an incident each; of these and those of looking less often,
{found.differing} were told of in one way only, or at another moment.
What a workshop brings that begins early, runs over, is not declared, or has half as many people again counts as a false
alarm, and so does a class that the policy does not expect, and a `closed` hub that names nobody though people are there,
until it is mended within three days; a hub that nobody closed after its workshop does not.""".splitlines()


def targets(found: Replay) -> Iterator[tuple[str, str, str, bool]]:
    """What, what is to be reached, what was, and whether."""
    share = sum(each.by is not None for each in found.caught) / max(1, len(found.caught))
    yield "incidents that are told of", "all", f"{share:.0%}", share == 1
    effect = [each.after for each in found.caught if each.attack.kind in _EFFECT]
    if effect:
        yield "accounts plus effect, median", "≤ 1 h", _time(median(effect)), median(effect) <= 3600
        yield "accounts plus effect, worst", "≤ 24 h", _time(max(effect)), max(effect) <= DAY
    rest = [each.after for each in found.caught if each.attack.kind == STRANGERS]
    if rest:
        yield "strangers by name, worst", "≤ 24 h", _time(max(rest)), max(rest) <= DAY
    rate = len(found.false) / len(found.years)
    yield "false alarms in a hub-year", "< 1", f"{rate:.2f}", rate < 1


def _kinds(caught: Sequence[Caught]) -> Iterator[tuple[str, ...]]:
    for kind in KINDS:
        of_kind = [each for each in caught if each.attack.kind == kind]
        parts: Mapping[str, list[Caught]] = {_CALLED[kind]: of_kind}
        if kind == DRIP:
            parts = {
                f"{_CALLED[kind]}, {what}": [each for each in of_kind if each.judges_names is judges]
                for what, judges in (("names can be judged", True), ("names cannot", False))
            }
        yield from (_row(name, some) for name, some in parts.items() if some)


def _row(name: str, caught: Sequence[Caught]) -> tuple[str, ...]:
    found = sum(each.by is not None for each in caught)
    times = [each.after for each in caught]
    second = [each.after_second for each in caught if each.attack.at_work]
    return (
        name,
        f"{found} of {len(caught)}",
        _time(median(times)),
        _time(max(times)),
        _time(median(second)) if second else "",
    )


def _false(told: Sequence[Told], hubs: int) -> Iterator[tuple[str, ...]]:
    for kind, number in Counter(each.kind for each in told).most_common():
        yield kind, str(number), f"{number / hubs:.2f}"


def _by_policy(years: Sequence[Year]) -> Iterator[tuple[str, ...]]:
    hubs = Counter(year.place.mode for year in years)
    false = Counter(dict.fromkeys(hubs, 0))
    for year in years:
        false[year.place.mode] += len(year.false)
    for mode, number in hubs.most_common():
        yield mode, str(number), f"{false[mode] / number:.2f}"


def _missed(caught: Sequence[Caught]) -> list[str]:
    """Whatever was not told of, or late."""
    late = [each for each in caught if each.after > (7 * DAY if each.attack.kind == DRIP else DAY)]
    if not late:
        return []
    return ["Not told of within a day, or a week where they drip:", "", *(f"- {_in_words(each)}" for each in late), ""]


def _in_words(each: Caught) -> str:
    where = each.place
    sides = [name for name, has in (("token", where.has_token), ("names of pods", where.names_pods)) if not has]
    without = f", without {' and '.join(sides)}" if sides else ""
    silent = f", its Prometheus silent for {_time(each.silent)}" if each.silent > 6 * HOUR else ""
    told = f"told of after {_time(each.after)} by {each.by.kind}" if each.by else "never told of"
    return (
        f"{each.attack.kind} on a hub of {where.people} people, {where.mode}{without}: "
        f"{len(each.attack.accounts)} accounts{silent}, {told}"
    )


def _time(seconds: float) -> str:
    if seconds == inf:
        return "never"
    if seconds >= 2 * DAY:
        return f"{seconds / DAY:.1f} d"
    return f"{seconds / 3600:.1f} h" if seconds >= 2 * 3600 else f"{seconds / 60:.0f} min"
