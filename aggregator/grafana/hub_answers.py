"""Rows of the hub's dashboard about its own process: what it answers, and what its parts use."""

from aggregator.grafana.asking import RED, YELLOW, above
from aggregator.grafana.kube import RESTARTS
from aggregator.grafana.panels import QUARTER, over_time
from aggregator.grafana.values import Look, Row

_REQUESTS = "jupyterhub_request_duration_seconds"
_HUB = "{{cluster}}/{{namespace}}"
_PARTS = 'pod=~"(hub|proxy|user-scheduler)-.*",container!="",container!="POD"'
_STREAM = 'handler!~".*SpawnProgressAPIHandler"'


def quantiles(metric: str, matchers: str, per: str = "rate") -> tuple[tuple[str, str], ...]:
    """The middle, the ninetieth and the ninety-ninth of a histogram, hub by hub, with what each is called."""
    return tuple(
        (
            f"""histogram_quantile({q}, sum by (cluster, namespace, le) (
            {per}({metric}_bucket{{@{matchers and "," + matchers}}}[$__rate_interval]))) >= 0""",
            f"{_HUB} p{round(q * 100)}",
        )
        for q in (0.5, 0.9, 0.99)
    )


ANSWERS = Row(
    "What the hub answers",
    (
        over_time(
            "Answers by code",
            "Requests that were answered, by their status.",
            "reqps",
            (
                f"sum by (cluster, namespace, code) (rate({_REQUESTS}_count{{@}}[$__rate_interval]))",
                f"{_HUB} {{{{code}}}}",
            ),
            look=Look.STACK,
        ),
        over_time(
            "Time to answer",
            "Half, nine of ten, and 99 of 100 requests, streams of progress aside.",
            "s",
            *quantiles(_REQUESTS, _STREAM),
        ),
        over_time(
            "Slowest handlers",
            "The mean time of the ten handlers that take longest.",
            "s",
            (
                f"""topk by (cluster, namespace) (10, sum by (cluster, namespace, handler) (rate({_REQUESTS}_sum{{@,{_STREAM}}}[$__rate_interval]))
               / sum by (cluster, namespace, handler) (rate({_REQUESTS}_count{{@,{_STREAM}}}[$__rate_interval])))""",
                f"{_HUB} {{{{handler}}}}",
            ),
        ),
        over_time(
            "Event loop",
            "For how long the hub's process is blocked at a time.",
            "s",
            *quantiles("jupyterhub_event_loop_interval_seconds", ""),
            limits=above((1, RED)),
        ),
        over_time(
            "Proxy",
            "How long it takes to read all routes of the proxy, and to add one (p90).",
            "s",
            *(
                (
                    f"""histogram_quantile(0.9, sum by (cluster, namespace, le) (
                rate(jupyterhub_proxy_{what}_duration_seconds_bucket{{@}}[$__rate_interval])))""",
                    f"{_HUB} {words}",
                )
                for what, words in (("poll", "read"), ("add", "add"))
            ),
        ),
        over_time(
            "Checking routes (p90)",
            "How long the hub takes to compare its routes with the proxy's.",
            "s",
            (
                """histogram_quantile(0.9, sum by (cluster, namespace, le) (
               rate(jupyterhub_check_routes_duration_seconds_bucket{@}[$__rate_interval])))""",
                _HUB,
            ),
        ),
    ),
)

PARTS = Row(
    "The hub's own parts",
    (
        over_time(
            "CPU",
            "Of the hub, its proxy and its scheduler.",
            "none",
            (
                f"sum by (cluster, namespace, pod) (rate(container_cpu_usage_seconds_total{{@,{_PARTS}}}[$__rate_interval]))",
                "{{cluster}} {{pod}}",
            ),
        ),
        over_time(
            "Memory",
            "Of the hub, its proxy and its scheduler.",
            "bytes",
            (
                f"sum by (cluster, namespace, pod) (container_memory_working_set_bytes{{@,{_PARTS}}})",
                "{{cluster}} {{pod}}",
            ),
        ),
        over_time(
            "Open files",
            "File descriptors that the hub's process holds.",
            "short",
            ('max by (cluster, namespace) (process_open_fds{@,component="hub"})', _HUB),
        ),
        over_time(
            "Restarts",
            "How often the containers of the hub and its proxy restarted.",
            "short",
            (
                f"sum by (cluster, namespace, pod) ({RESTARTS})",
                "{{cluster}} {{pod}}",
            ),
            look=Look.BARS,
            step=QUARTER,
        ),
        over_time(
            "Volumes: free",
            "What is free of the volume of homes, and of that of the hub's database.",
            "percentunit",
            (
                """min by (cluster, namespace, persistentvolumeclaim) (kubelet_volume_stats_available_bytes{@}
               / kubelet_volume_stats_capacity_bytes{@})""",
                f"{_HUB} {{{{persistentvolumeclaim}}}}",
            ),
            highest=1.0,
            limits=((None, RED), (0.1, YELLOW), (0.2, "green")),
            link="capacity",
        ),
        over_time(
            "Home directories",
            "Size of all home directories together.",
            "bytes",
            (
                "sum by (cluster, namespace) (max by (cluster, namespace, directory) (dirsize_total_size_bytes{@}))",
                _HUB,
            ),
            link="capacity",
        ),
    ),
)
