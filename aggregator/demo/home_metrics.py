"""Home directories, the volumes they lie on, and the groups their owners belong to."""

from collections.abc import Iterator

import numpy as np

from aggregator.demo import draws, names
from aggregator.demo.fleet import HubPlan
from aggregator.demo.pods import GIB
from aggregator.demo.rhythm import DAY, HOUR, WEEK
from aggregator.demo.samples import About, Family, labelled, of_rows, of_stays, stays
from aggregator.demo.truth import Person, Story, Tale, Truth
from aggregator.series import Floats, Ints

_QUOTA = 10 * GIB
_GROUPS = ("staff", "students", "guests")
_KEPT = 30 * DAY  # homes are archived so long after their owner's last day


def home_families(hub: HubPlan, truth: Truth, times: Ints) -> Iterator[Family]:
    """Sizes of home directories, as the dirsize exporter tells them."""
    owners = _owners(hub, truth)
    made = np.array([person.created for person in owners], dtype=np.int64)
    where = stays(times, made, np.array([person.left + _KEPT for person in owners], dtype=np.int64))
    base = {"job": "dirsize-exporter", "instance": "10.0.0.21:8000", "namespace": hub.namespace}
    rows = [{**base, "directory": names.escaped(person.user)} for person in owners]
    size = _home_bytes(hub, owners, where.owner, where.times)
    for name, says, values in (
        ("dirsize_total_size_bytes", "Total size of the directory (in bytes)", size),
        ("dirsize_entries_count", "Number of entries in the directory", np.rint(size / 60_000)),
        ("dirsize_hard_limit_bytes", "Hard limit of the directory (in bytes)", np.full_like(size, _QUOTA)),
    ):
        yield of_stays(About(name, "gauge", says), rows, where, values)


def _owners(hub: HubPlan, truth: Truth) -> list[Person]:
    """Whoever may still have a home when the truth begins; strangers leave nothing worth keeping."""
    mine = (person for person in truth.people if person.namespace == hub.namespace and not person.stranger)
    return [person for person in mine if person.left + _KEPT > truth.start]


def _home_bytes(hub: HubPlan, owners: list[Person], rows: Ints, times: Ints) -> Floats:
    """Homes grow, and are tidied up every few weeks. They change once an hour, when the exporter looks."""
    luck = np.array([draws.uniform(hub.key + 95, person.number, np.arange(3)) for person in owners]).reshape(-1, 3)
    looked = times // HOUR * HOUR
    age = looked - np.array([person.created for person in owners], dtype=np.int64)[rows]
    since_tidy = (looked + (luck[:, 2][rows] * 5 * WEEK).astype(np.int64)) % (5 * WEEK) / (5 * WEEK)
    share = 0.02 + 0.96 * luck[:, 0] ** 5  # of their quota: most need little
    tidied = 0.8 + 0.2 * np.maximum(since_tidy, luck[:, 1][rows])
    pages = share[rows] * _QUOTA * (1 - np.exp(-np.maximum(age, 0) / (40 * DAY))) * tidied / 4096
    size: Floats = np.rint(pages) * 4096
    return size + 4096


def volume_families(hub: HubPlan, truth: Truth, times: Ints) -> Iterator[Family]:
    """The volumes of homes and of the hub's database, as the kubelet tells them."""
    base = {"job": "kubelet", "instance": "10.0.0.3:10250", "namespace": hub.namespace}
    homes, capacity = _homes_used(hub, truth, times)
    age = (times - truth.people[0].created if truth.people else times) / WEEK
    for claim, used, size in (
        ("home-nfs", homes, capacity),
        ("hub-db-dir", np.rint(GIB * (0.12 + 0.001 * age) / 4096) * 4096, float(GIB)),
    ):
        for name, values in (
            ("kubelet_volume_stats_capacity_bytes", np.full(len(times), size)),
            ("kubelet_volume_stats_available_bytes", np.maximum(size - used, 0.0)),
        ):
            row = [labelled(name, base, persistentvolumeclaim=claim)]
            yield of_rows(About(name, "gauge", "Of a volume, in bytes"), row, times, values[None, :])


def _homes_used(hub: HubPlan, truth: Truth, times: Ints) -> tuple[Floats, float]:
    """All homes together, for a volume laid out for the people the hub is for; a story may fill it."""
    capacity = float(hub.people * 4 * GIB)
    looked = times // HOUR * HOUR
    cycle = looked % (6 * WEEK) / (6 * WEEK)
    used = capacity * (0.45 + 0.12 * cycle + 0.01 * draws.uniform(hub.key + 97, looked // HOUR))
    for story in truth.stories:
        if story.namespace == hub.namespace and story.tale is Tale.DISK_FULL:
            used = np.maximum(used, capacity * _filling(story, times))
    rounded: Floats = np.rint(used / 4096) * 4096
    return rounded, capacity


def _filling(story: Story, times: Ints) -> Floats:
    """From half full to 98 % over the story's first nine tenths; then somebody clears it."""
    done = (times - story.start) / (story.end - story.start)
    share: Floats = np.where((done >= 0) & (done <= 1), 0.5 + 0.48 * np.minimum(done / 0.9, 1.0), 0.0)
    return share


def group_families(hub: HubPlan, truth: Truth, times: Ints) -> Iterator[Family]:
    """Who belongs to which group, as the groups exporter tells it."""
    owners = _owners(hub, truth)
    made = np.array([person.created for person in owners], dtype=np.int64)
    where = stays(times, made, np.array([person.left + _KEPT for person in owners], dtype=np.int64))
    base = {"job": "groups-exporter", "instance": "10.0.0.22:9090", "namespace": hub.namespace}
    rows = [
        {
            **base,
            "usergroup": _group(hub, person),
            "username": person.user,
            "username_escaped": names.escaped(person.user),
        }
        for person in owners
    ]
    about = About("jupyterhub_user_group_info", "gauge", "User group membership")
    yield of_stays(about, rows, where, where.ones)


def _group(hub: HubPlan, person: Person) -> str:
    luck = draws.one(hub.key + 98, person.number)
    return _GROUPS[0 if luck < 0.15 else 1 if luck < 0.8 else 2]
