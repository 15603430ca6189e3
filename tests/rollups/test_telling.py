"""What a real Prometheus tells of hubs that restart, move, idle, count seldom, or lack an exporter."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pytest

from aggregator.clusters.values import Cluster as Configured
from aggregator.clusters.values import Prometheus
from aggregator.demo.servers import Server, Wanted, running
from aggregator.federation.fanout import open_fleet
from aggregator.rollups.asking import Cluster, Told
from aggregator.rollups.buckets import Resolution, numbered
from aggregator.rollups.catalogue import BY_NAME, Exporter
from aggregator.rollups.images import with_images
from aggregator.rollups.people import Seen, seen_in_pods
from aggregator.rollups.reduce import Coverage
from aggregator.rollups.subjects import UTC
from aggregator.series import NAME
from tests.fleet.values import Series
from tests.rollups.kept import hub
from tests.rollups.made import DAY, HOUR, MINUTE, PHASE, REQUESTS, SPAWNS, Counted, Made, Pod, at, keep_blocks, spawns

NIGHT = at("2026-11-24 00:00")
"""The beginning of the day that is looked at."""

LIFE = NIGHT - 2 * HOUR, NIGHT + DAY + 2 * HOUR
FORM = {"handler": "jupyterhub.handlers.login.LoginHandler", "method": "POST"}


def moments(*hours: float) -> list[int]:
    """Instants of the day, by hours since its beginning; before it they are negative."""
    return [NIGHT + round(each * HOUR) for each in hours]


def logins(*hours: float, code: str = "302") -> Counted:
    """A counter that is not there until it has counted something, as the hub's are."""
    return Counted(f"{REQUESTS}_count", FORM | {"code": code}, moments(*hours))


def outcomes(*, six: bool) -> list[Counted]:
    """Five successes, three failures and four refusals, in the words of version 5 or 6."""
    failed = [("error", ""), ("error", "exited"), ("error", "exited")] if six else [("failure", "")] * 3
    busy = (
        [("failure", "throttled")] * 3 + [("failure", "too-many-users")]
        if six
        else [("throttled", "")] * 3 + [("too-many-users", "")]
    )
    twice = [("failure", "already-pending")] if six else [("already-pending", "")]
    kinds = [*[("success", "")] * 5, *failed, *busy, *twice]
    hours = moments(*range(1, len(kinds) + 1))
    return spawns(((when, *kind) for when, kind in zip(hours, kinds, strict=True)), six=six)


def took(seconds: int, *hours: float) -> list[Counted]:
    """Starts of so many seconds each, as sum and count."""
    starts = moments(*hours)
    return [
        Counted(f"{SPAWNS}_count", {"status": "success"}, starts, is_born_early=True),
        Counted(f"{SPAWNS}_sum", {"status": "success"}, starts * seconds, is_born_early=True),
    ]


def constant(name: str, value: float, span: tuple[int, int] = LIFE, **labels: str) -> Series:
    times = np.arange(span[0] + PHASE, span[1], MINUTE, dtype=np.int64)
    return Series(tuple(sorted({NAME: name, **labels}.items())), times, np.full(len(times), value))


def container(user: str, hours: tuple[float, float], spec: str, **more: str) -> Series:
    """A container of a server, there for some hours of the day; its samples stop four minutes before, as they are looked
    back at for five."""
    start, end = moments(*hours)
    labels = {
        "namespace": "images",
        "pod": f"jupyter-{user}",
        "container": "notebook",
        "image_spec": spec,
        "image": spec,
    }
    told = {name: value for name, value in (labels | more).items() if value}
    return constant("kube_pod_container_info", 1, (start, end - 4 * MINUTE), **told)


REGISTRY = "quay.io/jupyter"
NOON = (moments(12)[0],)
HUBS = {
    each.namespace: each
    for each in (
        Made(namespace="restarts", life=LIFE, restarts=NOON, counters=spawns(((t, "success", "") for t in moments(-1, -1, -1, 1, 2, 13, 14, 15, 16, 17)), six=False)),
        Made(namespace="moves", life=LIFE, restarts=NOON, moves=True, accounts=7, counters=spawns(((t, "success", "") for t in moments(-1, -1, -1, 1, 2, 13, 14, 15, 16, 17)), six=False)),
        # As many logins after the restart as before it, so that the value alone does not show it.
        Made(namespace="same-again", life=LIFE, restarts=NOON, counters=[logins(-1, 9, 14, 15)]),
        Made(namespace="first-logins", life=LIFE, counters=[logins(9, 10), logins(11, code="403")]),
        Made(namespace="restarts-after-first", life=LIFE, restarts=NOON, counters=[logins(9, 10, 11)]),
        Made(namespace="crash-loop", life=LIFE, restarts=moments(10, 10.2, 10.4, 10.6)),
        Made(namespace="five", life=LIFE, counters=outcomes(six=False)),
        Made(namespace="six", life=LIFE, counters=outcomes(six=True)),
        Made(namespace="idle", life=LIFE, counters=spawns((), six=False)),
        Made(namespace="down", life=LIFE, down=[(NIGHT + 9 * HOUR, NIGHT + 9 * HOUR + 45 * MINUTE)], pods=[Pod("ana", *moments(8, 12))]),
        Made(namespace="again", life=LIFE, pods=[Pod("Ana", *moments(-1, 1)), Pod("Ana", *moments(9, 10)), Pod("Ana", *moments(10.5, 12)), Pod("rui", *moments(11, 26)), Pod("eva", *moments(24.2, 26))]),
        Made(namespace="last-second", life=LIFE, pods=[Pod("ana", NIGHT - 30_000, NIGHT + HOUR), Pod("rui", NIGHT + DAY - 30_000, NIGHT + DAY + HOUR)]),
        Made(namespace="no-names", life=LIFE, has_names=False, pods=[Pod("ana", *moments(9, 10))]),
        Made(namespace="every-15-s", life=LIFE, step=15_000, pods=[Pod("ana", *moments(9, 10))], counters=[logins(9, 10)]),
        Made(namespace="every-5-min", life=LIFE, step=5 * MINUTE, pods=[Pod("ana", *moments(9, 10))], counters=[logins(9, 10)]),
        Made(namespace="slow", life=LIFE, restarts=NOON, counters=took(30, -1, -0.5, 9, 10, 14)),
        Made(namespace="homes", life=LIFE, more=[
            constant("dirsize_total_size_bytes", 100, (LIFE[0], NOON[0]), namespace="homes", directory="ana", instance="old"),
            constant("dirsize_total_size_bytes", 120, (NOON[0], LIFE[1]), namespace="homes", directory="ana", instance="new"),
            constant("dirsize_total_size_bytes", 30, namespace="homes", directory="rui", instance="new"),
            constant("jupyterhub_user_group_info", 1, namespace="homes", usergroup="staff", username="ana"),
            constant("jupyterhub_user_group_info", 1, namespace="homes", usergroup="staff", username="rui"),
            constant("jupyterhub_user_group_info", 1, namespace="homes", usergroup="none", username="eva"),
        ]),
        Made(namespace="images", life=LIFE, more=[
            *(container("ana", hours, f"{REGISTRY}/scipy:1", instance=each) for hours in ((9, 11), (14, 15)) for each in ("a", "b")),
            container("rui", (20, 26), f"{REGISTRY}/scipy:1"),
            container("eva", (9, 10), f"{REGISTRY}/r:2", image="sha256:0b1d"),
            # It tells no image_spec, being old.
            container("jo", (9, 12), "", image=f"{REGISTRY}/r:2"),
            container("jo", (9, 12), f"{REGISTRY}/sidecar:1", container="cloudsql-proxy"),
            constant("kube_pod_container_info", 1, namespace="images", pod="hub-1", container="notebook", image_spec="hub:5"),
        ]),
    )
}  # fmt: skip


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, ...]]:
    """A Prometheus with all these hubs, and one whose cluster has no kube-state-metrics."""
    wanted = [Wanted(name=name, directory=tmp_path_factory.mktemp(name)) for name in ("lisbon", "oslo")]
    keep_blocks(HUBS.values(), wanted[0].data)
    keep_blocks([replace(HUBS["idle"], namespace="no-kube", has_kube=False)], wanted[1].data)
    with running(wanted) as started:
        yield started


DAY_OF_IT = numbered(Resolution.DAY, NIGHT // DAY, UTC)
HOURS = tuple(numbered(Resolution.HOUR, NIGHT // HOUR + hour, UTC) for hour in range(24))


NAMESPACES = (*HUBS, "no-kube", "elsewhere")


@dataclass(frozen=True)
class Telling:
    """All that was told of the hubs of one cluster: of the day, of its hours, and who was there."""

    day: Told
    hours: Told
    people: Seen

    def of_day(self, namespace: str) -> dict[str, float]:
        place = namespace, DAY_OF_IT.number
        return {name: found[place] for name, found in self.day.values.items() if place in found}


@pytest.fixture(scope="module")
def lisbon(servers: tuple[Server, ...]) -> Telling:
    return asyncio.run(telling(servers[0]))


@pytest.fixture(scope="module")
def without_kube(servers: tuple[Server, ...]) -> Telling:
    return asyncio.run(telling(servers[1]))


async def telling(server: Server) -> Telling:
    async with open_fleet([Configured(server.name, Prometheus(urls=(server.url,)))]) as fleet:
        cluster = Cluster(fleet, server.name)
        told = await cluster.tell(NAMESPACES, (DAY_OF_IT,), of_days=False)
        assert isinstance(told, Told)
        day = await with_images(cluster, told, NAMESPACES, (DAY_OF_IT,))
        hours = await cluster.tell(NAMESPACES, HOURS, of_days=False)
        people = await seen_in_pods(cluster, [hub(each) for each in NAMESPACES], [DAY_OF_IT])
    assert isinstance(day, Told)
    assert isinstance(hours, Told)
    assert isinstance(people, Seen)
    return Telling(day, hours, people)


@pytest.mark.parametrize(
    ("namespace", "measure", "number"),
    [
        # Two starts before noon and five after it, when counters began anew; three of the day before are not counted.
        ("restarts", "server_starts", 7),
        ("restarts", "hub_restarts", 1),
        ("moves", "server_starts", 7),
        ("moves", "hub_restarts", 1),
        ("moves", "up_ratio", 1),
        ("moves", "accounts", 7),
        ("same-again", "logins", 3),
        ("first-logins", "logins", 2),
        ("first-logins", "logins_refused", 1),
        ("first-logins", "requests", 3),
        ("restarts-after-first", "logins", 3),
        ("restarts-after-first", "requests", 3),
        ("crash-loop", "hub_restarts", 4),
        ("down", "down_minutes", 45),
        ("down", "up_ratio", 1 - 45 / 1440),
        # Servers go on running while their hub is away.
        ("down", "server_hours", 4),
        # The same pod name each time; the one of the day before ran on, the one of the day after is not yet.
        ("again", "sessions", 3),
        ("last-second", "sessions", 1),
        ("again", "server_hours", 1 + 1 + 1.5 + 13),
        ("every-15-s", "sessions", 1),
        ("every-15-s", "logins", 2),
        ("every-15-s", "server_hours", 1),
        ("every-15-s", "down_minutes", 0),
        ("every-5-min", "sessions", 1),
        ("every-5-min", "logins", 2),
        ("every-5-min", "server_hours", 1),
        ("every-5-min", "down_minutes", 0),
        ("slow", "server_start_seconds_mean", 30),
        # The exporter of directory sizes moved at noon: each directory is there once.
        ("homes", "home_bytes", 150),
        ("homes", "home_directories", 2),
        ("homes", "groups", 1),
    ],
)
def test_a_day_is_told(namespace: str, measure: str, number: float, lisbon: Telling) -> None:
    told = lisbon.of_day(namespace)

    assert told[measure] == pytest.approx(number, rel=1e-9)


@pytest.mark.parametrize("namespace", ["five", "six"])
def test_both_versions_tell_the_same_of_what_became_of_starts(namespace: str, lisbon: Telling) -> None:
    told = lisbon.of_day(namespace)

    names = ("server_starts", "server_start_failures", "server_starts_refused")
    assert [told[name] for name in names] == [5, 3, 4]


@pytest.mark.parametrize(
    "measure",
    ["server_starts", "server_start_failures", "server_starts_refused", "logins", "logins_refused", "requests",
     "requests_failed", "sessions", "servers_most", "servers_mean", "server_hours", "hub_restarts", "down_minutes",
     "cpu_requested_hours", "memory_requested_gib_hours", "gpu_requested_hours"],
)  # fmt: skip
def test_of_an_idle_hub_nothing_happened(measure: str, lisbon: Telling) -> None:
    told = lisbon.of_day("idle")

    assert told[measure] == 0


@pytest.mark.parametrize(
    "measure",
    ["home_bytes", "home_directories", "groups", "home_volume_bytes", "active_users_24h", "cpu_hours",
     "memory_gib_hours", "memory_most_bytes", "server_start_seconds_mean", "server_start_seconds_p50"],
)  # fmt: skip
def test_what_nobody_tells_is_not_said_to_be_nothing(measure: str, lisbon: Telling) -> None:
    told = lisbon.of_day("idle")

    assert measure not in told


@pytest.mark.parametrize("measure", ["sessions", "cpu_requested_hours", "gpu_requested_hours"])
def test_without_kube_state_metrics_nothing_is_said_of_pods(measure: str, without_kube: Telling) -> None:
    told = without_kube.of_day("no-kube")

    assert measure not in told
    assert told["server_starts"] == 0


def test_hours_of_servers_are_told_by_image_each_pod_once_and_without_what_runs_beside_them(lisbon: Telling) -> None:
    told = lisbon.day.images

    ran = {f"{REGISTRY}/scipy:1": pytest.approx(2 + 1 + 4, abs=0.1), f"{REGISTRY}/r:2": pytest.approx(1 + 3, abs=0.1)}
    assert told is not None
    assert dict(told) == {("images", DAY_OF_IT.number): ran}


def test_nothing_is_known_of_a_hub_that_was_never_seen(lisbon: Telling) -> None:
    told = lisbon.of_day("elsewhere")

    assert {name for name in told if BY_NAME[name].by is Exporter.HUB} == set()
    assert lisbon.day.coverage["elsewhere", DAY_OF_IT.number] == Coverage(0, 1440)


@pytest.mark.parametrize(
    ("namespace", "coverage"),
    [
        ("restarts", Coverage(1440, 1440)),
        ("moves", Coverage(1440, 1440)),
        ("crash-loop", Coverage(1440, 1440)),
        ("down", Coverage(1440, 1440)),
        ("every-15-s", Coverage(5760, 5760)),
        ("every-5-min", Coverage(288, 288)),
    ],
)
def test_all_scrapes_of_a_whole_day_are_counted(namespace: str, coverage: Coverage, lisbon: Telling) -> None:
    found = lisbon.day.coverage[namespace, DAY_OF_IT.number]

    assert found == coverage


@pytest.mark.parametrize(
    "namespace",
    [
        "restarts",
        "moves",
        "same-again",
        "restarts-after-first",
        "down",
        "again",
        "last-second",
        "every-15-s",
        "every-5-min",
    ],
)
@pytest.mark.parametrize(
    "measure", ["server_starts", "logins", "sessions", "server_hours", "down_minutes", "hub_restarts"]
)
def test_hours_add_up_to_the_day(namespace: str, measure: str, lisbon: Telling) -> None:
    hours = [lisbon.hours.values[measure][namespace, hour.number] for hour in HOURS]

    assert sum(hours) == pytest.approx(lisbon.of_day(namespace)[measure], rel=1e-9)


@pytest.mark.parametrize(
    ("namespace", "people"),
    [("again", {"ana", "rui"}), ("idle", set()), ("last-second", {"ana"}), ("down", {"ana"})],
)
def test_people_are_whose_pods_were_seen_on_the_day(namespace: str, people: set[str], lisbon: Telling) -> None:
    found = lisbon.people.names[namespace, DAY_OF_IT.number]

    assert found == people


def test_pods_without_names_are_not_nobody(lisbon: Telling) -> None:
    found = lisbon.people.names

    assert ("no-names", DAY_OF_IT.number) not in found
    assert ("idle", DAY_OF_IT.number) in found


def test_without_kube_state_metrics_nobody_is_not_said_to_be_there(without_kube: Telling) -> None:
    found = without_kube.people.names

    assert found == {}
