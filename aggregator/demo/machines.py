"""Where servers run: nodes that come when people do and go when they have gone, filled from the first one on."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

from aggregator.demo import draws
from aggregator.demo.asks import Ask
from aggregator.demo.fleet import ClusterPlan
from aggregator.demo.happenings import upgraded
from aggregator.demo.rhythm import MINUTE, SECOND, WEEK, day_number
from aggregator.demo.truth import Node, Outcome, Session, Spawn, Story, Tale

_EMPTY_FOR = 12 * MINUTE  # then the autoscaler takes a node away


@dataclass(slots=True)
class _Machine:
    """A node while a day is being played."""

    name: str
    booted: int
    ready: int
    ends: list[int] = field(default_factory=list)

    def occupied(self, at: int) -> int:
        return sum(end > at for end in self.ends)

    def gone(self) -> int:
        return max(self.ends, default=self.ready) + _EMPTY_FOR


@dataclass(frozen=True, slots=True)
class Played:
    """What became of the asks."""

    spawns: tuple[Spawn, ...]
    sessions: tuple[Session, ...]
    nodes: tuple[Node, ...]


def play(cluster: ClusterPlan, wanted: Iterable[Ask], stories: list[Story]) -> Played:
    """Spawns, sessions and nodes of whole UTC days of asks. Each day has nodes of its own, so days can be played apart."""
    spawns: list[Spawn] = []
    sessions: list[Session] = []
    nodes: list[Node] = []
    for day, asks in groupby(sorted(wanted, key=lambda ask: (ask.asked, ask.user)), lambda ask: day_number(ask.asked)):
        machines = _Machines(day, cluster.pods_per_node)
        for ask in asks:
            tales = {s.tale for s in stories if s.namespace == ask.namespace and s.start <= ask.asked < s.end}
            attempts, session = _become(ask, tales, machines)
            spawns += attempts
            sessions += [session] if session else []
        nodes += machines.nodes()
    return Played(tuple(spawns), tuple(sessions), tuple(nodes))


class _Machines:
    """The nodes of one day, by slot: names follow from day and slot alone, hence are the same in every cluster."""

    def __init__(self, day: int, capacity: int) -> None:
        self._day = day
        self._capacity = capacity
        self._slots: list[_Machine] = []
        self._past: list[_Machine] = []

    def at(self, now: int, *, slow: float) -> _Machine:
        """The first node with room; a new one, `slow` seconds late, when there is none."""
        for slot, machine in enumerate(self._slots):
            if machine.gone() <= now:
                self._past.append(machine)
                self._slots[slot] = self._new(slot, now, slow)
                return self._slots[slot]
            if machine.occupied(now) < self._capacity:
                return machine
        self._slots.append(self._new(len(self._slots), now, slow))
        return self._slots[-1]

    def _new(self, slot: int, now: int, slow: float) -> _Machine:
        booted = now + int(15 + slow) * SECOND
        return _Machine(_node_name("user", self._day, slot, len(self._past)), booted, booted + 75 * SECOND)

    def nodes(self) -> list[Node]:
        return [Node(machine.name, "user", machine.booted, machine.gone()) for machine in self._past + self._slots]


def _node_name(pool: str, *which: int) -> str:
    return f"{pool}-{draws.word(draws.key('node', pool, *which), 5)}"


def core_nodes(start: int, end: int) -> list[Node]:
    """The machine that hubs and everything but users run on; upgrades replace it."""
    found = []
    booted = upgraded(start)
    while booted < end:
        gone = upgraded(booted + 5 * WEEK)
        found.append(Node(_node_name("core", booted), "core", booted, gone))
        booted = gone
    return found


def _become(ask: Ask, tales: set[Tale], machines: _Machines) -> tuple[list[Spawn], Session | None]:
    """What happens when this is asked: sometimes refused for now, sometimes failed and tried again, mostly a server."""
    spawns, at = _turned_away(ask, tales)
    breaks = 0.66 if Tale.BROKEN_IMAGE in tales else 0.012
    for chance in ask.luck[1:4]:
        machine = machines.at(at, slow=300 + 180 * ask.luck[4] if Tale.NO_NODES in tales else 0)
        if chance >= breaks:
            session = _session(ask, at, machine)
            machine.ends.append(session.ended)
            took = session.ready - at
            return [*spawns, Spawn(ask.namespace, ask.user, at, took, Outcome.SUCCESS, machine.name)], session
        took = int(15_000 + 45_000 * ask.luck[5])
        spawns.append(Spawn(ask.namespace, ask.user, at, took, Outcome.FAILED, machine.name))
        machine.ends.append(at + took)
        at += took + 20 * SECOND
    return spawns, None


def _turned_away(ask: Ask, tales: set[Tale]) -> tuple[list[Spawn], int]:
    """In a crowd the hub says: later. People try again within the minute."""
    if Tale.WORKSHOP not in tales or ask.luck[0] >= 0.4:
        return [], ask.asked
    why = Outcome.TOO_MANY if ask.luck[0] < 0.06 else Outcome.THROTTLED
    return [Spawn(ask.namespace, ask.user, ask.asked, 12, why)], ask.asked + int(30 + 30 * ask.luck[5]) * SECOND


def _session(ask: Ask, at: int, machine: _Machine) -> Session:
    scheduled = max(at, machine.ready) + SECOND
    ready = scheduled + int(6_000 + 14_000 * ask.luck[6] + 40_000 * ask.luck[5] ** 6)
    ended = max(ask.until, ready + 2 * MINUTE)
    return Session(ask.namespace, ask.user, ask.number, at, scheduled, ready, ended, machine.name, ask.greedy)
