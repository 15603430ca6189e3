"""Operators between vectors and scalars, with every form of matching: mostly over label sets that exist."""

from collections.abc import Callable

from aggregator.promql.print import number
from aggregator.series import CLUSTER
from tests.differential.dice import Dice, Vector
from tests.differential.grammar_selectors import CLUSTERS, moved, plain_selector, selector

ARITHMETIC = ("+", "-", "*", "/", "%", "^", "atan2")
COMPARISONS = ("==", "!=", "<", ">", "<=", ">=")

# many side, labels on which they meet, info metric, what it adds
JOINS = (
    ("container_cpu_usage_seconds_total", ("namespace", "pod"), "kube_pod_info", ("node",)),
    ("container_memory_working_set_bytes", ("namespace", "pod"), "kube_pod_labels", ("label_username", "label_app")),
    ("kube_pod_info", ("node",), "kube_node_info", ("instance_type",)),
    ("jupyterhub_running_servers", ("namespace",), "jupyterhub_build_info", ("version",)),
    ("jupyterhub_active_users", ("namespace",), "kube_namespace_created", ()),
    ("node_cpu_seconds_total", ("node",), "node_memory_free_bytes", ("missing",)),
)


def with_scalar(dice: Dice) -> Vector:
    """A vector and a number, on either side."""
    inside = dice.vector()
    value = dice.pick([number(value) for value in inside.values]) if dice.chance(60) else dice.scalar()
    operator = dice.weighted({dice.pick(ARITHMETIC): 1, dice.pick(COMPARISONS): 1})
    flag = " bool" if operator in COMPARISONS and dice.chance(40) else ""
    sides = (inside.operand, f"({value})" if " " in value else value)
    left, right = sides if dice.chance(75) else sides[::-1]
    return Vector(f"{left} {operator}{flag} {right}", inside.labels, inside.values, single=False)


def one_to_one(dice: Dice) -> Vector:
    """Two sides that are brought to the same labels first, and meet on some of them or on all."""
    left, right = dice.vector(), dice.vector()
    common = [name for name in left.labels if name in right.labels and name != CLUSTER]
    kept = [*dice.some(common, most=2)]
    if dice.chance(60):
        kept.append(CLUSTER)
    by = ", ".join(kept)
    matching = dice.weighted({"": 3, f" on ({by})": 3, " ignoring (missing)": 1})
    operator, flag = _operator(dice)
    sides = [f"{dice.pick(('sum', 'max', 'count', 'avg'))} by ({by}) ({each.text})" for each in (left, right)]
    return Vector(f"{sides[0]} {operator}{flag}{matching} {sides[1]}", tuple(kept), left.values, single=False)


def with_itself(dice: Dice) -> Vector:
    """The same series at another time, or under another function: their labels are the same."""
    text, metric = plain_selector(dice)
    wrap = dice.pick(
        (
            ("{}", "{} offset 10m"),
            ("rate({}[5m])", "rate({}[10m])"),
            ("{}", "avg_over_time({}[10m])"),
            ("max_over_time({}[10m])", "{} @ end()"),
            ("{}", "{}" + moved(dice)),
        )
    )
    ignored = dice.some([name for name in metric.labels if name != CLUSTER], most=1) if dice.chance(10) else ()
    matching = dice.weighted({
        "": 5,
        f" on ({', '.join(metric.labels)})": 3,
        f" ignoring ({', '.join(ignored)})": 2,
        f" ignoring ({CLUSTER})": 1,
    })  # fmt: skip
    operator, flag = _operator(dice)
    left, right = (form.format(text) for form in wrap)
    return Vector(f"{left} {operator}{flag}{matching} {right}", tuple(metric.labels), metric.values, single=False)


def many_to_one(dice: Dice) -> Vector:
    """group_left and group_right, to a side that was brought to the labels on which they meet."""
    many, one = dice.vector(), dice.vector()
    common = [name for name in many.labels if name in one.labels and name != CLUSTER]
    kept = [*dice.some(common, most=2)]
    if CLUSTER in many.labels and dice.chance(65):
        kept.append(CLUSTER)
    by = ", ".join(kept)
    ours = f"{dice.pick(('sum', 'min', 'count'))} by ({by}) ({one.text})"
    operator, flag = _operator(dice)
    forms = {
        f"{many.operand} {operator}{flag} on ({by}) group_left {ours}": 5,
        f"{ours} {operator}{flag} on ({by}) group_right () {many.operand}": 5,
        f"{many.operand} {operator}{flag} on ({by}) group_left (missing) {ours}": 1,
    }
    others = [name for name in many.labels if name not in kept]
    if others:
        forms[f"{many.operand} {operator}{flag} ignoring ({', '.join(others)}) group_left {ours}"] = 3
        forms[f"{ours} {operator}{flag} ignoring ({', '.join(others)}) group_right () {many.operand}"] = 2
    return Vector(dice.weighted(forms), many.labels, many.values, single=False)


def joined(dice: Dice) -> Vector:
    """Values labelled by an info metric: within each cluster, or with the info of one cluster."""
    many, on, one, added = dice.pick(JOINS)
    if dice.chance(75):
        matched, info = (CLUSTER, *on), one
    else:
        matched, info = on, f'{one}{{cluster="{dice.pick(CLUSTERS)}"}}'
    found = dice.pick((many, f"rate({many}[5m])", f"max_over_time({many}[10m])"))
    include = ", ".join((*added, CLUSTER) if matched == on and dice.chance(20) else added)
    text = f"{found} * on ({', '.join(matched)}) group_left ({include}) {info}"
    if dice.chance(40):
        text = f"{info} * on ({', '.join(matched)}) group_right ({include}) {found}"
    return Vector(text, (CLUSTER, *on, *added), (1.0, 5.0), single=False)


def of_sets(dice: Dice) -> Vector:
    left, right = dice.vector(), dice.vector()
    common = [name for name in left.labels if name in right.labels]
    matching = dice.weighted({
        "": 2,
        f" on ({', '.join(dice.some(common))})": 4,
        f" ignoring ({', '.join(dice.some(left.labels))})": 2,
    })  # fmt: skip
    operator = dice.weighted({"or": 5, "and": 4, "unless": 3})
    return Vector(f"{left.operand} {operator}{matching} {right.operand}", left.labels, left.values, single=False)


def with_constant_arm(dice: Dice) -> Vector:
    inside = dice.vector()
    arm = dice.pick(("vector(0)", "vector(1)", "vector(time())", "absent(nothing)", "hour()", "vector(NaN)"))
    matching = dice.pick(("", " on ()", f" on ({CLUSTER})"))
    operator = dice.weighted({"or": 6, "unless": 1, "and": 1})
    sides = (inside.operand, arm) if dice.chance(85) else (arm, inside.operand)
    return Vector(f"{sides[0]} {operator}{matching} {sides[1]}", inside.labels, inside.values, single=False)


def as_they_come(dice: Dice) -> Vector:
    """Any matching of anything: half of these fail, and have to fail alike."""
    left, right = dice.vector(), selector(dice)
    names = ", ".join(dice.some((*left.labels, *right.labels), most=2))
    group = dice.pick(("", "", " group_left", " group_right"))
    operator, flag = _operator(dice)
    text = f"{left.operand} {operator}{flag} {dice.pick(('on', 'ignoring'))} ({names}){group} {right.text}"
    return Vector(text, left.labels, left.values, single=False)


def negative(dice: Dice) -> Vector:
    inside = dice.vector()
    return Vector(f"-{inside.operand}", inside.labels, tuple(-value for value in inside.values), single=False)


BETWEEN_VECTORS: dict[Callable[[Dice], Vector], int] = {
    one_to_one: 6,
    with_itself: 5,
    many_to_one: 6,
    joined: 4,
    of_sets: 8,
    with_constant_arm: 4,
    as_they_come: 2,
}


def _operator(dice: Dice) -> tuple[str, str]:
    operator = dice.weighted({dice.pick(ARITHMETIC): 3, dice.pick(COMPARISONS): 1})
    return operator, " bool" if operator in COMPARISONS and dice.chance(60) else ""
