"""What a JupyterHub exposes on /hub/metrics, in the shapes of versions 5 and 6."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np

from aggregator.demo import draws
from aggregator.demo.fleet import HubPlan
from aggregator.demo.hub_clock import HubClock, Tally, how_many, hub_clock, running_milliseconds
from aggregator.demo.hub_histograms import SPAWN, Observed, histogram, of_events, of_hum, sums_and_counts
from aggregator.demo.requests import HUMS, asked_by_people
from aggregator.demo.rhythm import DAY, HOUR
from aggregator.demo.samples import About, Family, labelled, of_rows
from aggregator.demo.truth import LoggedIn, Outcome, Session, Spawn, Truth
from aggregator.series import Floats, Ints

PERIODS = {"24h": DAY, "7d": 7 * DAY, "30d": 30 * DAY}
_REQUEST = About("jupyterhub_request_duration_seconds", "histogram", "Request duration for all HTTP requests")
_SPAWN = About("jupyterhub_server_spawn_duration_seconds", "histogram", "Time taken for server spawning operation")


@dataclass(frozen=True, slots=True, eq=False)
class HubSight:
    """One hub at some moments: its plan, its part of the truth, its clock, and the labels its scrape adds."""

    plan: HubPlan
    clock: HubClock
    sessions: tuple[Session, ...]
    spawns: tuple[Spawn, ...]
    logins: tuple[LoggedIn, ...]
    people: Ints  # when their accounts were made
    labels: dict[str, str]

    @property
    def times(self) -> Ints:
        return self.clock.times


def hub_sight(hub: HubPlan, number: int, truth: Truth, times: Ints) -> HubSight:
    """What there is to see of a hub; the truth has to begin a month and a little before the first moment."""
    name = hub.namespace
    return HubSight(
        plan=hub,
        clock=hub_clock(times, [start for start in truth.starts if start.namespace == name]),
        sessions=tuple(truth.sessions_of(name)),
        spawns=tuple(spawn for spawn in truth.spawns if spawn.namespace == name),
        logins=tuple(login for login in truth.logins if login.namespace == name),
        people=np.array([person.created for person in truth.people if person.namespace == name], dtype=np.int64),
        labels={
            "job": "hub",
            "instance": f"10.0.{number}.17:8081",
            "namespace": name,
            "app": "jupyterhub",
            "component": "hub",
            "service": "hub",
        },
    )


def hub_families(sight: HubSight, *, detail: bool) -> Iterator[Family]:
    """Everything a hub exposes; without detail, what is worth keeping for weeks."""
    yield _up(sight)
    yield from _gauges(sight)
    yield from histogram(_SPAWN, sight.labels, sight.times, list(_spawns(sight)))
    requests = list(_requests(sight))
    yield from (histogram if detail else sums_and_counts)(_REQUEST, sight.labels, sight.times, requests)
    if sight.plan.splits_reasons:
        about = About("jupyterhub_login_duration_seconds", "histogram", "Login request duration")
        yield from (histogram if detail else sums_and_counts)(
            about, sight.labels, sight.times, list(_logins_of_6(sight))
        )
    if detail:
        yield from _rest(sight)


def _up(sight: HubSight) -> Family:
    about = About("up", "gauge", "1 if the instance answered its scrape")
    return of_rows(about, [labelled("up", sight.labels)], sight.times, sight.clock.up[None, :].astype(np.int64))


def _gauges(sight: HubSight) -> Iterator[Family]:
    clock, ready, ended = sight.clock, _at(s.ready for s in sight.sessions), _at(s.ended for s in sight.sessions)
    running = how_many(ready, ended, clock.times)
    accounts = np.searchsorted(sight.people, clock.times, "right")
    yield _gauge(sight, "jupyterhub_running_servers", "the number of user servers currently running", running)
    yield _gauge(sight, "jupyterhub_total_users", "total number of users", accounts)
    yield _gauge(sight, "process_start_time_seconds", "Start time of the process since unix epoch", clock.began / 1000)
    about = About("jupyterhub_active_users", "gauge", "number of users who were active in the given time period")
    # The hub counts when it begins, and once an hour from then on.
    counted_at = clock.began + clock.since_began(HOUR) * HOUR
    for name, period in PERIODS.items():
        row = [labelled(about.name, sight.labels, period=name)]
        values = active_users(sight.sessions, counted_at, period)
        yield of_rows(about, row, clock.times, values[None, :], clock.up)


def active_users(sessions: Iterable[Session], times: Ints, period: int) -> Ints:
    """How many different people had a server some time in the period before each moment."""
    starts: list[int] = []
    ends: list[int] = []
    last: dict[str, int] = {}
    for session in sorted(sessions, key=lambda session: session.asked):
        fades = session.ended + period
        if session.user in last and session.asked <= ends[last[session.user]]:
            ends[last[session.user]] = max(ends[last[session.user]], fades)
            continue
        last[session.user] = len(ends)
        starts.append(session.asked)
        ends.append(fades)
    return how_many(_at(starts), _at(ends), times)


def _spawns(sight: HubSight) -> Iterator[Observed]:
    """Version 5 has all its statuses from the start; 6 says why in `reason`, and such series appear when needed."""
    six = sight.plan.splits_reasons
    ready_made = (
        [("success", ""), ("error", "")]
        if six
        else [(status, "") for status in ("success", "failure", "already-pending", "throttled", "too-many-users")]
    )
    by_kind: dict[tuple[str, str], list[Spawn]] = {kind: [] for kind in ready_made}
    for spawn in sight.spawns:
        by_kind.setdefault(status_and_reason(spawn, six=six), []).append(spawn)
    for (status, reason), spawns in sorted(by_kind.items()):
        labels = {"status": status, "reason": reason} if six else {"status": status}
        tally = _tally(sight.clock, ((spawn.over, spawn.took) for spawn in spawns))
        yield of_events(labels, tally, SPAWN, born=(status, reason) in ready_made)


def status_and_reason(spawn: Spawn, *, six: bool) -> tuple[str, str]:
    """What became of a spawn, in the words of version 5 or 6."""
    if spawn.outcome is Outcome.SUCCESS:
        return "success", ""
    if spawn.outcome is Outcome.FAILED:
        return ("error", "exited" if spawn.took % 2 else "") if six else ("failure", "")
    return ("failure", spawn.outcome.value) if six else (spawn.outcome.value, "")


def _requests(sight: HubSight) -> Iterator[Observed]:
    """Requests by handler: those of people when they happened, those of machines as a steady hum."""
    for asked in asked_by_people(sight.plan, sight.logins, sight.spawns):
        labels = {"handler": asked.handler, "method": asked.method, "code": asked.code}
        yield of_events(labels, _tally(sight.clock, asked.events))
    starts, ends = _at(s.ready for s in sight.sessions), _at(s.ended for s in sight.sessions)
    served = running_milliseconds(starts, ends, sight.times) - running_milliseconds(starts, ends, sight.clock.began)
    for hum in HUMS:
        counts = served // hum.every if hum.of_servers else sight.clock.since_began(hum.every)
        yield of_hum({"handler": hum.handler, "method": hum.method, "code": "200"}, sight.clock, counts, hum.took)


def _logins_of_6(sight: HubSight) -> Iterator[Observed]:
    """An enum without a text of its own: that is how version 6 writes it."""
    for status, accepted in (("LoginStatus.success", True), ("LoginStatus.failure", False)):
        events = ((login.at, login.took) for login in sight.logins if login.accepted is accepted)
        yield of_events({"status": status}, _tally(sight.clock, events))


def _rest(sight: HubSight) -> Iterator[Family]:
    """What else a hub says of itself: its proxy, its event loop, its process."""
    clock, ended = sight.clock, ((s.ended, 900 + s.ended // 1000 % 3000) for s in sight.sessions)
    running = "ServerPollStatus.running" if sight.plan.splits_reasons else "running"
    added = ((s.ready, 20 + s.ready // 1000 % 90) for s in sight.sessions)
    for name, says, observed in (
        (
            "proxy_poll_duration_seconds",
            "Time spent polling the proxy",
            of_hum({}, clock, clock.since_began(30_000), 40),
        ),
        (
            "proxy_add_duration_seconds",
            "Time spent adding routes",
            of_events({"status": "success"}, _tally(clock, added)),
        ),
        ("check_routes_duration_seconds", "Time to check routes", of_hum({}, clock, clock.since_began(300_000), 160)),
        (
            "event_loop_interval_seconds",
            "Distribution of event loop intervals",
            of_hum({}, clock, clock.since_began(50), 51),
        ),
        (
            "server_poll_duration_seconds",
            "Time taken to poll",
            of_hum({"status": running}, clock, clock.since_began(60_000), 60),
        ),
        ("server_stop_seconds", "Time taken for stopping", of_events({"status": "success"}, _tally(clock, ended))),
    ):
        yield from histogram(About(f"jupyterhub_{name}", "histogram", says), sight.labels, clock.times, [observed])
    yield from _process(sight)


def _process(sight: HubSight) -> Iterator[Family]:
    age = (sight.times - sight.clock.began) / 1000
    resident = (180 << 20) + 4096 * np.rint(20_000 * (1 - np.exp(-age / 90_000)))
    about = About("process_cpu_seconds_total", "counter", "Total user and system CPU time spent in seconds")
    row = [labelled(about.name, sight.labels)]
    yield of_rows(about, row, sight.times, np.rint(age * 40)[None, :] / 1000, sight.clock.up)
    yield _gauge(sight, "process_resident_memory_bytes", "Resident memory size in bytes", resident)
    files = 40 + np.rint(20 * draws.uniform(sight.plan.key + 90, sight.times // HOUR))
    yield _gauge(sight, "process_open_fds", "Number of open file descriptors", files)


def _gauge(sight: HubSight, name: str, says: str, values: Ints | Floats) -> Family:
    about = About(name, "gauge", says)
    return of_rows(about, [labelled(name, sight.labels)], sight.times, values[None, :], sight.clock.up)


def _tally(clock: HubClock, events: Iterable[tuple[int, int]]) -> Tally:
    pairs = np.fromiter(chain.from_iterable(events), dtype=np.int64).reshape(-1, 2)
    order = np.argsort(pairs[:, 0], kind="stable")
    return Tally(clock, pairs[order, 0], pairs[order, 1])


def _at(instants: Iterable[int]) -> Ints:
    return np.fromiter(instants, dtype=np.int64)
