"""The generator is a pure function of seed, cluster and time, and its series behave as real ones do."""

import numpy as np
import pytest

from aggregator.demo.fleet import cluster_plan, fleet
from aggregator.demo.generate import families, scrape_times, truth_for
from aggregator.demo.openmetrics import backfill_text, scrape_text
from aggregator.demo.rhythm import DAY, HOUR
from aggregator.series import NAME, Labels
from tests.demo.made import by_series, called, instant, made

START = instant("2026-11-17 06:00")
SMALL = cluster_plan(seed=3, index=0, hubs=3, people=0.4)


def test_two_windows_generated_apart_equal_one_generated_whole() -> None:
    whole = made(SMALL, START, START + 12 * HOUR)

    early, late = made(SMALL, START, START + 5 * HOUR), made(SMALL, START + 5 * HOUR, START + 12 * HOUR)

    together: dict[Labels, dict[int, float]] = {}
    for part in (early, late):
        for series, samples in part.items():
            together.setdefault(series, {}).update(samples)
    assert together == whole


def test_weeks_apart_nothing_depends_on_where_a_window_began() -> None:
    whole = made(SMALL, START - 7 * DAY, START, step=HOUR, detail=False)

    late = made(SMALL, START - HOUR, START, step=HOUR, detail=False)

    for series, samples in late.items():
        assert samples.items() <= whole[series].items()


def test_another_seed_is_another_fleet_and_the_same_seed_the_same_text() -> None:
    def text(seed: int) -> bytes:
        cluster = cluster_plan(seed, index=1, hubs=1, people=0.2)
        times = scrape_times(cluster, START, START + HOUR, 60_000)
        return b"".join(
            backfill_text(families(cluster, truth_for(cluster, START, START + HOUR), times, detail=True), times)
        )

    assert text(1) == text(1)
    assert text(1) != text(2)


def test_a_larger_fleet_begins_with_the_smaller_one() -> None:
    assert fleet(1, 20, 2)[:3] == fleet(1, 3, 2)
    assert len({cluster.name for cluster in fleet(1, 45, 1)}) == 45


def test_counters_fall_only_when_their_process_began_again() -> None:
    samples = made(SMALL, START - 3 * DAY, START + DAY, step=120_000, detail=False)
    began = {
        dict(series)["namespace"]: sorted(set(points.values()))
        for series, points in called(samples, "process_start_time_seconds").items()
    }

    fell = 0
    for series, points in samples.items():
        labels = dict(series)
        if labels[NAME].startswith("jupyterhub_") and labels[NAME].endswith(("_bucket", "_count", "_sum")):
            for (before, low), (after, high) in zip(list(points.items())[:-1], list(points.items())[1:], strict=True):
                if high < low:
                    fell += 1
                    assert any(before < start * 1000 <= after for start in began[labels["namespace"]])
    assert fell > 10


@pytest.mark.parametrize("day", ["2026-11-17", "2026-09-09"])  # strangers were about in the second
def test_cpu_time_of_a_container_and_of_a_node_never_falls(day: str) -> None:
    samples = made(SMALL, instant(f"{day} 06:00"), instant(f"{day} 12:00"))
    of_containers = called(samples, "container_cpu_usage_seconds_total", container="notebook")

    for points in (*of_containers.values(), *called(samples, "node_cpu_seconds_total").values()):
        assert np.all(np.diff(list(points.values())) >= 0)
    assert of_containers


def test_buckets_hold_what_smaller_ones_hold() -> None:
    samples = called(made(SMALL, START, START + HOUR), "jupyterhub_request_duration_seconds_bucket", method="GET")
    by_request: dict[Labels, dict[float, dict[int, float]]] = {}
    for series, points in samples.items():
        rest = tuple(pair for pair in series if pair[0] != "le")
        by_request.setdefault(rest, {})[float(dict(series)["le"])] = points
    for buckets in by_request.values():
        ordered = [buckets[limit] for limit in sorted(buckets)]
        for at in ordered[0]:
            assert [one[at] for one in ordered] == sorted(one[at] for one in ordered)


def test_version_5_and_version_6_say_it_in_their_own_shapes() -> None:
    five_and_six = cluster_plan(seed=1, index=0, hubs=2)
    samples = made(five_and_six, START, START + HOUR)
    name = "jupyterhub_server_spawn_duration_seconds_count"

    five, six = called(samples, name, namespace="prod"), called(samples, name, namespace="staging")

    assert {dict(series)["status"] for series in five} >= {"success", "failure", "already-pending", "throttled"}
    assert not any("reason" in dict(series) for series in five)
    assert {(dict(series)["status"], dict(series).get("reason", "")) for series in six} >= {
        ("success", ""),
        ("error", ""),
    }
    logins = called(samples, "jupyterhub_login_duration_seconds_count")
    assert {dict(series)["namespace"] for series in logins} <= {"staging"}


def test_clusters_have_namespaces_and_nodes_in_common_and_lack_different_exporters() -> None:
    lisbon, oslo = (made(cluster, START + 6 * HOUR, START + 7 * HOUR) for cluster in fleet(1, 2, 2))

    def values(samples: dict[Labels, dict[int, float]], label: str) -> set[str]:
        return {dict(series)[label] for series in samples if label in dict(series)}

    assert values(lisbon, "namespace") & values(oslo, "namespace") >= {"prod", "staging", "support"}
    assert values(lisbon, "node") & values(oslo, "node")
    assert called(lisbon, "dirsize_total_size_bytes")
    assert not called(lisbon, "jupyterhub_user_group_info")
    assert called(oslo, "jupyterhub_user_group_info")
    assert not called(oslo, "dirsize_total_size_bytes")


def test_a_scrape_holds_each_series_once_under_one_type() -> None:
    now = np.array([START + 7 * HOUR])
    lines = (
        b"".join(scrape_text(families(SMALL, truth_for(SMALL, START, START + DAY), now, detail=True)))
        .decode()
        .splitlines()
    )

    series = [line.rsplit(" ", 1)[0] for line in lines if not line.startswith("#")]
    types = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(series) == len(set(series)) > 500
    assert len(types) == len(set(types))


def test_a_scrape_says_the_same_as_the_backfill_at_that_moment() -> None:
    whole = made(SMALL, START, START + HOUR)
    times = scrape_times(SMALL, START, START + HOUR, 60_000)

    now = by_series(list(families(SMALL, truth_for(SMALL, START, START + 9 * HOUR), times[7:8], detail=True)))

    assert now == {
        series: {int(times[7]): points[int(times[7])]} for series, points in whole.items() if int(times[7]) in points
    }
