"""Who asks for a server when, and until when they want it: the demand, before nodes and failures have their say."""

from dataclasses import dataclass

import numpy as np

from aggregator.demo import draws, names
from aggregator.demo.fleet import ClusterPlan, HubPlan
from aggregator.demo.happenings import moved, starts, weeks_of
from aggregator.demo.people import Regulars, first_asks, people_of_stories, regulars
from aggregator.demo.rhythm import BEGINNING, DAY, HOUR, MINUTE, busyness, midnights
from aggregator.demo.truth import Person, Start
from aggregator.series import Bools, Floats, Ints

LUCK = 8  # draws that go with each ask


@dataclass(frozen=True, slots=True)
class Ask:
    """Somebody wants a server from `asked` to `until`. `luck` decides what becomes of it."""

    namespace: str
    user: str
    number: int
    asked: int
    until: int
    logs_in: bool
    greedy: bool
    luck: tuple[float, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Columns:
    rows: Ints
    days: Ints
    nth: Ints
    asked: Ints
    until: Ints


def asks(cluster: ClusterPlan, hub: HubPlan, days: Ints) -> list[Ask]:
    """All asks of a hub on these local days, by time."""
    end = BEGINNING + (int(days[-1]) + 2) * DAY
    away = starts(cluster, hub, weeks_of(BEGINNING + int(days[0]) * DAY, end))
    told = people_of_stories(cluster, hub, BEGINNING + (int(days[0]) - 7) * DAY, end)
    found = [*_of_regulars(hub, regulars(hub, end), days, away), *(_of_story(hub, person) for person in told)]
    return sorted(found, key=lambda ask: (ask.asked, ask.user))


def _of_story(hub: HubPlan, person: Person) -> Ask:
    luck = draws.uniform(hub.key + 100, person.number, np.arange(LUCK))
    asked = person.created + 3000
    until = person.left - (0 if person.stranger else int(luck[-1] * 40) * MINUTE)
    return Ask(hub.namespace, person.user, person.number, asked, until, True, person.stranger, tuple(luck.tolist()))


def _of_regulars(hub: HubPlan, who: Regulars, days: Ints, away: list[Start]) -> list[Ask]:
    visits = _never_two_at_once(who, _visits(hub, who, days, away))
    numbers = who.numbers[visits.rows]
    luck = draws.uniform(
        hub.key + 101, numbers[:, None], visits.days[:, None], visits.nth[:, None] * LUCK + np.arange(LUCK)
    )
    # Cookies last: not every server begins with a login, but an account does.
    logs_in = (luck[:, -1] < np.where(visits.nth == 0, 0.75, 0.2)) | (
        (visits.nth == 0) & (who.joined[visits.rows] == visits.days)
    )
    columns = (numbers.tolist(), visits.asked.tolist(), visits.until.tolist(), logs_in.tolist(), luck.tolist())
    return [
        Ask(hub.namespace, names.user_name(hub, number), number, asked, until, login, False, tuple(chances))
        for number, asked, until, login, chances in zip(*columns, strict=True)
    ]


def _visits(hub: HubPlan, who: Regulars, days: Ints, away: list[Start]) -> _Columns:
    """Up to three servers a day, one after the other."""
    came_on, rows = np.nonzero(_comes(hub, who, days))
    on = days[came_on]
    late = midnights(on, hub.timezone) + int(23.3 * HOUR)
    wanted = first_asks(hub, who, rows, on)
    parts = []
    for nth in range(3):
        numbers = who.numbers[rows]
        asked = moved(wanted, away)
        until = asked + _length(hub, numbers, on, nth)
        parts.append(_Columns(rows, on, np.full(len(rows), nth, dtype=np.int64), asked, until))
        pause, again = draws.uniform(hub.key + 31 + nth, numbers, on), draws.uniform(hub.key + 35 + nth, numbers, on)
        wanted = until + ((10 + 140 * pause) * 60).astype(np.int64) * 1000
        stays = (again < 0.35) & (wanted < late)
        rows, on, late, wanted = rows[stays], on[stays], late[stays], wanted[stays]
    return _Columns(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in ("rows", "days", "nth", "asked", "until"))
    )


def _comes(hub: HubPlan, who: Regulars, days: Ints) -> Bools:
    """Who comes on which day: certainly on the first, then as eagerness and the week have it."""
    chance = draws.uniform(hub.key + 30, who.numbers[None, :], days[:, None])
    belongs = (who.joined[None, :] <= days[:, None]) & (days[:, None] < who.left[None, :])
    likes = chance < who.eagerness[None, :] * busyness(days)[:, None]
    comes: Bools = (belongs & likes) | (who.joined[None, :] == days[:, None])
    return comes


def _length(hub: HubPlan, numbers: Ints, days: Ints, nth: int) -> Ints:
    """How long a server is wanted: most an hour or two, some forgotten overnight. Whole seconds, in milliseconds."""
    typical = np.clip(75.0 * np.exp(0.9 * draws.normal(hub.key + 40 + 10 * nth, numbers, days)), 12.0, 540.0)
    forgotten = draws.uniform(hub.key + 45 + 10 * nth, numbers, days)
    minutes: Floats = np.where(forgotten < 0.1, 600.0 + 7000.0 * forgotten, typical)
    return (minutes * 60).astype(np.int64) * 1000


def _never_two_at_once(who: Regulars, visits: _Columns) -> _Columns:
    """A person has one server: who asks again in the morning stopped the forgotten one a minute before."""
    order = np.lexsort((visits.asked, who.numbers[visits.rows]))
    rows, asked, until = visits.rows[order], visits.asked[order], visits.until[order].copy()
    same = rows[:-1] == rows[1:]
    until[:-1] = np.where(same, np.minimum(until[:-1], asked[1:] - MINUTE), until[:-1])
    return _Columns(rows, visits.days[order], visits.nth[order], asked, until)
