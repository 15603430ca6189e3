"""Queries that fail, wholly or in part."""

import asyncio

import pytest

from aggregator.clusters.values import Query as Limits
from aggregator.errors import BadExpression, CannotExecute, FailureKind, TimedOut, TooComplex, Unavailable
from tests.query.scripted import Refused, Script, scene, values_of

X: Script = {"x": ["x 1"], "sum(x)": ["{} 1"], "count(x)": ["{} 1"]}
DOWN = Refused(503, "TSDB not ready")
AILING: Script = {"x": DOWN, "sum(x)": ["{} 9"], "count(x)": DOWN}


async def test_a_cluster_that_fails_is_missing_and_said_to_be() -> None:
    async with scene({"lisbon": X, "oslo": AILING}) as fleet:
        answer = await fleet.instant("x")

    assert values_of(answer) == {"x,lisbon": "1"}
    assert answer.warnings == ('cluster "oslo": 503: TSDB not ready',)


async def test_half_an_answer_of_a_cluster_is_none() -> None:
    async with scene({"lisbon": X, "oslo": AILING}) as fleet:
        answer = await fleet.range("avg(x) + 0 * sum(x)")

    assert values_of(answer) == {"": ["1", "1", "1"]}
    assert answer.warnings == ('cluster "oslo": 503: TSDB not ready',)


@pytest.mark.parametrize("failing", ["z", "quantile_over_time(0.5, x[5m])"])
async def test_half_an_answer_is_none_in_whichever_round_the_cluster_fails(failing: str) -> None:
    script = {"max(y)": ["{} 0.5"], "z": ["z 1"], "quantile_over_time(0.5, x[5m])": ["{} 1"]}
    async with scene({"lisbon": script, "oslo": {**script, failing: DOWN}}) as fleet:
        answer = await fleet.range("z or on (cluster, __name__) quantile_over_time(scalar(max(y)), x[5m])")

    assert set(values_of(answer)) == {"z,lisbon", "lisbon"}
    assert answer.warnings == ('cluster "oslo": 503: TSDB not ready',)


@pytest.mark.parametrize("query", ["x", "avg(x)"])
async def test_who_wants_all_clusters_is_told_when_one_is_missing(query: str) -> None:
    async with scene({"lisbon": X, "oslo": AILING}) as fleet:
        with pytest.raises(Unavailable, match=r'^cluster "oslo": 503: TSDB not ready$'):
            await fleet.range(query, partial=False)


@pytest.mark.parametrize("query", ["x", "count(x)"])
async def test_when_nobody_answers_there_is_no_answer(query: str) -> None:
    async with scene({"lisbon": AILING, "oslo": AILING}) as fleet:
        with pytest.raises(Unavailable, match=r'cluster "lisbon": .*; cluster "oslo": '):
            await fleet.instant(query)


async def test_of_those_who_are_not_asked_nobody_is_missing() -> None:
    async with scene({"lisbon": X, "oslo": AILING}) as fleet:
        answer = await fleet.instant('x{cluster="lisbon"}', partial=False)

    assert answer.warnings == ()


@pytest.mark.parametrize("query", ["x", "sum(x)"])
async def test_what_one_cannot_execute_is_the_answer_of_all(query: str) -> None:
    words = "found duplicate series for the match group {} on the right hand-side"
    async with scene({"lisbon": X, "oslo": {query: Refused(422, words)}}) as fleet:
        with pytest.raises(CannotExecute) as failed:
            await fleet.instant(query)

    assert str(failed.value) == words


async def test_a_limit_of_one_cluster_is_its_own_failure() -> None:
    words = "query processing would load too many samples into memory in query execution"
    async with scene({"lisbon": X, "oslo": {"x": Refused(422, words)}}) as fleet:
        answer = await fleet.instant("x")

    assert (values_of(answer), answer.warnings) == ({"x,lisbon": "1"}, (f'cluster "oslo": {words}',))


UNKNOWN = Refused(400, 'invalid parameter "query": 1:1: parse error: unknown function with name "mad_over_time"')


async def test_a_query_that_one_of_two_does_not_know_is_that_ones_failure() -> None:
    query = "mad_over_time(x[5m])"
    async with scene({"lisbon": {query: ["{} 1"]}, "oslo": {query: UNKNOWN}}) as fleet:
        answer = await fleet.instant(query)

    assert values_of(answer) == {"lisbon": "1"}
    assert answer.warnings == (
        'cluster "oslo": it refused the query: 1:1: parse error: unknown function with name "mad_over_time"',
    )
    assert [(failure.cluster, failure.kind) for failure in answer.failed] == [("oslo", FailureKind.UNSUPPORTED)]


async def test_a_query_that_nobody_knows_is_refused_in_their_words() -> None:
    query = "mad_over_time(x[5m])"
    async with scene({"lisbon": {query: UNKNOWN}, "oslo": {query: UNKNOWN}}) as fleet:
        with pytest.raises(BadExpression) as refused:
            await fleet.instant(query)

    assert str(refused.value) == '1:1: parse error: unknown function with name "mad_over_time"'


async def test_a_query_that_is_computed_here_is_refused_too_where_nobody_knows_it() -> None:
    words = Refused(400, 'invalid parameter "query": 1:1: parse error: unknown limitk')
    versions = {"lisbon": (2, 42), "oslo": (2, 54)}
    async with scene({"lisbon": {"limitk(1, x)": words}, "oslo": {}}, versions=versions) as fleet:
        with pytest.raises(BadExpression, match=r"^1:1: parse error: unknown limitk$"):
            await fleet.instant("limitk(1, x)")

    assert fleet.asked("oslo") == []


async def test_what_one_of_them_knows_is_answered() -> None:
    versions = {"lisbon": (2, 42), "oslo": (3, 1)}
    async with scene({"lisbon": X, "oslo": X}, versions=versions) as fleet:
        answer = await fleet.instant("limitk(1, x)")

    assert values_of(answer) == {"x,lisbon": "1"}


async def test_a_query_that_does_not_parse_is_answered_in_the_words_of_a_cluster() -> None:
    words = Refused(400, 'invalid parameter "query": 1:5: parse error: unexpected end of input')
    async with scene({"lisbon": {"sum(": DOWN}, "oslo": {"sum(": words}, "porto": {}}) as fleet:
        with pytest.raises(BadExpression, match=r"^1:5: parse error: unexpected end of input$"):
            await fleet.instant("sum(")

    assert fleet.asked("porto") == []


async def test_a_query_that_only_the_clusters_understand_is_said_to_be_one() -> None:
    async with scene({"lisbon": {"x offset (5m)": ["x 1"]}}) as fleet:
        with pytest.raises(BadExpression) as refused:
            await fleet.instant("x offset (5m)")

    assert str(refused.value) == (
        "parse error: arithmetic with durations is not supported (the clusters understand this query, Crosshub does not)"
    )


async def test_a_query_that_does_not_parse_is_refused_though_nobody_answers() -> None:
    async with scene({"lisbon": {}, "oslo": {}}) as fleet:
        with pytest.raises(BadExpression) as refused:
            await fleet.instant("rate(x)")

    assert str(refused.value) == "parse error: expected type matrix in call to function 'rate', got vector"


async def test_a_query_that_is_too_large_bothers_no_cluster() -> None:
    async with scene({"lisbon": {}}) as fleet:
        with pytest.raises(TooComplex):
            await fleet.instant("(" * 200 + "x" + ")" * 200)

    assert fleet.asked("lisbon") == []


@pytest.mark.parametrize(
    ("query", "kind"), [("'a'", "string"), ("x[5m]", "range vector"), ("x[5m:1m]", "range vector")]
)
async def test_what_has_no_value_at_each_step_has_no_range(query: str, kind: str) -> None:
    async with scene({"lisbon": {}}) as fleet:
        with pytest.raises(BadExpression) as refused:
            await fleet.range(query)

    assert str(refused.value) == f'invalid expression type "{kind}" for range query, must be Scalar or instant Vector'


async def test_a_query_that_nobody_answers_in_time_timed_out() -> None:
    async with scene({"lisbon": X, "oslo": X}, holding=asyncio.Event()) as fleet:
        with pytest.raises(TimedOut, match='cluster "lisbon": no answer in '):
            await fleet.instant("x", timeout=0.2)


async def test_the_configured_deadline_holds_where_it_is_shorter() -> None:
    async with scene({"lisbon": X}, holding=asyncio.Event(), limits=Limits(deadline=0.2)) as fleet:
        with pytest.raises(TimedOut):
            await fleet.instant("x", timeout=60)


async def test_a_second_attempt_may_time_out_as_the_first_may() -> None:
    script: Script = {"sum(x)": ["{} 0.1"]}
    async with scene({"lisbon": script, "oslo": script}, silent=("x",)) as fleet:
        with pytest.raises(TimedOut):
            await fleet.instant("sum(x) == 0.2", timeout=0.3)

    assert fleet.asked("oslo") == ["sum(x)", "x"]


async def test_series_that_meet_by_our_name_of_the_cluster_are_explained() -> None:
    script: Script = {"x": ['x{cluster="a"} 1', 'x{cluster="b"} 1']}
    async with scene({"lisbon": script, "oslo": X}) as fleet:
        with pytest.raises(CannotExecute, match='series of cluster "lisbon" already carry the label "cluster"'):
            await fleet.instant("x")
        with pytest.raises(CannotExecute, match="already carry"):
            await fleet.range("x + on () vector(1)")


LONG = "quantile_over_time(0.5, vector(time())[1d:1s])"


async def test_what_takes_long_to_evaluate_keeps_nobody_waiting() -> None:
    async with scene({"lisbon": X}) as fleet:
        long = asyncio.create_task(fleet.range(LONG, start=600_000, end=660_000))
        short = await fleet.instant("x")
        overtaken = not long.done()
        answer = await long

    assert overtaken
    assert values_of(short) == {"x,lisbon": "1"}
    assert len(values_of(answer)[""]) == 1001


async def test_an_evaluation_that_takes_too_long_timed_out() -> None:
    async with scene({"lisbon": X}) as fleet:
        with pytest.raises(TimedOut, match=r"^query timed out in expression evaluation$"):
            await fleet.range(LONG, start=600_000, end=660_000, timeout=0.03)
