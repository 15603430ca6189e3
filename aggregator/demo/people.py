"""Who has an account on a hub: people who come for a term or stay, learners of workshops, and strangers."""

from dataclasses import dataclass

import numpy as np

from aggregator.demo import draws, names
from aggregator.demo.fleet import ClusterPlan, HubPlan
from aggregator.demo.happenings import moved, starts, stories, weeks_of
from aggregator.demo.rhythm import BEGINNING, HOUR, MINUTE, SECOND, day_number, midnights
from aggregator.demo.truth import Person, Story, Tale
from aggregator.series import Floats, Ints

_WORKDAYS_STAYED = 150  # on average, so that a hub of n people gets n / 150 new ones a workday
_OF_STORIES = 1_000_000  # from here on numbers belong to people of stories
_STRANGERS = 26


@dataclass(frozen=True, slots=True, eq=False)
class Regulars:
    """The people of a hub who come by the rhythm of the week, as columns."""

    numbers: Ints
    joined: Ints  # number of the local day
    left: Ints
    eagerness: Floats  # chance to come on a busy day
    hour: Floats  # of the day, when they like to begin


def regulars(hub: HubPlan, until: int) -> Regulars:
    """Everybody who joined on a day before or at `until`, in the order of their numbers."""
    a_day = hub.people / _WORKDAYS_STAYED
    workdays = max(0, (day_number(until) + 2) * 5 // 7 + 8)
    numbers = np.arange(int(workdays * a_day) + 1, dtype=np.int64)
    workday = (numbers / a_day + 3 * draws.uniform(hub.key + 1, numbers)).astype(np.int64)
    joined = workday // 5 * 7 + workday % 5
    kind, stay = draws.uniform(hub.key + 2, numbers), draws.uniform(hub.key + 3, numbers)
    days = np.where(kind < 0.4, 30 + 90 * stay, np.where(kind < 0.7, 120 + 120 * stay, 240 + 360 * stay))
    return Regulars(
        numbers,
        joined,
        joined + days.astype(np.int64),
        0.05 + 0.7 * draws.uniform(hub.key + 4, numbers) ** 1.5,
        np.clip(10.5 + 2.0 * draws.normal(hub.key + 10, numbers), 7.0, 19.0),
    )


def first_asks(hub: HubPlan, who: Regulars, rows: Ints, days: Ints) -> Ints:
    """When these people first ask for a server on these days: near their usual hour, never before five."""
    hours = who.hour[rows] + 1.2 * draws.normal(hub.key + 20, who.numbers[rows], days)
    return midnights(days, hub.timezone) + (np.clip(hours, 5.2, 22.5) * 3600).astype(np.int64) * SECOND


def people(cluster: ClusterPlan, hub: HubPlan, until: int) -> list[Person]:
    """Every account made before `until`, oldest first."""
    everyone = [*_regular_people(cluster, hub, until), *people_of_stories(cluster, hub, BEGINNING, until)]
    return sorted((person for person in everyone if person.created < until), key=lambda person: person.created)


def _regular_people(cluster: ClusterPlan, hub: HubPlan, until: int) -> list[Person]:
    """An account is made a moment before its owner's first server."""
    who = regulars(hub, until)
    asks = first_asks(hub, who, np.arange(len(who.numbers)), who.joined)
    away = starts(cluster, hub, weeks_of(BEGINNING, until))
    left = BEGINNING + who.left * 24 * HOUR
    return [
        Person(hub.namespace, names.user_name(hub, int(number)), int(number), int(asked) - 3 * SECOND, int(gone))
        for number, asked, gone in zip(who.numbers, moved(asks, away), left, strict=True)
    ]


def people_of_stories(cluster: ClusterPlan, hub: HubPlan, start: int, end: int) -> list[Person]:
    """The accounts that stories around [start, end) brought: learners all at once, strangers in a steady drip."""
    found = []
    for story in stories(cluster, weeks_of(start, end)):
        if story.namespace == hub.namespace and story.tale in {Tale.STRANGERS, Tale.WORKSHOP}:
            found += _came(cluster, hub, story)
    return found


def _came(cluster: ClusterPlan, hub: HubPlan, story: Story) -> list[Person]:
    strange = story.tale is Tale.STRANGERS
    count = _STRANGERS if strange else min(48, max(6, hub.people * 8 // 5))
    over = (story.end - story.start) * 4 // 5 if strange else 25 * MINUTE
    about = draws.key(hub.key, "came", story.start)
    when = np.sort(draws.uniform(about, np.arange(count)))
    asks = moved(story.start + (when * over).astype(np.int64), starts(cluster, hub, weeks_of(story.start, story.end)))
    first = _OF_STORIES + day_number(story.start) * 1000
    named = names.stranger_name if strange else names.user_name
    return [
        Person(
            hub.namespace, named(hub, first + nth), first + nth, int(asked) - 3 * SECOND, story.end, stranger=strange
        )
        for nth, asked in enumerate(asks)
    ]
