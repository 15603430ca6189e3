"""Every fault, for every kind of question, at one cluster and at all of them."""

import time
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from aggregator.clusters.values import Cluster
from aggregator.errors import ClusterFailed, FailureKind
from aggregator.federation.fanout import open_fleet
from aggregator.federation.question import Answered, Form
from tests.fakes.http import response, serving
from tests.fakes.left_behind import nothing_left_behind
from tests.fakes.misbehaving import ANSWER, FAULTS, IN_TIME, Fault, announces_200_megabytes, then_closes
from tests.fakes.prometheus import fake_prometheus
from tests.federation.asking import INSTANT, LABELS, NAMES, RANGE, all_of, fleet_of, one, reached_at, reply_of

ASKED = pytest.mark.parametrize("asked", [INSTANT, RANGE, LABELS], ids=lambda asked: asked[0])
FAULT = pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)


@asynccontextmanager
async def clusters_where(fault: Fault, failing: tuple[str, ...], folder: Path) -> AsyncIterator[list[Cluster]]:
    async with AsyncExitStack() as stack:
        clusters = []
        for name in NAMES:
            if name in failing:
                (folder / name).mkdir()
                reached = await stack.enter_async_context(fault.opened(folder / name))
            else:
                reached = reached_at(await stack.enter_async_context(fake_prometheus()))
            clusters.append(Cluster(name, reached))
        yield clusters


@ASKED
@FAULT
@pytest.mark.parametrize("failing", [("oslo",), NAMES], ids=["one", "all"])
async def test_a_cluster_that_fails_is_said_to_and_hides_nobody(
    fault: Fault, asked: tuple[str, Form], failing: tuple[str, ...], tmp_path: Path
) -> None:
    async with (
        nothing_left_behind(),
        clusters_where(fault, failing, tmp_path) as clusters,
        open_fleet(clusters) as fleet,
    ):
        started = time.monotonic()
        replies = await all_of(fleet, NAMES, asked)
        took = time.monotonic() - started

    reason = fault.reason.replace("{path}", asked[0])
    failures = tuple(reply for reply in replies if isinstance(reply, ClusterFailed))
    assert failures == tuple(ClusterFailed(name, fault.kind, reason) for name in failing)
    assert all(isinstance(reply, Answered) for reply in replies if reply not in failures)
    assert took < IN_TIME


@pytest.mark.parametrize(
    "fault", [fault for fault in FAULTS if fault.kind is FailureKind.TOO_LARGE], ids=lambda fault: fault.name
)
async def test_a_body_that_is_too_large_is_not_held(fault: Fault, tmp_path: Path) -> None:
    async with fault.opened(tmp_path) as prometheus:
        tracemalloc.start()
        try:
            await reply_of(prometheus)
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

    assert most < 50 * 2**20


async def test_a_connection_that_failed_is_closed_while_the_fleet_stays_open() -> None:
    async with serving(announces_200_megabytes) as server, fleet_of(reached_at(server, max_body=1024)) as fleet:
        await one(fleet)
        await server.until(lambda server: server.open_connections == 0)

    assert len(server.requests) == 1


async def test_a_connection_that_was_closed_meanwhile_is_opened_again() -> None:
    async with serving(then_closes(response(200, ANSWER))) as server, fleet_of(reached_at(server)) as fleet:
        replies = [await one(fleet) for _ in range(20)]

    assert all(isinstance(reply, Answered) for reply in replies)
