"""Many hub-years replayed: what is told of them, what of that is false, and how soon incidents are seen."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tests.access.replay.attack import DRIP, LEAK, MINERS, MODES, STRANGERS, Attack, attack, planted
from tests.access.replay.emitted import Emitting
from tests.access.replay.life import NEVER, Life, life
from tests.access.replay.place import DAY, END, HOUR, START, Place, place
from tests.access.replay.watched import EVERY, Span, Told, about_people, watched

AFTERMATH = 14 * DAY
"""So long after an incident alerts are still about it."""
ANSWERED = 4 * HOUR
"""So long after somebody was told the hub is closed, and an hour later the accounts are gone."""
KINDS = (STRANGERS, MINERS, DRIP, LEAK)


@dataclass(frozen=True, slots=True)
class Caught:
    """An incident and the first alert that is about it: seconds from the first account, and from the second at work.

    `unrelated` is what is told after its aftermath, and would not be without it. For `silent` seconds until then the
    Prometheus of the cluster told nothing.
    """

    place: Place
    attack: Attack
    by: Told | None
    unrelated: tuple[Told, ...] = ()
    silent: float = 0.0

    @property
    def judges_names(self) -> bool:
        """Whether names show who is meant, and are seen."""
        where = self.place
        return where.judges_names and where.hub.access is not None and (where.has_token or where.names_pods)

    @property
    def after(self) -> float:
        return NEVER if self.by is None else self.by.at - self.attack.begins

    @property
    def after_second(self) -> float:
        return NEVER if self.by is None else max(0.0, self.by.at - self.attack.second_at_work)


@dataclass(frozen=True, slots=True)
class Year:
    """What was told in the year of one hub, about people and without cause, and its incident if it has one."""

    place: Place
    false: tuple[Told, ...]
    caught: Caught | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """One hub-year to replay."""

    seed: int
    number: int
    kind: str = ""


def tasks(seed: int, hubs: int, incidents: int) -> list[Task]:
    """Hub-years of a seed, some of them with an incident: the kinds in turns, each on a hub on which it can happen.

    Every other drip is where names cannot be judged.
    """
    places = {number: place(seed, number) for number in range(hubs)}
    order = np.random.default_rng([seed, 4]).permutation(hubs).tolist()
    kinds: dict[int, str] = {}
    for turn in range(incidents):
        kind, judges = KINDS[turn % len(KINDS)], turn // len(KINDS) % 2 == 0
        fitting = (
            each
            for each in order
            if each not in kinds
            and can_happen(places[each], kind)
            and (kind != DRIP or places[each].judges_names is judges)
        )
        number = next(fitting, None)
        if number is not None:
            kinds[number] = kind
    return [Task(seed, number, kinds.get(number, "")) for number in range(hubs)]


def can_happen(where: Place, kind: str) -> bool:
    """Whether an incident of a kind can happen there; strangers are those whose names can be seen and judged."""
    if where.mode not in MODES[kind]:
        return False
    return kind != STRANGERS or (where.hub.access is not None and (where.has_token or where.names_pods))


def replayed(task: Task) -> Year:
    """One year, once in peace, and once more with its incident."""
    where = place(task.seed, task.number)
    lived = life(where, task.seed)
    peace = about_people(watched(Emitting(where, lived), Span(START, END)))
    false = tuple(each for each in peace if not _is_true(where, each))
    if not task.kind:
        return Year(where, false)
    found = caught(where, lived, attack(where, task.kind, task.seed), peace)
    return Year(where, (*false, *found.unrelated), found)


def caught(where: Place, lived: Life, planned: Attack, peace: Sequence[Told]) -> Caught:
    """An incident from two days before it until after its aftermath."""
    by = first_told(where, lived, planned, peace)
    ended = min(planned.ends, END) if by is None else by.at + ANSWERED
    after = watched(
        Emitting(where, planted(lived, planned, ended, ended + HOUR)),
        Span(_before(planned), min(END, ended + 45 * DAY)),
    )
    unrelated = tuple(
        each
        for each in about_people(after)
        if each.at > ended + AFTERMATH and not _is_among(each, peace) and not _is_true(where, each)
    )
    until = ended if by is None else by.at
    silent = sum(max(0.0, min(ends, until) - max(since, planned.begins)) for since, ends in lived.blind)
    return Caught(where, planned, by, unrelated, silent)


def first_told(where: Place, lived: Life, planned: Attack, peace: Sequence[Told]) -> Told | None:
    """The first alert that would not be there without the incident; from its first account on no look is left out."""
    until = min(planned.ends, END)

    def is_about_it(each: Told) -> bool:
        return each.at >= planned.begins and bool(about_people([each])) and not _is_among(each, peace)

    emitting = Emitting(where, planted(lived, planned))
    told = watched(emitting, Span(_before(planned), until, (_before(planned) + 2 * DAY + EVERY, until)), is_about_it)
    return next(filter(is_about_it, told), None)


def _before(planned: Attack) -> float:
    return planned.begins // EVERY * EVERY - 2 * DAY


def _is_among(each: Told, others: Sequence[Told]) -> bool:
    return any(other.kind == each.kind and abs(other.at - each.at) <= HOUR for other in others)


def _is_true(where: Place, each: Told) -> bool:
    """Whether the hub really was open to whom it should not be: nobody closed it after a workshop."""
    return any(one.is_left_open and 0 <= each.at - one.ends <= 14 * DAY for one in where.workshops)
