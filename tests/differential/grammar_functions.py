"""Functions of vectors and of ranges, labels rewritten, histograms, dates."""

from aggregator.promql.print import number
from aggregator.series import CLUSTER
from tests.differential.dice import Dice, Vector
from tests.differential.grammar_selectors import CLUSTERS, plain_selector, range_of, selector, subquery_of

OF_COUNTERS = ("rate", "irate", "increase", "resets")
OVER_TIME = (
    *("avg_over_time", "min_over_time", "max_over_time", "sum_over_time", "count_over_time", "last_over_time"),
    *("stddev_over_time", "stdvar_over_time", "present_over_time", "changes", "delta", "idelta", "deriv"),
)
WITH_NUMBERS = ("quantile_over_time", "predict_linear", "holt_winters")
PLAIN = ("abs", "ceil", "floor", "exp", "sqrt", "ln", "log2", "log10", "sgn", "deg", "rad", "round")
TRIGONOMETRIC = ("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh")
DATES = ("minute", "hour", "day_of_week", "day_of_month", "day_of_year", "days_in_month", "month", "year")
PHI = ("0.5", "0.9", "0.99", "0", "1", "0.25", "-0.1", "1.1", "NaN")
_UNIT = (-0.5, 0.0, 0.5, 0.9)


def over_counters(dice: Dice) -> Vector:
    text, inside = range_of(dice, "counter", "bucket")
    return Vector(f"{dice.pick(OF_COUNTERS)}({text})", inside.labels, (0.0, 0.01, 0.1, 1.0))


def over_gauges(dice: Dice) -> Vector:
    text, inside = range_of(dice)
    return Vector(f"{dice.pick(OVER_TIME)}({text})", inside.labels, inside.values)


def over_subquery(dice: Dice) -> Vector:
    text, inside = subquery_of(dice)
    return Vector(f"{dice.pick((*OVER_TIME, *OF_COUNTERS))}({text})", inside.labels, inside.values)


def with_numbers(dice: Dice) -> Vector:
    """Range functions that take a number as well, which may be a scalar of the whole fleet."""
    text, inside = subquery_of(dice) if dice.chance(30) else range_of(dice)
    written = {
        "quantile_over_time": f"{dice.scalar() if dice.chance(15) else dice.pick(PHI)}, {text}",
        "predict_linear": f"{text}, {dice.scalar() if dice.chance(25) else dice.pick(('60', '3600', '-300'))}",
        "holt_winters": f"{text}, {dice.pick(('0.3', '0.5'))}, {dice.pick(('0.1', '0.9'))}",
    }
    name = dice.pick(WITH_NUMBERS)
    return Vector(f"{name}({written[name]})", inside.labels, inside.values)


def of_values(dice: Dice) -> Vector:
    inside = dice.vector()
    return Vector(f"{dice.pick(PLAIN)}({inside.text})", inside.labels, inside.values)


def trigonometric(dice: Dice) -> Vector:
    inside = dice.vector()
    return Vector(f"{dice.pick(TRIGONOMETRIC)}({inside.text})", inside.labels, _UNIT)


def limited(dice: Dice) -> Vector:
    inside = dice.vector()
    low, high = number(inside.values[0]), number(inside.values[-1])
    written = {
        f"clamp({inside.text}, {low}, {high})": 3,
        f"clamp({inside.text}, {high}, {dice.scalar()})": 1,
        f"clamp_min({inside.text}, {dice.pick((low, 'NaN', '0'))})": 3,
        f"clamp_max({inside.text}, {dice.pick((high, 'Inf', '1'))})": 3,
        f"round({inside.text}, {dice.pick(('10', '0.1', '0.5', '1e3', '0'))})": 3,
    }
    return Vector(dice.weighted(written), inside.labels, inside.values)


def dates(dice: Dice) -> Vector:
    of = {"": 1, plain_selector(dice)[0]: 2, "kube_namespace_created": 3, f"timestamp({selector(dice).text})": 2}
    text = dice.weighted(of)
    known = ("namespace", CLUSTER) if text == "kube_namespace_created" else ()
    return Vector(f"{dice.pick(DATES)}({text})", known, (1.0, 5.0, 12.0, 30.0))


def timestamps(dice: Dice) -> Vector:
    inside = selector(dice) if dice.chance(70) else dice.vector()
    return Vector(f"timestamp({inside.text})", inside.labels, (1.7675e9, 1.76758e9))


def sorted_(dice: Dice) -> Vector:
    inside = dice.vector()
    return Vector(f"{dice.pick(('sort', 'sort_desc'))}({inside.text})", inside.labels, inside.values)


def quantile_of_histogram(dice: Dice) -> Vector:
    """Of buckets as they are, of their rates, of sums that keep `le`; seldom of what has no buckets at all."""
    buckets, metric = plain_selector(dice, "bucket")
    others = [name for name in metric.labels if name != "le"]
    kept = ("le", *dice.some(others))
    rates = f"rate({buckets}[{dice.pick(('2m', '5m', '10m'))}])"
    inside = dice.weighted({
        f"sum by ({', '.join(kept)}) ({rates})": 6,
        f"sum by ({', '.join(kept)}) ({buckets})": 2,
        rates: 3,
        buckets: 2,
        f"sum without ({', '.join(dice.some(others))}) ({rates})": 3,
        dice.vector().text: 1,
    })  # fmt: skip
    phi = dice.scalar() if dice.chance(10) else dice.pick(PHI)
    return Vector(f"histogram_quantile({phi}, {inside})", kept[1:], (0.1, 0.5, 1.0, 5.0))


def of_native_histograms(dice: Dice) -> Vector:
    """These say nothing of plain samples, so mostly something else stands in."""
    inside, instead = dice.vector(), dice.vector()
    name = dice.pick(("histogram_count", "histogram_sum", "histogram_fraction"))
    bounds = "0, 1, " if name == "histogram_fraction" else ""
    return Vector(f"{name}({bounds}{inside.text}) or {instead.operand}", instead.labels, instead.values, single=False)


def labels_replaced(dice: Dice) -> Vector:
    inside = dice.vector()
    source = dice.pick((*inside.labels, CLUSTER, "missing"))
    target = dice.weighted({"copy": 8, CLUSTER: 3, "zone": 4, dice.pick((*inside.labels, "copy")): 1})
    found = dice.pick(("(.*)", "(.+)", "(.)(.*)", "(?P<first>[a-z]).*", "l.*", "", "nothing.*"))
    given = dice.pick(("$1", "x-$1", "$2$1", "${1}y", "$first", "fixed", "$1x"))
    if target in inside.labels:
        given = dice.weighted({f"$1-{target}": 5, given: 1})
    labels = tuple(sorted({*inside.labels, target}))
    text = f'label_replace({inside.text}, "{target}", "{given}", "{source}", "{found}")'
    return Vector(text, labels, inside.values)


def labels_joined(dice: Dice) -> Vector:
    inside = dice.vector()
    sources = dice.some((*inside.labels, CLUSTER, "missing"), most=3)
    target = dice.weighted({"joined": 6, CLUSTER: 2})
    quoted = "".join(f', "{source}"' for source in sources)
    text = f'label_join({inside.text}, "{target}", "{dice.pick(("-", "", "/"))}"{quoted})'
    return Vector(text, tuple(sorted({*inside.labels, target})), inside.values)


def absences(dice: Dice) -> Vector:
    """Absent or not; alone, or counted, or as an arm."""
    missing = dice.pick(
        ('nothing{cluster="oslo", a="b"}', "nothing", f'up{{cluster="{dice.pick(CLUSTERS)}", job="x"}}')
    )
    text, _ = plain_selector(dice)
    written = {
        f"absent({missing})": 4,
        f"absent_over_time({missing}[5m])": 4,
        f"absent({selector(dice).text})": 2,
        f"absent_over_time({text}[2m])": 3,
        f"absent({dice.vector().text})": 1,
    }
    return Vector(dice.weighted(written), (), (0.0, 1.0))
