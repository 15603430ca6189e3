"""How large home directories are, how full their volume is, and which group their owners belong to, at any moment."""

from collections.abc import Iterable, Sequence

import numpy as np

from aggregator.demo import draws
from aggregator.demo.fleet import HubPlan
from aggregator.demo.pods import GIB
from aggregator.demo.rhythm import DAY, HOUR, WEEK
from aggregator.demo.truth import Person, Story, Tale
from aggregator.series import Floats, Ints

QUOTA = 10 * GIB
_GROUPS = ("staff", "students", "guests")
_PAGE = 4096


def home_bytes(hub: HubPlan, owners: Sequence[Person], rows: Ints, times: Ints) -> Floats:
    """The size of the homes of these rows of owners, each at its time.

    Homes grow, and are tidied up every few weeks. They change once an hour, when the exporter looks.
    """
    luck = np.array([draws.uniform(hub.key + 95, person.number, np.arange(3)) for person in owners]).reshape(-1, 3)
    looked = times // HOUR * HOUR
    age = looked - np.array([person.created for person in owners], dtype=np.int64)[rows]
    since_tidy = (looked + (luck[:, 2][rows] * 5 * WEEK).astype(np.int64)) % (5 * WEEK) / (5 * WEEK)
    share = 0.02 + 0.96 * luck[:, 0] ** 5  # of their quota: most need little
    tidied = 0.8 + 0.2 * np.maximum(since_tidy, luck[:, 1][rows])
    pages = share[rows] * QUOTA * (1 - np.exp(-np.maximum(age, 0) / (40 * DAY))) * tidied / _PAGE
    size: Floats = np.rint(pages) * _PAGE
    return size + _PAGE


def volume_bytes(hub: HubPlan) -> float:
    """The size of the volume of homes, laid out for the people the hub is for."""
    return float(hub.people * 4 * GIB)


def volume_used(hub: HubPlan, stories: Iterable[Story], times: Ints) -> Floats:
    """How much of it is used at these times; a story may fill it."""
    capacity = volume_bytes(hub)
    looked = times // HOUR * HOUR
    cycle = looked % (6 * WEEK) / (6 * WEEK)
    used = capacity * (0.45 + 0.12 * cycle + 0.01 * draws.uniform(hub.key + 97, looked // HOUR))
    for story in stories:
        if story.namespace == hub.namespace and story.tale is Tale.DISK_FULL:
            used = np.maximum(used, capacity * _filling(story, times))
    rounded: Floats = np.rint(used / _PAGE) * _PAGE
    return rounded


def _filling(story: Story, times: Ints) -> Floats:
    """From half full to 98 % over the story's first nine tenths; then somebody clears it."""
    done = (times - story.start) / (story.end - story.start)
    share: Floats = np.where((done >= 0) & (done <= 1), 0.5 + 0.48 * np.minimum(done / 0.9, 1.0), 0.0)
    return share


def group_of(hub: HubPlan, person: Person) -> str:
    """The one group that somebody belongs to."""
    luck = draws.one(hub.key + 98, person.number)
    return _GROUPS[0 if luck < 0.15 else 1 if luck < 0.8 else 2]
