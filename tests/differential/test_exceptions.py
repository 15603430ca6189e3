"""An exception excuses what it names, and not its neighbours."""

import pytest

from tests.differential.exceptions import excused
from tests.differential.heard import Heard, Question

ANSWERED = Heard(200, {"status": "success", "data": {"resultType": "vector", "result": []}})
DUPLICATES = "found duplicate series for the match group {} on the right hand-side of the operation: []"


def failed(message: str) -> Heard:
    return Heard(422, {"status": "error", "errorType": "execution", "error": message})


def name_of(expression: str, union: Heard = ANSWERED, ours: Heard = ANSWERED) -> str | None:
    return excused(Question(expression, 0, 0), union, ours)


@pytest.mark.parametrize(
    ("expression", "start"),
    [
        ('count_values by (namespace) ("cluster", x)', "count_values into"),
        ("tan(cosh(x))", "the last bits"),
        ('count_values("v", avg(x) ^ 2)', "the last bits"),
        ("cosh(x) % 16", "the last bits"),
        ('sin(avg({__name__=~"a|b"}) * 2)', "the last bit of a sum over several metrics"),
        ("predict_linear(x[2m] @ 10, 60)[20m:5m]", "in a subquery"),
    ],
)
def test_answers_that_differ_as_expected_are_excused(expression: str, start: str) -> None:
    assert (name_of(expression) or "").startswith(start)


@pytest.mark.parametrize(
    "expression",
    [
        'count_values by (namespace) ("value", x)',
        'count_values without (namespace) ("cluster", x)',
        "sin(sum(x))",
        "cosh(sin(x)) + 1",
        "16 % cosh(x)",
        "sin(avg(x) * 2)",
        'sin({__name__=~"a|b"})',
        'count_values("v", avg(x))',
        "predict_linear(x[2m], 60)[20m:5m]",
        "max_over_time(x[2m] @ 10)[20m:5m]",
    ],
)
def test_others_are_not(expression: str) -> None:
    assert name_of(expression) is None


def one_sample(value: str, **labels: str) -> Heard:
    result = [{"metric": labels, "value": [60, value]}]
    return Heard(200, {"status": "success", "data": {"resultType": "vector", "result": result}})


EARLY = "exponentials that overflow early"
MOMENTS = "the variance of moments of several metrics"
LAST_BITS = "an arc or logarithm near 1, or a slope of equal values, that shows their last bits"
ZEROS = "the sign of a zero among zeros that were sorted"


@pytest.mark.parametrize(
    ("expression", "union", "ours", "name"),
    [
        ("cosh(x)", "+Inf", "7.3e+307", EARLY),
        ("-exp(x)", "-Inf", "-1.3e+308", EARLY),
        ("cosh(x)", "+Inf", "1e+300", None),
        ("cosh(x)", "7.3e+307", "+Inf", None),
        ("x * 2", "+Inf", "7.3e+307", None),
        ('stdvar(timestamp({__name__=~"a|b"}))', "19.52545464015843", "19.52545703443184", MOMENTS),
        ('stdvar(timestamp({__name__=~"a|b"}))', "19.5254", "19.5255", None),
        ("stdvar(timestamp(x))", "19.52545464015843", "19.52545703443184", None),
        ('stdvar({__name__=~"a|b"})', "19.52545464015843", "19.52545703443184", None),
        ('stdvar by (cluster) (timestamp({__name__=~"a|b"}))', "19.52545464015843", "19.52545703443184", None),
        ('stdvar without (node) (timestamp({__name__=~"a|b"}))', "19.52545464015843", "19.52545703443184", None),
        ('stdvar without (cluster) (timestamp({__name__=~"a|b"}))', "19.52545464015843", "19.52545703443184", MOMENTS),
        ("acos(tanh(x))", "0.00024681960689521", "0.00024681960734507236", LAST_BITS),
        ("acos(tanh(x))", "0.1", "0.2", None),
        ("acos(x)", "0.00024681960689521", "0.00024681960734507236", None),
        ("acos(x ^ 2) or sum(y)", "1", "200", None),
        ("deriv(vector(time() atan2 16)[10m:])", "9.186815169423518e-18", "6.124543446282345e-18", LAST_BITS),
        ("deriv(exp(x)[10m:])", "1", "1.001", None),
        ("irate((x atan2 y)[8m:10s])", "1.338969823905245e-10", "1.33897004594985e-10", LAST_BITS),
        ("irate((x atan2 y)[8m:10s])", "1.3389e-5", "1.3390e-5", None),
        ("ln(tanh(x))", "-3.0459959463433695e-08", "-3.0459959574456004e-08", LAST_BITS),
        ("ln(x)", "-3.0459959463433695e-08", "-3.0459959574456004e-08", None),
        ("irate(x[8m:10s])", "1.338969823905245e-10", "1.33897004594985e-10", None),
        ("deriv(x[10m:])", "9.186815169423518e-18", "6.124543446282345e-18", None),
        ("min(sin(sort_desc(x)))", "-0", "0", ZEROS),
        ("quantile_over_time(0, x[5m:])", "0", "-0", ZEROS),
        ("min(sin(x))", "-0", "0", None),
        ("min(sort(x))", "-0", "1", None),
    ],
)
def test_what_is_excused_is_seen_in_the_values_as_well(
    expression: str, union: str, ours: str, name: str | None
) -> None:
    assert name_of(expression, one_sample(union), one_sample(ours)) == name


@pytest.mark.parametrize(
    ("expression", "kind", "is_excused"),
    [
        ("asinh(log10(odd_values))", "extreme", True),
        ("ln(odd_values)", "sign", False),
        ("log2(odd_values)", "extreme", False),
    ],
)
def test_a_logarithm_is_excused_only_of_series_with_tiny_numbers(
    expression: str, kind: str, *, is_excused: bool
) -> None:
    name = name_of(expression, one_sample("-709.1", kind=kind), one_sample("-744.4", kind=kind))

    assert (name == "logarithms of denormal numbers") is is_excused


def test_duplicates_are_excused_only_where_the_match_group_names_a_cluster() -> None:
    of_a_cluster = failed(DUPLICATES.replace("{}", '{cluster="oslo", node="1"}'))

    assert (name_of("x / y", of_a_cluster) or "").startswith("duplicates in one cluster")
    assert name_of("x / y", failed(DUPLICATES)) is None


def test_a_failure_of_ours_is_not_excused() -> None:
    assert name_of("tan(cosh(x))", ANSWERED, failed(DUPLICATES)) is None
    assert name_of("x / y", failed(DUPLICATES), failed("invalid label name")) is None
