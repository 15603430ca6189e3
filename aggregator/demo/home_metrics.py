"""Home directories, the volumes they lie on, and the groups their owners belong to, as exporters tell them."""

from collections.abc import Iterator

import numpy as np

from aggregator.demo import names
from aggregator.demo.fleet import HubPlan
from aggregator.demo.homes import QUOTA, group_of, home_bytes, volume_bytes, volume_used
from aggregator.demo.pods import GIB
from aggregator.demo.rhythm import WEEK
from aggregator.demo.samples import About, Family, Stays, labelled, of_rows, of_stays, stays
from aggregator.demo.truth import Person, Truth
from aggregator.series import Ints


def home_families(hub: HubPlan, truth: Truth, times: Ints) -> Iterator[Family]:
    """Sizes of home directories, as the dirsize exporter tells them."""
    owners = truth.owners(hub.namespace, truth.start, truth.end)
    where = _while_there(owners, times)
    base = {"job": "dirsize-exporter", "instance": "10.0.0.21:8000", "namespace": hub.namespace}
    rows = [{**base, "directory": names.escaped(person.user)} for person in owners]
    size = home_bytes(hub, owners, where.owner, where.times)
    for name, says, values in (
        ("dirsize_total_size_bytes", "Total size of the directory (in bytes)", size),
        ("dirsize_entries_count", "Number of entries in the directory", np.rint(size / 60_000)),
        ("dirsize_hard_limit_bytes", "Hard limit of the directory (in bytes)", np.full_like(size, QUOTA)),
    ):
        yield of_stays(About(name, "gauge", says), rows, where, values)


def _while_there(owners: tuple[Person, ...], times: Ints) -> Stays:
    made = np.array([person.created for person in owners], dtype=np.int64)
    return stays(times, made, np.array([person.home_until for person in owners], dtype=np.int64))


def volume_families(hub: HubPlan, truth: Truth, times: Ints) -> Iterator[Family]:
    """The volumes of homes and of the hub's database, as the kubelet tells them."""
    base = {"job": "kubelet", "instance": "10.0.0.3:10250", "namespace": hub.namespace}
    age = (times - truth.people[0].created if truth.people else times) / WEEK
    for claim, used, size in (
        ("home-nfs", volume_used(hub, truth.stories, times), volume_bytes(hub)),
        ("hub-db-dir", np.rint(GIB * (0.12 + 0.001 * age) / 4096) * 4096, float(GIB)),
    ):
        for name, values in (
            ("kubelet_volume_stats_capacity_bytes", np.full(len(times), size)),
            ("kubelet_volume_stats_available_bytes", np.maximum(size - used, 0.0)),
        ):
            row = [labelled(name, base, persistentvolumeclaim=claim)]
            yield of_rows(About(name, "gauge", "Of a volume, in bytes"), row, times, values[None, :])


def group_families(hub: HubPlan, truth: Truth, times: Ints) -> Iterator[Family]:
    """Who belongs to which group, as the groups exporter tells it."""
    owners = truth.owners(hub.namespace, truth.start, truth.end)
    where = _while_there(owners, times)
    base = {"job": "groups-exporter", "instance": "10.0.0.22:9090", "namespace": hub.namespace}
    rows = [
        {
            **base,
            "usergroup": group_of(hub, person),
            "username": person.user,
            "username_escaped": names.escaped(person.user),
        }
        for person in owners
    ]
    about = About("jupyterhub_user_group_info", "gauge", "User group membership")
    yield of_stays(about, rows, where, where.ones)
