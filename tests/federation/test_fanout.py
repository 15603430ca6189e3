"""What the fleet as a whole does: order, the form on the wire, hooks, and how it ends."""

import asyncio

import pytest

from aggregator.clusters.values import Cluster
from aggregator.errors import CannotExecute, FailureKind
from aggregator.federation.fanout import open_fleet
from aggregator.federation.question import Answered, Question
from tests.fakes.http import response, serving
from tests.fakes.left_behind import nothing_left_behind
from tests.fakes.misbehaving import always, is_silent
from tests.fakes.prometheus import fake_prometheus
from tests.federation.asking import NAMES, all_of, fleet_of, one, question, reached_at, read, within

LONG = 60.0


async def test_replies_come_in_the_order_of_the_questions_whoever_answers_first() -> None:
    holding = asyncio.Event()
    async with (
        fake_prometheus(1, holding=holding) as slow,
        fake_prometheus(2) as quick,
        fleet_of(reached_at(slow), reached_at(quick)) as fleet,
    ):
        asking = asyncio.create_task(all_of(fleet, NAMES[:2]))
        await quick.until(lambda server: len(server.requests) == 1)
        holding.set()
        replies = await asking

    values = [reply.value["result"][0]["value"][1] for reply in replies if isinstance(reply, Answered)]
    assert values == ["1", "2"]


async def test_one_cluster_may_be_asked_several_questions_at_once() -> None:
    async with fake_prometheus() as server, fleet_of(reached_at(server)) as fleet:
        replies = await fleet.ask([question(), question(asked=("labels", ()))], within(5))

    assert [type(reply) for reply in replies] == [Answered, Answered]
    assert sorted(request.path for request in server.requests) == ["/api/v1/labels", "/api/v1/query"]


async def test_nothing_asked_is_nothing_answered() -> None:
    async with fleet_of() as fleet:
        assert await fleet.ask([], within(5)) == ()


async def test_a_post_carries_its_form_in_the_body() -> None:
    form = (("query", 'up{job=~"a|b"} + 1'), ("match[]", "ä"), ("match[]", "&"))
    async with fake_prometheus() as server, fleet_of(reached_at(server)) as fleet:
        await one(fleet, ("query", form))

    (request,) = server.requests
    assert (request.method, request.target) == ("POST", "/api/v1/query")
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert request.form == {"query": ['up{job=~"a|b"} + 1'], "match[]": ["ä", "&"]}


async def test_a_get_carries_its_form_in_the_url() -> None:
    form = (("query", "a + b"), ("match[]", "&"))
    async with fake_prometheus() as server, fleet_of(reached_at(server, "/prefix")) as fleet:
        await fleet.ask([Question("lisbon", "query", form, read, "GET")], within(5))

    (request,) = server.requests
    assert (request.method, request.body) == ("GET", b"")
    assert request.target == "/prefix/api/v1/query?query=a+%2B+b&match%5B%5D=%26"


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("label/job/values", "/prefix/api/v1/label/job/values"),
        ("label/U__a%2Fb/values", "/prefix/api/v1/label/U__a%2Fb/values"),
        ("label/ä b?/values", "/prefix/api/v1/label/%C3%A4%20b%3F/values"),
        ("/federate", "/prefix/federate"),
    ],
)
async def test_a_path_stands_below_the_api_or_with_a_slash_below_the_url(path: str, target: str) -> None:
    async with fake_prometheus() as server, fleet_of(reached_at(server, "/prefix")) as fleet:
        await one(fleet, (path, ()))

    assert server.requests[0].target == target


async def test_a_path_that_climbs_out_of_the_api_is_not_asked() -> None:
    async with fake_prometheus() as server, fleet_of(reached_at(server)) as fleet:
        with pytest.raises(ValueError, match="does not climb"):
            await one(fleet, ("label/../admin/tsdb/delete_series", ()))

    assert server.requests == []


async def test_what_a_decoder_says_to_the_reader_comes_out_as_it_is() -> None:
    def refuse(_: bytes) -> None:
        raise CannotExecute("native histograms are not combined")

    questions = [Question("lisbon", "query", (), refuse), Question("oslo", "query", (), refuse)]
    async with (
        nothing_left_behind(),
        fake_prometheus() as well,
        serving(is_silent) as silent,
        fleet_of(reached_at(well), reached_at(silent, timeout=LONG)) as fleet,
        asyncio.timeout(LONG / 2),
    ):
        with pytest.raises(CannotExecute, match="native histograms"):
            await fleet.ask(questions, within(LONG))


async def test_whoever_stops_waiting_leaves_nothing_behind() -> None:
    async with (
        nothing_left_behind(),
        serving(is_silent) as server,
        fleet_of(reached_at(server, timeout=LONG), reached_at(server, timeout=LONG)) as fleet,
        asyncio.timeout(LONG / 2),
    ):
        asking = asyncio.create_task(all_of(fleet, NAMES[:2], seconds=LONG))
        await server.until(lambda server: server.answering == 2)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await server.until(lambda server: server.open_connections == 0)

    assert server.given_up == 2


async def test_each_reply_is_reported_with_kind_seconds_and_bytes() -> None:
    seen: list[tuple[str, FailureKind | None, float, int]] = []
    body = b'{"data":1}'
    async with serving(always(response(200, body))) as well, serving(always(response(500, b""))) as broken:
        clusters = [Cluster("lisbon", reached_at(well)), Cluster("oslo", reached_at(broken))]
        async with open_fleet(clusters, lambda *report: seen.append(report)) as fleet:
            await all_of(fleet, NAMES[:2])

    reports = {cluster: (kind, size) for cluster, kind, _, size in seen}
    assert reports == {"lisbon": (None, len(body)), "oslo": (FailureKind.STATUS, 0)}
    assert all(0 < seconds < 5 for _, _, seconds, _ in seen)


async def test_connections_are_kept_for_the_next_question() -> None:
    async with fake_prometheus() as server, fleet_of(reached_at(server)) as fleet:
        for _ in range(5):
            await one(fleet)

    assert (len(server.requests), server.connections) == (5, 1)


async def test_everybody_who_closes_the_fleet_waits_until_nobody_holds_it() -> None:
    async with fleet_of() as fleet:
        with fleet.held():
            closing = [asyncio.create_task(fleet.close()) for _ in range(2)]
            await asyncio.wait(closing, timeout=0)

        await asyncio.gather(*closing)


async def test_closing_waits_for_those_who_hold_the_fleet() -> None:
    async with fake_prometheus() as server, fleet_of(reached_at(server)) as fleet:
        with fleet.held():
            closing = asyncio.create_task(fleet.close())
            first = await one(fleet)
            second = await one(fleet)
            assert not closing.done()
        await closing

    assert isinstance(first, Answered)
    assert isinstance(second, Answered)
