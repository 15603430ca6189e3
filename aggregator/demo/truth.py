"""What happened in a made-up cluster, in plain rows: every metric is derived from these, and tests compare with them.

Instants are integer milliseconds since 1970, half-open where there are two: a session that `ended` at t does not run at t.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from aggregator.demo.rhythm import DAY


class Outcome(StrEnum):
    """How a spawn ended. `FAILED` is `failure` in JupyterHub 5 and `error` in 6; the rest is said by status or reason."""

    SUCCESS = "success"
    FAILED = "failed"
    THROTTLED = "throttled"
    TOO_MANY = "too-many-users"


class Tale(StrEnum):
    """What is out of the ordinary in a hub for a while."""

    STRANGERS = "strangers"  # unknown accounts come in a steady drip, use all the CPU they can get and never stop
    WORKSHOP = "workshop"  # forty people at once; spawns are throttled
    BROKEN_IMAGE = "broken-image"  # two thirds of the spawns fail
    NO_NODES = "no-nodes"  # nodes come late: spawns take many minutes, pods are not scheduled
    CRASH_LOOP = "crash-loop"  # the hub starts again and again
    DISK_FULL = "disk-full"  # the home volume fills up, until somebody clears it
    REFUSALS = "refusals"  # most logins are refused


@dataclass(frozen=True, slots=True)
class Person:
    """An account in a hub's database. `left` is when they last might come; the account stays."""

    namespace: str
    user: str
    number: int
    created: int
    left: int
    stranger: bool = False

    @property
    def home_until(self) -> int:
        """Homes are archived a month after their owner's last day; strangers leave nothing worth keeping."""
        return self.created if self.stranger else self.left + 30 * DAY


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """One attempt to log in; `took` milliseconds until the answer at `at`."""

    namespace: str
    user: str
    at: int
    took: int
    accepted: bool


@dataclass(frozen=True, slots=True)
class Spawn:
    """One attempt to start a server: asked for at `asked`, over (well or not) `took` milliseconds later."""

    namespace: str
    user: str
    asked: int
    took: int
    outcome: Outcome
    node: str = ""

    @property
    def over(self) -> int:
        return self.asked + self.took


@dataclass(frozen=True, slots=True)
class Session:
    """One server of one person: its pod exists from `asked`, serves from `ready`, and is gone at `ended`."""

    namespace: str
    user: str
    number: int
    asked: int
    scheduled: int
    ready: int
    ended: int
    node: str
    greedy: bool  # uses all the CPU it is allowed


@dataclass(frozen=True, slots=True)
class Node:
    """One machine. Names repeat in other clusters, as they do in the real world."""

    name: str
    pool: str
    booted: int
    gone: int


@dataclass(frozen=True, slots=True)
class Start:
    """The hub's process began at `at`, after `down` milliseconds of not answering; all its counters began at 0."""

    namespace: str
    at: int
    down: int
    why: str  # deploy | upgrade | crash | outage


@dataclass(frozen=True, slots=True)
class Gap:
    """The cluster's own Prometheus did not run: nothing at all was recorded, though life went on."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Story:
    """Something out of the ordinary, and when."""

    tale: Tale
    namespace: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Truth:
    """All that happened in one cluster and touches [start, end), each kind in order of time.

    `people` are all accounts made before `end`.
    """

    cluster: str
    start: int
    end: int
    people: tuple[Person, ...]
    logins: tuple[LoggedIn, ...]
    spawns: tuple[Spawn, ...]
    sessions: tuple[Session, ...]
    nodes: tuple[Node, ...]
    starts: tuple[Start, ...]
    gaps: tuple[Gap, ...]
    stories: tuple[Story, ...]

    def running(self, namespace: str, at: int) -> tuple[Session, ...]:
        """The servers that were ready at an instant."""
        return tuple(s for s in self.sessions if s.namespace == namespace and s.ready <= at < s.ended)

    def active(self, namespace: str, start: int, end: int) -> frozenset[str]:
        """Whose servers ran some time in [start, end)."""
        return frozenset(s.user for s in self.sessions_of(namespace) if s.asked < end and s.ended > start)

    def owners(self, namespace: str, start: int, end: int) -> tuple[Person, ...]:
        """Who had a home some time in [start, end)."""
        return tuple(
            person
            for person in self.people
            if person.namespace == namespace and person.created < end and person.home_until > max(start, person.created)
        )

    def sessions_of(self, namespace: str) -> Iterator[Session]:
        return (session for session in self.sessions if session.namespace == namespace)

    def is_down(self, namespace: str, at: int) -> bool:
        """Whether the hub's process was away at an instant."""
        return any(s.at - s.down <= at < s.at for s in self.starts if s.namespace == namespace)
