"""Queries answered over fake Prometheus servers: what they are asked, and what becomes of it."""

import pytest

from aggregator.planning.plan import Circumstances
from aggregator.planning.planner import plan
from aggregator.promql.parse import parse
from aggregator.query.engine import CUT
from aggregator.series import Steps
from tests.query.scripted import result_of, scene, values_of

UP = {"lisbon": {"up": ['up{job="b"} 1', 'up{job="a"} 2']}, "oslo": {"up": ['up{job="a"} 3']}}


async def test_series_of_all_clusters_stand_together_with_their_label() -> None:
    async with scene(UP) as fleet:
        answer = await fleet.instant("up")

    assert (answer.result_type, answer.warnings, answer.plan.lane) == ("vector", (), "splice")
    assert values_of(answer) == {"up,lisbon,a": "2", "up,lisbon,b": "1", "up,oslo,a": "3"}


async def test_a_range_is_a_matrix() -> None:
    async with scene(UP) as fleet:
        answer = await fleet.range("up")

    assert answer.result_type == "matrix"
    assert result_of(answer)[0]["values"] == [[600, "2"], [660, "2"], [720, "2"]]


async def test_a_cluster_is_asked_with_the_moments_and_parameters_of_the_query() -> None:
    async with scene(UP) as fleet:
        await fleet.range("up", lookback_delta="1m", timeout=2.5)
        await fleet.instant("up")

    assert fleet.forms("lisbon") == [
        {"query": "up", "start": "600", "end": "720", "step": "60", "timeout": "2500ms", "lookback_delta": "1m"},
        {"query": "up", "time": "600", "timeout": "25000ms"},
    ]


async def test_nobody_is_asked_for_what_is_constant() -> None:
    async with scene(UP) as fleet:
        answers = [await fleet.instant(text) for text in ("1 + 1", "'a'", "vector(2)")]
        over_time = await fleet.range("time() / 60")

    assert [(answer.result_type, result_of(answer)) for answer in answers] == [
        ("scalar", [600, "2"]),
        ("string", [600, "a"]),
        ("vector", [{"metric": {}, "value": [600, "2"]}]),
    ]
    assert values_of(over_time) == {"": ["10", "11", "12"]}
    assert fleet.asked("lisbon") == []


async def test_a_sum_is_put_together_from_sums() -> None:
    async with scene({"lisbon": {"sum(up)": ["{} 3"]}, "oslo": {"sum(up)": ["{} 4"]}}) as fleet:
        answer = await fleet.instant("sum(up)")

    assert values_of(answer) == {"": "7"}
    assert answer.plan.lane == "evaluate"


async def test_an_average_of_one_moment_costs_one_request_a_cluster() -> None:
    script = {"sum(x)": ["{} 10"], "count(x)": ["{} 4"]}
    async with scene({"lisbon": script, "oslo": {"sum(x)": ["{} 2"], "count(x)": ["{} 2"]}}) as fleet:
        answer = await fleet.instant("avg(x)")

    assert values_of(answer) == {"": "2"}
    assert len(fleet.asked("lisbon")) == len(fleet.asked("oslo")) == 1


async def test_an_average_of_a_range_costs_a_request_for_each_part() -> None:
    script = {"sum(x)": ["{} 10"], "count(x)": ["{} 4"]}
    async with scene({"lisbon": script}) as fleet:
        answer = await fleet.range("avg(x)")

    assert values_of(answer) == {"": ["2.5", "2.5", "2.5"]}
    assert sorted(fleet.asked("lisbon")) == ["count(x)", "sum(x)"]


async def test_equal_parts_of_a_query_are_asked_once() -> None:
    script = {"sum(x)": ["{} 10"], "count(x)": ["{} 4"]}
    async with scene({"lisbon": script}) as fleet:
        at_once, over_time = await fleet.instant("avg(x) + avg(x) * sum(x)"), await fleet.range("avg(x) + avg(x)")

    assert values_of(at_once) == {"": "27.5"}
    assert values_of(over_time) == {"": ["5", "5", "5"]}
    assert len(fleet.asked("lisbon")) == 1 + 2


async def test_what_is_pinned_is_asked_once_for_all_steps() -> None:
    async with scene({"lisbon": {"sum(x @ 5)": ["{} 10"]}}) as fleet:
        answer = await fleet.range("sum(x @ 5)")

    assert values_of(answer) == {"": ["10", "10", "10"]}
    (form,) = fleet.forms("lisbon")
    assert (form["time"], "start" in form) == ("600", False)


async def test_more_points_than_a_prometheus_answers_come_in_pieces() -> None:
    async with scene({"lisbon": {"sum(x)": ["{} 2"]}, "oslo": {"sum(x)": ["{} 3"]}}) as fleet:
        answer = await fleet.instant("count_over_time(sum(x)[9d:1m]) + max_over_time(sum(x)[9d:1m])", at=10 * 86400)

    assert values_of(answer) == {"": str(9 * 1440 + 1 - 1 + 5)}
    forms = fleet.forms("oslo")
    assert [(form["start"], form["end"], form["step"]) for form in forms] == [
        ("86460", "746400", "60"),
        ("746460", "864000", "60"),
    ]


async def test_a_range_of_more_points_is_put_together_from_pieces() -> None:
    async with scene({"lisbon": {"x": ["x 2"]}}) as fleet:
        answer = await fleet.range("x", start=0, end=11_500, step=1)

    assert (answer.plan.lane, len(values_of(answer)["x,lisbon"])) == ("evaluate", 11_501)
    assert [form["end"] for form in fleet.forms("lisbon")] == ["10999", "11500"]


async def test_a_scalar_that_is_known_here_is_sent_once_it_is_known() -> None:
    script = {"sum(y)": ["{} 0.25"], "quantile_over_time(0.5, x[5m])": ['{a="1"} 7']}
    async with scene({"lisbon": script, "oslo": script}) as fleet:
        answer = await fleet.range("quantile_over_time(scalar(sum(y)), x[5m])")

    assert values_of(answer) == {"1,lisbon": ["7", "7", "7"], "1,oslo": ["7", "7", "7"]}
    assert fleet.asked("oslo") == ["sum(y)", "quantile_over_time(0.5, x[5m])"]


async def test_a_scalar_that_changes_is_sent_once_for_each_run_of_steps() -> None:
    script = {f"predict_linear(x[5m], {seconds})": [f"{{}} {seconds}"] for seconds in (0, 60)}
    async with scene({"lisbon": script | {"sum(y)": ["{} 60"]}}) as fleet:
        answer = await fleet.range("predict_linear(x[5m], scalar(sum(y)) * (time() > bool 600))")

    assert values_of(answer) == {"lisbon": ["0", "60", "60"]}
    assert [(form["query"], form["start"], form["end"]) for form in fleet.forms("lisbon")[1:]] == [
        ("predict_linear(x[5m], 0)", "600", "600"),
        ("predict_linear(x[5m], 60)", "660", "720"),
    ]


async def test_near_a_discontinuity_the_query_is_answered_again_without_partial_sums() -> None:
    # 0.1 + 0.2 + 0.3 is 0.6000000000000001, and 0.1 + 0.5 is 0.6.
    lisbon = {"sum(x)": ["{} 0.1"], "x": ['x{a="1"} 0.1']}
    oslo = {"sum(x)": ["{} 0.5"], "x": ['x{a="2"} 0.2', 'x{a="3"} 0.3']}
    async with scene({"lisbon": lisbon, "oslo": oslo}) as fleet:
        answer = await fleet.instant("sum(x) > 0.6")

    assert values_of(answer) == {"": "0.6000000000000001"}
    assert fleet.asked("oslo") == ["sum(x)", "x"]
    assert answer.plan.exact


async def test_a_limit_leaves_out_the_last_series_and_says_so() -> None:
    async with scene(UP | {"porto": {"up": []}}) as fleet:
        spliced, evaluated = await fleet.instant("up", limit=2), await fleet.range("up or vector(1)", limit=1)
        enough = await fleet.instant("up", limit=3)

    assert (list(values_of(spliced)), spliced.warnings) == (["up,lisbon,a", "up,lisbon,b"], (CUT,))
    assert (len(values_of(evaluated)), evaluated.warnings) == (1, (CUT,))
    assert enough.warnings == ()


async def test_the_best_of_one_moment_stay_in_their_order() -> None:
    script = {"topk(2, x)": ['x{a="z"} 9', 'x{a="b"} 5']}
    async with scene({"lisbon": script, "oslo": script}) as fleet:
        answer = await fleet.instant("topk by (cluster) (2, x)")

    assert list(values_of(answer)) == ["x,z,lisbon", "x,b,lisbon", "x,z,oslo", "x,b,oslo"]


async def test_only_clusters_that_the_query_names_are_asked() -> None:
    async with scene(UP) as fleet:
        answer = await fleet.instant('up{cluster="oslo"}')
        nobody = await fleet.instant('sum(up{cluster="rome"})')

    assert list(values_of(answer)) == ["up,oslo,a"]
    assert result_of(nobody) == []
    assert fleet.asked("lisbon") == []


@pytest.mark.parametrize(
    "query",
    [
        "-" * 48 + "sort(" * 50 + "abs(" * 50 + "x" + ")" * 100,
        "-" * 40 + "clamp_min(" * 99 + "sum(x)" + ", 0)" * 99,
        " + ".join(["sum(x)"] * 148),
        " or ".join(["vector(1)"] * 149),
        "x" + " ^ (1" * 98 + ")" * 98,
        "max_over_time(" * 49 + "sum(x)" + "[1m:1m])" * 49,
    ],
    ids=lambda query: query[:20],
)
async def test_a_query_as_high_as_is_allowed_is_answered(query: str) -> None:
    script = {"sum(x)": ["{} 1"]}
    async with scene({"lisbon": script | {text: ["{} 1"] for text in spliced_texts(query)}}) as fleet:
        answer = await fleet.instant(query)

    assert len(result_of(answer)) == 1


def spliced_texts(query: str) -> list[str]:
    """What the one cluster is asked for the largest parts that it computes."""
    made = plan(parse(query), Steps(600_000, 600_000, 0), Circumstances(("lisbon",)))
    return [text for leaf in made.leaves for _, text in leaf.texts]


async def test_a_query_that_is_asked_again_is_asked_at_its_own_moment() -> None:
    async with scene({"lisbon": {"sum(x)": ["{} 1"]}, "oslo": {"sum(x)": ["{} 2"]}}) as fleet:
        await fleet.instant("sum(x)", at=600)
        await fleet.instant("sum(x)", at=660)
        await fleet.range("sum(x)", start=720, end=780, step=60)
        await fleet.range("sum(x)", start=840, end=960, step=120)

    asked = [
        tuple(form[name] for name in ("time", "start", "end", "step") if name in form) for form in fleet.forms("oslo")
    ]
    assert asked == [("600",), ("660",), ("720", "780", "60"), ("840", "960", "120")]
