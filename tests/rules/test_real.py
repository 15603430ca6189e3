"""Rules over real Prometheus servers, minute by minute, and one of them is killed."""

import os
import shutil
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from aggregator.clusters.values import Cluster, Prometheus, Query
from aggregator.demo.servers import Server, Wanted, backfill, running
from aggregator.events import rows
from aggregator.events.values import State, labels_of
from aggregator.federation.fanout import open_fleet
from aggregator.query.engine import Engine
from aggregator.rules.job import Rules
from aggregator.rules.state import Over, Seen, step
from aggregator.rules.values import Group, Rule
from aggregator.slots.rows import Holder
from aggregator.store.database import open_database
from tests.rules.looks import MINUTE, NOON, at, terms
from tests.rules.test_as_promtool import SHAPES

MINUTES = range(24)
KILLED = 12
HOLD, KEEP = 3, 2
# Blocks hold no marks for the end of a series, so only those that go on are told.
TOLD = {shape: text for shape, text in SHAPES.items() if "." not in text}
GROUP = Group(
    "hubs.yaml",
    "hub",
    (Rule("X", "max by (cluster, shape) (x) > 0.5", HOLD * MINUTE, KEEP * MINUTE, (), (("of", "{{ $value }}"),)),),
)


@dataclass(frozen=True)
class Pair:
    lisbon: Server
    oslo: Server


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    """Two servers that hold the same series."""
    samples = [
        f'x{{shape="{shape}",pod="{pod}"}} {int(text[minute]) * pod} {at(minute).timestamp():.0f}'
        for shape, text in TOLD.items()
        for pod in (0, 1)
        for minute in MINUTES
    ]
    (tmp_path / "samples.txt").write_text("\n".join([*samples, "# EOF", ""]))
    wanted = [Wanted(name=name, directory=tmp_path / name) for name in ("lisbon", "oslo")]
    backfill(tmp_path / "samples.txt", wanted[0].data)
    shutil.copytree(wanted[0].data, wanted[1].data)
    with running(wanted) as (lisbon, oslo):
        yield Pair(lisbon, oslo)


def expected(shape: str, minutes: Sequence[int]) -> list[str]:
    """The states that the series' shape leads to, which promtool agrees with."""
    alert, states = None, []
    for minute in minutes:
        seen = Seen(labels_of({"shape": shape}), (), 1.0) if TOLD[shape][minute] == "1" else Over()
        alert, _ = step(alert, seen, terms(minute, HOLD, KEEP))
        states.append("nothing" if alert is None or alert.state is State.RESOLVED else str(alert.state))
    return states


async def test_a_rule_goes_through_its_states_and_a_cluster_that_is_killed_holds_its_alerts(
    pair: Pair, migrated_file: Path, tmp_path: Path
) -> None:
    shutil.copy(migrated_file, tmp_path / "crosshub.db")
    clusters = [Cluster(each.name, Prometheus((each.url,), timeout=5)) for each in (pair.lisbon, pair.oslo)]
    states: dict[tuple[str, str], list[str]] = {(c.name, shape): [] for c in clusters for shape in TOLD}
    held: set[tuple[str, str]] = set()

    async with open_database(f"sqlite:///{tmp_path}/crosshub.db") as database, open_fleet(clusters) as fleet:
        engine = Engine(fleet, ("lisbon", "oslo"), Query(), dict)
        for minute in MINUTES:
            if minute == KILLED:
                os.kill(pair.oslo.pid, signal.SIGKILL)
            await Rules(engine, clusters, [GROUP], database, 60.0, Holder("here"), _clock(minute), lambda *_: None).do()
            async with database.reading() as connection:
                alerts = {(each.label("cluster"), each.label("shape")): each for each in await rows.alerts(connection)}
            for key, kept in states.items():
                kept.append(str(alerts[key].state) if key in alerts else "nothing")
            held = {key for key, alert in alerts.items() if alert.held_since == at(KILLED)}

    before = list(MINUTES[:KILLED])
    for shape in TOLD:
        assert states["lisbon", shape] == expected(shape, MINUTES), shape
        last = expected(shape, before)[-1]
        assert states["oslo", shape] == [*expected(shape, before), *[last] * (len(MINUTES) - KILLED)], shape
    assert {shape for _, shape in held} == {shape for shape in TOLD if expected(shape, before)[-1] != "nothing"}
    assert {cluster for cluster, _ in held} == {"oslo"}
    assert {state for kept in states.values() for state in kept} == {"nothing", "pending", "firing", "recovering"}


def _clock(minute: int) -> Callable[[], datetime]:
    return lambda: NOON + minute * MINUTE
