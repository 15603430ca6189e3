"""What really happened on a day of a hub, measure by measure: by the rows of the demo's truth, without PromQL."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil
from statistics import fmean

import numpy as np

from aggregator.demo.fleet import ClusterPlan, HubPlan
from aggregator.demo.homes import group_of, home_bytes, volume_bytes, volume_used
from aggregator.demo.images import image_of
from aggregator.demo.pods import GIB, USER, columns, pods_of
from aggregator.demo.requests import HUMS, asked_by_people
from aggregator.demo.samples import stays
from aggregator.demo.truth import Outcome, Person, Spawn, Truth
from aggregator.demo.usage import appetites, cpu_seconds, memory_bytes
from aggregator.rollups.catalogue import About
from tests.rollups.made import DAY, HOUR


@dataclass(frozen=True)
class Day:
    """A day of a hub, and all that happened in its cluster."""

    plan: ClusterPlan
    truth: Truth
    namespace: str
    start: int
    end: int

    @property
    def hours(self) -> float:
        return (self.end - self.start) / HOUR

    def holds(self, moment: int) -> bool:
        return self.start <= moment < self.end

    def overlap(self, start: int, end: int) -> float:
        """The part of a stretch that lies in the day, in hours."""
        return max(0, min(end, self.end) - max(start, self.start)) / HOUR

    def spawns(self, *outcomes: Outcome) -> list[Spawn]:
        mine = (each for each in self.truth.spawns if each.namespace == self.namespace and each.outcome in outcomes)
        return [each for each in mine if self.holds(each.over)]

    def pods(self) -> list[tuple[str, int, int]]:
        """User, from and to of every pod of a server: those that failed to start had one too."""
        failed = [x for x in self.truth.spawns if x.namespace == self.namespace and x.outcome is Outcome.FAILED]
        return [
            *((each.user, each.asked, each.ended) for each in self.truth.sessions_of(self.namespace)),
            *((each.user, each.asked, each.over) for each in failed),
        ]

    def users(self) -> set[str]:
        return {user for user, start, end in self.pods() if self.overlap(start, end)}

    def logins(self, *, accepted: bool) -> int:
        mine = (each for each in self.truth.logins if each.namespace == self.namespace and each.accepted is accepted)
        return sum(self.holds(each.at) for each in mine)

    def server_hours(self) -> float:
        return sum(self.overlap(each.ready, each.ended) for each in self.truth.sessions_of(self.namespace))

    def pod_hours(self) -> float:
        return sum(self.overlap(start, end) for _, start, end in self.pods())

    def image_hours(self) -> dict[str, float]:
        """Hours of servers, from when they had a place, by the image that whoever they belong to runs."""
        sessions = self.truth.sessions_of(self.namespace)
        failed = (x for x in self.truth.spawns if x.namespace == self.namespace and x.outcome is Outcome.FAILED)
        found: dict[str, float] = {}
        for user, start, end in (
            *((each.user, each.scheduled, each.ended) for each in sessions),
            *((each.user, each.asked + 1000, each.over) for each in failed),
        ):
            if hours := self.overlap(start, end):
                image = image_of(self.hub, user)
                found[image] = found.get(image, 0.0) + hours
        return found

    def down_minutes(self) -> float:
        mine = (each for each in self.truth.starts if each.namespace == self.namespace)
        return 60 * sum(self.overlap(each.at - each.down, each.at) for each in mine)

    def most(self) -> int:
        moments = [each.ready for each in self.truth.sessions_of(self.namespace) if self.holds(each.ready)]
        return max(len(self.truth.running(self.namespace, moment)) for moment in (self.start, *moments))

    def start_seconds(self) -> list[float]:
        return sorted(each.took / 1000 for each in self.spawns(Outcome.SUCCESS))

    def quantile(self, share: float) -> float | None:
        took = self.start_seconds()
        return took[ceil(share * len(took)) - 1] if took else None

    @property
    def hub(self) -> HubPlan:
        return next(each for each in self.plan.hubs if each.namespace == self.namespace)

    def requests(self) -> float:
        """Of each login a page before it; of each start two pages; a look at all users every ten minutes, and each server
        that tells every five minutes that it is alive."""
        logins = sum(self.logins(accepted=accepted) for accepted in (True, False))
        asked = sum(self.holds(each.asked) for each in self.truth.spawns if each.namespace == self.namespace)
        steady = 6 * (self.hours - self.down_minutes() / 60) + 12 * self.server_hours()
        return 2 * logins + asked + len(self.spawns(*Outcome)) + steady

    def request_seconds(self) -> float:
        """Of all requests but those about health and metrics, and those that last for as long as a server starts."""
        logins = [each for each in self.truth.logins if each.namespace == self.namespace]
        spawns = [each for each in self.truth.spawns if each.namespace == self.namespace]
        took = [
            took
            for asked in asked_by_people(self.hub, logins, spawns)
            for when, took in asked.events
            if self.holds(when) and not asked.handler.endswith(ASIDE)
        ]
        up_hours = self.hours - self.down_minutes() / 60
        hums = [
            (3_600_000 / hum.every * (self.server_hours() if hum.of_servers else up_hours), hum.took)
            for hum in HUMS
            if not hum.handler.endswith(ASIDE)
        ]
        all_of_it = sum(took) + sum(count * milliseconds for count, milliseconds in hums)
        return all_of_it / (len(took) + sum(count for count, _ in hums)) / 1000

    def owners(self) -> tuple[Person, ...]:
        """Whose homes there were; one that goes on the day is still counted."""
        return self.truth.owners(self.namespace, self.start, self.end)

    def home_bytes(self) -> float:
        """What homes had grown to by the end of the day, or of themselves."""
        owners = self.owners()
        last = np.array([min(self.end, each.home_until) - 1 for each in owners], dtype=np.int64)
        return float(home_bytes(self.hub, owners, np.arange(len(owners)), last).sum())

    def free_bytes(self) -> float:
        used = volume_used(self.hub, self.truth.stories, np.array([self.end - 1]))
        return volume_bytes(self.hub) - float(used[0])

    def used(self) -> tuple[float, float, float]:
        """Hours of CPU and GiB hours that servers used, and the most bytes at once, looked at every ten seconds."""
        pods = columns(
            pod
            for pod in pods_of(self.plan, self.truth).between(self.start, self.end).of(USER).rows
            if pod.namespace == self.namespace and pod.started < pod.gone
        )
        where = stays(np.arange(self.start, self.end, 10_000, dtype=np.int64), pods.started, pods.gone)
        age = (where.times - pods.started[where.owner]) / 1000
        eats = appetites(pods)
        cpu = cpu_seconds(eats, where.owner, age + 10) - cpu_seconds(eats, where.owner, age)
        memory = memory_bytes(eats, where.owner, age)
        at_once = np.bincount((where.times - self.start) // 10_000, memory)
        return float(cpu.sum()) / 3600, float(memory.sum()) / GIB / 360, float(at_once.max(initial=0))

    def active(self, days: int) -> int:
        return len(self.truth.active(self.namespace, self.end - days * DAY, self.end))

    def restarts(self) -> int:
        return sum(self.holds(each.at) for each in self.truth.starts if each.namespace == self.namespace)

    def accounts(self) -> int:
        mine = (each for each in self.truth.people if each.namespace == self.namespace)
        return sum(each.created < self.end for each in mine)


ASIDE = ("SpawnProgressAPIHandler", "HealthCheckHandler", "MetricsHandler")


def told_by(exporter: str, true: Callable[[Day], float]) -> Callable[[Day], float | None]:
    """What is true, where the cluster has the exporter that tells it."""
    return lambda day: None if exporter in day.plan.lacks else true(day)


TRUE: Mapping[str, Callable[[Day], float | None]] = {
    "people": lambda day: len(day.users()),
    "sessions": lambda day: sum(day.holds(start) for _, start, _ in day.pods()),
    "servers_most": Day.most,
    "servers_mean": lambda day: day.server_hours() / day.hours,
    "server_hours": Day.server_hours,
    "server_starts": lambda day: len(day.spawns(Outcome.SUCCESS)),
    "server_start_failures": lambda day: len(day.spawns(Outcome.FAILED)),
    "server_starts_refused": lambda day: len(day.spawns(Outcome.THROTTLED, Outcome.TOO_MANY)),
    "server_start_seconds_mean": lambda day: fmean(day.start_seconds()) if day.start_seconds() else None,
    "server_start_seconds_p50": lambda day: day.quantile(0.5),
    "server_start_seconds_p90": lambda day: day.quantile(0.9),
    "server_start_seconds_p95": lambda day: day.quantile(0.95),
    "logins": lambda day: day.logins(accepted=True),
    "logins_refused": lambda day: day.logins(accepted=False),
    "up_ratio": lambda day: 1 - day.down_minutes() / 60 / day.hours,
    "down_minutes": Day.down_minutes,
    "hub_restarts": Day.restarts,
    "accounts": Day.accounts,
    "active_users_24h": lambda day: day.active(1),
    "active_users_7d": lambda day: day.active(7),
    "active_users_30d": lambda day: day.active(30),
    "cpu_requested_hours": lambda day: 0.25 * day.pod_hours(),
    "memory_requested_gib_hours": Day.pod_hours,
    "cpu_hours": lambda day: day.used()[0],
    "memory_gib_hours": lambda day: day.used()[1],
    "memory_most_bytes": lambda day: day.used()[2],
    "gpu_requested_hours": lambda _: 0,
    "requests_failed": lambda day: len(day.spawns(Outcome.FAILED)),
    "home_bytes": told_by("dirsize", Day.home_bytes),
    "home_directories": told_by("dirsize", lambda day: len(day.owners())),
    "home_volume_bytes": lambda day: day.hub.people * 4 * GIB,
    "home_volume_free_bytes": Day.free_bytes,
    "groups": told_by("groups", lambda day: len({group_of(day.hub, each) for each in day.owners()})),
}
"""What each measure is of a day, told by the truth."""

TRUE_WITHOUT_RESTARTS: Mapping[str, Callable[[Day], float]] = {
    "requests": Day.requests,
    "request_seconds_mean": Day.request_seconds,
}
"""Blocks made of text do not say that a series has ended: what a restart ends stays for five minutes more in them."""

TRUE_OF_SEVERAL = ("new_people", *(f"{about}_people" for about in About if about is not About.HUB))
"""What follows from several days, or several hubs."""

SEEN_BY_CROSSHUB = ("outage_minutes",)
"""Nothing that happens in a cluster: what Crosshub looks at from outside."""
