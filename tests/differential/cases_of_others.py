"""What others answer wrongly, from measurements of promxy and the histories of Thanos, Mimir and remote_read.

The metrics are the fleet's; ended pods and metrics with long gaps stand for "answers that are looked back at again".
"""

CASES: dict[str, tuple[str, ...]] = {
    # promxy: the central engine applies its lookback to steps that were evaluated already
    "evaluated steps are not looked back at": (
        "sum(dirsize_total_size_bytes)",
        "count(dirsize_total_size_bytes)",
        "dirsize_total_size_bytes",
        "sum by (namespace) (container_memory_working_set_bytes)",
        "count by (cluster) (kube_pod_info)",
        "stddev(backup_runs_total)",
        "topk(3, dirsize_total_size_bytes)",
        "dirsize_total_size_bytes / on (cluster, namespace) group_left count by (cluster, namespace) (dirsize_total_size_bytes)",
        "count(container_memory_working_set_bytes unless on (pod) kube_pod_info)",
        "sum(last_over_time(dirsize_total_size_bytes[1m]))",
    ),
    # promxy: `min|max|topk|bottomk OP number` is pushed whole, and aggregated again
    "an operator over an aggregation is no aggregation": (
        "100 - max(many)",
        "max(many) * -1",
        "1 / max(many)",
        "max(many) < 99",
        "min(many) > 1",
        "max(many) % 7",
        "(max(many) - 50) ^ 2",
        "-min(many)",
        "100 - topk(2, many)",
        "bottomk(2, many) * -1",
        "topk(2, many) < 99",
        "abs(min(room_temperature_celsius))",
        "max(many) == bool 100",
        "max by (parity) (many) - 1",
    ),
    # promxy: subqueries on a grid counted from the year 1, and with an offset
    "a subquery's grid is counted from 1970": (
        "max(max_over_time((sum(many))[1h:7m]))",
        "max_over_time(sum(many)[1h:7m])",
        "min_over_time((many)[1h:5m] offset 20m)",
        "sum(sum_over_time(many[1h:7m]))",
        "count_over_time(sum(many)[50m:11m])",
        "avg_over_time(avg(many)[1h:13m] offset 9m)",
    ),
    # promxy: the value's label goes into a list of `without`; an offset is applied twice
    "count_values": (
        'count_values without (cluster) ("value", ties)',
        'count_values without (letter) ("value", ties)',
        'count_values without () ("value", ties)',
        'count_values("value", ties offset 10m)',
        'count_values by (letter) ("value", ties offset 10m)',
    ),
    # promxy, Thanos 354, 357, 702: labels rewritten where the label of the cluster is not there
    "labels made of the cluster": (
        'sum by (cluster) (label_replace(ties, "cluster", "$1", "letter", "(.*)"))',
        'sum by (region) (label_replace(ties, "region", "$1", "cluster", "(.).*"))',
        'sum by (both) (label_join(ties, "both", "-", "cluster", "letter"))',
        'count(label_replace(fleet_version, "cluster", "one", "", ""))',
        'sum by (cluster) (label_join(ties, "cluster", "", "letter"))',
        'max by (region) (label_replace(sum by (cluster) (ties), "region", "$1", "cluster", "(.).*"))',
    ),
    # promxy: scalar() is pushed to each cluster
    "a scalar is the fleet's": (
        "scalar(fleet_version)",
        "ties + scalar(backup_runs_total{volume='home'})",
        "vector(scalar(backup_runs_total{volume='shared'}))",
        "ties * scalar(sum(up))",
        "count(ties > scalar(avg(ties)))",
    ),
    # promxy: absent, and constants, once per cluster
    "absences and constants are counted once": (
        "count(absent(no_such_metric))",
        "sum(absent(backup_runs_total))",
        "sum(absent(fleet_version))",
        "avg(ties or vector(0))",
        "count(ties or vector(0))",
        "count(vector(1))",
        "sum(hour())",
        "count(ties or on () absent(no_such_metric))",
        "count by (cluster) (vector(1) or ties)",
        "absent(ties) or on () sum(ties)",
    ),
    # any split sum: a histogram's quantile at a bucket's very edge, equality, floor, ties
    "the last bit": (
        "histogram_quantile(0.5, sum by (le) (rate(jupyterhub_spawn_seconds_bucket[5m])))",
        "avg(fair_share) == 0.1",
        "floor(sum(fair_share) * 10)",
        "sum(fair_share) % 0.1",
        'count_values("value", avg by (namespace) (fair_share))',
        "topk(1, avg by (cluster) (fair_share))",
        "bottomk(1, sum by (namespace) (room_temperature_celsius) or avg by (namespace) (fair_share))",
        "stddev(fair_share) == 0",
        "round(avg(room_temperature_celsius), 0.1)",
        "sum by (room) (room_temperature_celsius) > bool avg by (room) (room_temperature_celsius) * 4",
    ),
    # remote_read: matchers on an external label other than a single `=`
    "more than one cluster by name": (
        'ties{cluster=~"lisbon|oslo"}',
        'sum(ties{cluster=~"lisbon|oslo"})',
        'ties{cluster!="lisbon"}',
        'ties{cluster!~"lisbon|oslo"}',
        'sum by (cluster) (rate(jupyterhub_requests_total{cluster=~"(lisbon|perth)"}[5m]))',
    ),
    # promxy 703, 519, 632, 368; Trickster: sums over backends; by (cluster) on the label that was put on
    "sums over clusters": (
        "sum(up)",
        "count(up)",
        "sum by (job) (up)",
        "sum by (cluster) (up)",
        "count by (namespace) (kube_pod_info)",
        "avg by (namespace) (jupyterhub_running_servers)",
        "sum(rate(jupyterhub_requests_total[5m])) / sum(rate(jupyterhub_requests_total[10m]))",
        "topk(3, sum by (namespace) (rate(jupyterhub_requests_total[5m])) / sum by (namespace) (rate(jupyterhub_requests_total[10m])))",
    ),
    # Thanos' engine: set operators with equal matchers only; absent is a product; or with a constant never
    "set operators across clusters": (
        'ties{cluster="oslo"} or on (letter) ties{cluster="lisbon"}',
        "ties unless on (letter) ties{cluster='perth'} > 1",
        "(ties > 1) or (many > 99)",
        "sum(ties) by (letter) or sum(many) by (number)",
        "(sum by (cluster) (ties) > 5) and on () (sum(ties) > 5)",
        "up{job='hub'} and on (cluster) up{job='node'} == 1",
    ),
    # ours to watch: legal only because of the matcher on cluster; arms that differ from cluster to cluster
    "what is left when the cluster is taken out": (
        '{cluster="oslo"}',
        'count by (__name__) ({cluster=~"oslo|perth"})',
        'ties{cluster="oslo"} * on (cluster) group_left sum by (cluster) (ties)',
        'sum by (cluster) (ties{cluster="oslo"}) or sum by (cluster) (ties)',
        'sum by (cluster) (ties{cluster="oslo"} or up{cluster="quito"})',
        'sum by (cluster) (ties unless ties{cluster="oslo"})',
        'sum by (cluster) (ties{cluster="oslo"} unless ties{cluster="quito"})',
        'ties{cluster="oslo"} + on (cluster, letter) ties{cluster="quito"}',
        'ties + ignoring (missing, cluster) ties{cluster="oslo"}',
        'max by (cluster) (rate(jupyterhub_requests_total{cluster="oslo"}[5m]) or ties{cluster="lisbon"})',
        "sum without (cluster, letter) (ties)",
        "sum by (cluster) (ties) + on (cluster) group_left (letter) topk by (cluster) (1, ties)",
    ),
}
