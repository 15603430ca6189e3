"""What Crosshub counts of itself is remembered for a day, and answered by PromQL."""

from aggregator.own_series.numbers import Numbers
from aggregator.series import NAME, Labels
from aggregator.store.database import Database
from aggregator.telemetry import Telemetry
from tests.own_series.known import SECONDS, own_series
from tests.query.scripted import scene, values_of

MINUTE = 60


def counter(cluster: str) -> Labels:
    return ((NAME, "crosshub_server_cluster_queries_total"), ("cluster", cluster))


NAMES = ("crosshub_server_cluster_queries_total",)


async def test_a_counter_has_a_rate_and_clusters_are_told_apart(database: Database) -> None:
    numbers = Numbers()
    for minute in range(5):
        numbers.remember(
            (SECONDS + minute * MINUTE) * 1000, [(counter("lisbon"), 60.0 * minute), (counter("oslo"), 5.0)]
        )

    async with scene({"lisbon": {}}, source=own_series(database, numbers, NAMES)) as fleet:
        answer = await fleet.instant(f"round(rate({NAMES[0]}[4m]))", at=SECONDS + 4 * MINUTE)
        chosen = await fleet.instant(f'{NAMES[0]}{{cluster=~"o.*"}}', at=SECONDS + 6 * MINUTE)
        later = await fleet.instant(NAMES[0], at=SECONDS + 60 * MINUTE)

    assert values_of(answer) == {"lisbon": "1", "oslo": "0"}
    assert list(values_of(chosen).values()) == ["5"]
    assert values_of(later) == {}
    assert fleet.asked("lisbon") == []


async def test_the_oldest_moment_is_forgotten_for_the_latest(database: Database) -> None:
    numbers = Numbers(length=3)
    for minute in range(5):
        some = [(counter("lisbon"), float(minute))] if minute != 3 else [(counter("oslo"), 9.0)]
        numbers.remember((SECONDS + minute * MINUTE) * 1000, some)

    async with scene({"lisbon": {}}, source=own_series(database, numbers, NAMES)) as fleet:
        answer = await fleet.instant(f"{NAMES[0]}[1h]", at=SECONDS + 4 * MINUTE)

    assert list(values_of(answer).values()) == [["2", "4"], ["9"]]


async def test_there_is_room_for_many_series(database: Database) -> None:
    numbers = Numbers(length=2)
    numbers.remember(SECONDS * 1000, [(counter(f"c{number}"), 1.0) for number in range(600)])

    async with scene({"lisbon": {}}, source=own_series(database, numbers, NAMES)) as fleet:
        answer = await fleet.instant(f"count({NAMES[0]})", at=SECONDS)

    assert values_of(answer) == {"": "600"}


def test_every_sample_of_the_telemetry_has_a_name_that_it_tells_beforehand() -> None:
    telemetry = Telemetry("1.2.3")
    telemetry.replied("lisbon", "timeout", 0.2, 100)
    telemetry.answered("splice", 0.1, {"oslo": "unsupported"})
    telemetry.tried_to_send("oncall", "sent")
    telemetry.breakers = lambda: {"lisbon": "open"}

    found = {dict(labels)[NAME] for labels, _ in telemetry.samples()}

    assert found <= telemetry.names()
    assert "crosshub_server_cluster_seconds_bucket" in found
    assert "crosshub_server_process_resident_memory_bytes" in found
    assert all(name.startswith("crosshub_server_") for name in telemetry.names())
    assert all(list(labels) == sorted(labels) for labels, _ in telemetry.samples())
