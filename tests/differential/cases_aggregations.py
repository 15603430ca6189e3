"""Hand-written cases of aggregations: every one, with every clause, over values of every sort."""

AGGREGATIONS = "sum avg min max count group stddev stdvar"
CLAUSES = (
    "",
    "by ()",
    "by (cluster)",
    "by (namespace)",
    "by (namespace, cluster)",
    "by (cluster, cluster, missing)",
    "without ()",
    "without (cluster)",
    "without (namespace)",
    "without (cluster, namespace)",
)

CASES: dict[str, tuple[str, ...]] = {
    "aggregations": tuple(
        f"{name} {clause} (jupyterhub_running_servers)" for name in AGGREGATIONS.split() for clause in CLAUSES
    ),
    "aggregations of fractions": tuple(f"{name}(room_temperature_celsius)" for name in AGGREGATIONS.split()),
    "aggregations of odd values": (
        *(f"{name} by (kind) (odd_values)" for name in AGGREGATIONS.split()),
        *(f"{name} by (cluster) (odd_values)" for name in AGGREGATIONS.split()),
        *(f"{name}(odd_values)" for name in AGGREGATIONS.split()),
    ),
    "aggregations of constants": tuple(f"{name}(fair_share)" for name in AGGREGATIONS.split()),
    "aggregations of timestamps": tuple(f"{name}(kube_namespace_created)" for name in AGGREGATIONS.split()),
    "aggregations of nothing": tuple(f"{name}(no_such_metric)" for name in AGGREGATIONS.split()),
    "aggregations of aggregations": tuple(
        f"{outer}({inner} by (cluster) (many))"
        for outer in AGGREGATIONS.split()
        for inner in ("avg", "count", "stddev")
    ),
    "topk and bottomk": (
        *(f"topk {clause} (2, many)" for clause in CLAUSES),
        *(f"bottomk {clause} (2, ties)" for clause in CLAUSES),
        "topk(0, many)",
        "topk(-1, many)",
        "topk(2.9, many)",
        "topk(1000, many)",
        "topk(NaN, many)",
        "topk(1e300, many)",
        "topk(scalar(max(ties)), many)",
        "bottomk(3, odd_values)",
        "topk(3, odd_values)",
        "topk(2, sum by (letter) (ties))",
        "topk(3, rate(jupyterhub_requests_total[5m]))",
        "topk(3, fair_share)",
        "sum(topk(3, many))",
        "count by (cluster) (topk(5, many))",
    ),
    "quantile and count_values": (
        *(f"quantile {clause} (0.9, many)" for clause in CLAUSES),
        *(f"quantile({phi}, many)" for phi in ("0", "1", "-1", "2", "NaN", "scalar(max(fair_share))")),
        "quantile(0.5, odd_values)",
        *(f'count_values {clause} ("value", ties)' for clause in CLAUSES),
        'count_values("cluster", ties)',
        'count_values by (cluster) ("cluster", ties)',
        'count_values("letter", ties)',
        'count_values without (cluster) ("letter", ties)',
        'count_values("value", odd_values)',
        'count_values("value", room_temperature_celsius)',
        'count_values("value", avg by (room) (room_temperature_celsius))',
        'count_values("1x", ties)',
        'sum(count_values("value", ties))',
    ),
    "sorting": (
        "sort(many)",
        "sort_desc(many)",
        "sort(odd_values)",
        "sort_desc(odd_values)",
        "sort(sum by (letter) (ties))",
        "sort_desc(sum by (number) (many))",
        "sum(sort(many))",
    ),
}
