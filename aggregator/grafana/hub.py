"""Hub: everything about one hub, or some side by side. Right for JupyterHub 4, 5 and 6."""

from aggregator.grafana.alert_panels import open_alerts
from aggregator.grafana.asking import ORANGE, POLICY, RED, above, below, promql
from aggregator.grafana.choices import CHOICES, CLUSTER_COLUMN, HUB_COLUMN, MARKS, UP
from aggregator.grafana.hub_answers import ANSWERS, PARTS, quantiles
from aggregator.grafana.kube import NOT_RUNNING, once
from aggregator.grafana.panels import QUARTER, number, over_time
from aggregator.grafana.values import Column, Dashboard, Look, Panel, Query, Row

_SPAWNS = "jupyterhub_server_spawn_duration_seconds"
_REQUESTS = "jupyterhub_request_duration_seconds"
_HUB = "{{cluster}}/{{namespace}}"
_USER = 'pod=~"jupyter-.*"'
_SERVER = f'{_USER},container="notebook"'
_PARTS = 'pod=~"(hub|proxy|user-scheduler)-.*",container!="",container!="POD"'
_STREAM = 'handler!~".*SpawnProgressAPIHandler"'
_STARTED = f"max by (cluster, namespace, pod) (kube_pod_created{{@,{_USER}}})"
_AGES = ("1h", 3600), ("6h", 21600), ("1d", 86400), ("3d", 259200)


NOW = Row(
    "Now",
    (
        number(
            "Up",
            "Whether the hub answers its Prometheus.",
            'max by (cluster, namespace) (up{@,component="hub"})',
            "none",
            names=UP,
            limits=below((1, RED)),
            legend=_HUB,
        ),
        number(
            "Servers",
            "Servers that run at this moment.",
            "max by (cluster, namespace) (jupyterhub_running_servers{@})",
            legend=_HUB,
        ),
        number(
            "People today",
            "Active within 24 hours, by the hub's own count, made once an hour.",
            'max by (cluster, namespace) (jupyterhub_active_users{@,period="24h"})',
            legend=_HUB,
        ),
        number(
            "People this month",
            "Active within 30 days, by the hub's own count.",
            'max by (cluster, namespace) (jupyterhub_active_users{@,period="30d"})',
            legend=_HUB,
        ),
        number(
            "Accounts",
            "Accounts in the hub's database.",
            "max by (cluster, namespace) (jupyterhub_total_users{@})",
            legend=_HUB,
        ),
        number(
            "Process began",
            "When the hub's process started: the last deploy or crash.",
            '1000 * max by (cluster, namespace) (process_start_time_seconds{@,component="hub"})',
            "dateTimeFromNow",
            legend=_HUB,
        ),
        open_alerts("Open alerts", "Alerts and findings about these hubs, and about their clusters.", height=5),
    ),
)

PEOPLE = Row(
    "People and their servers",
    (
        over_time(
            "Servers",
            "Servers that run.",
            "short",
            ("max by (cluster, namespace) (jupyterhub_running_servers{@})", _HUB),
        ),
        over_time(
            "Active people",
            "By the hub's own count of who was active within a day, a week, and a month.",
            "short",
            ("max by (cluster, namespace, period) (jupyterhub_active_users{@})", f"{_HUB} {{{{period}}}}"),
            link="usage",
        ),
        over_time(
            "Age of servers",
            "How many servers run for at least so long. Many old ones: idle servers are not stopped.",
            "short",
            *(
                (
                    f"count by (cluster, namespace) (time() - {_STARTED} >= {seconds}) or 0 * max by (cluster, namespace) (jupyterhub_running_servers{{@}})",
                    f"{_HUB} {age} and more",
                )
                for age, seconds in _AGES
            ),
        ),
        over_time(
            "Images",
            "Which images servers run.",
            "short",
            (
                f"count by (cluster, namespace, image) ({once('namespace, pod, image', f'kube_pod_container_info{{@,{_SERVER}}}')})",
                f"{_HUB} {{{{image}}}}",
            ),
            look=Look.STACK,
        ),
        over_time(
            "Memory of a server",
            "Of all servers: the middle one, nine of ten, and the largest.",
            "bytes",
            *(
                (
                    f"quantile by (cluster, namespace) ({q}, sum by (cluster, namespace, pod) (container_memory_working_set_bytes{{@,{_SERVER}}}))",
                    f"{_HUB} {name}",
                )
                for q, name in ((0.5, "half"), (0.9, "nine of ten"), (1, "largest"))
            ),
        ),
        over_time(
            "CPU of a server",
            "Of all servers: the middle one, nine of ten, and the busiest.",
            "none",
            *(
                (
                    f"quantile by (cluster, namespace) ({q}, sum by (cluster, namespace, pod) (rate(container_cpu_usage_seconds_total{{@,{_SERVER}}}[$__rate_interval])))",
                    f"{_HUB} {name}",
                )
                for q, name in ((0.5, "half"), (0.9, "nine of ten"), (1, "busiest"))
            ),
        ),
        over_time(
            "Servers by node",
            "How many servers each node has; it shows where a node that is in trouble hurts.",
            "short",
            (
                f"count by (cluster, node) ({once('node, namespace, pod', f'kube_pod_info{{@,{_USER}}}')})",
                "{{cluster}} {{node}}",
            ),
            look=Look.STACK,
            width=12,
            link="capacity",
        ),
        over_time(
            "Servers at their limits",
            "Servers that use more than 90 % of the memory, or of the CPU, that they may have.",
            "short",
            (
                f"""count by (cluster, namespace) (max by (cluster, namespace, pod) (container_memory_working_set_bytes{{@,{_SERVER}}})
                / max by (cluster, namespace, pod) (kube_pod_container_resource_limits{{@,{_SERVER},resource="memory"}}) > 0.9)
                or 0 * max by (cluster, namespace) (jupyterhub_running_servers{{@}})""",
                f"{_HUB} memory",
            ),
            (
                f"""count by (cluster, namespace) (sum by (cluster, namespace, pod) (rate(container_cpu_usage_seconds_total{{@,{_SERVER}}}[$__rate_interval]))
                / max by (cluster, namespace, pod) (kube_pod_container_resource_limits{{@,{_SERVER},resource="cpu"}}) > 0.9)
                or 0 * max by (cluster, namespace) (jupyterhub_running_servers{{@}})""",
                f"{_HUB} CPU",
            ),
            width=12,
        ),
    ),
)

STARTS = Row(
    "Starting servers",
    (
        Panel(
            "How long starts take",
            "Starts that succeeded, by the time they took; the darker, the more.",
            "s",
            Look.HEAT,
            (
                Query(
                    promql(f'sum by (le) (increase({_SPAWNS}_bucket{{@,status="success"}}[$__rate_interval]))'),
                    is_heat=True,
                ),
            ),
            step="5m",
        ),
        over_time(
            "Servers ready in",
            "Half, nine of ten, and 99 of 100 servers were ready by then.",
            "s",
            *quantiles(_SPAWNS, 'status="success"', "increase"),
            step=QUARTER,
            limits=above((300, RED)),
        ),
        over_time(
            "Starts by outcome",
            "As the hub words it. In JupyterHub 6 a start that breaks is an error, and a failure is what the hub refused, with a reason.",
            "short",
            (
                f"sum by (cluster, namespace, status, reason) (increase({_SPAWNS}_count{{@}}[$__rate_interval]))",
                f"{_HUB} {{{{status}}}} {{{{reason}}}}",
            ),
            look=Look.BARS,
            step=QUARTER,
        ),
        over_time(
            "Starts that failed",
            "Starts that broke while being tried, in any version's words.",
            "short",
            (
                f'sum by (cluster, namespace) (increase({_SPAWNS}_count{{@,status=~"failure|error",reason!~"{POLICY}"}}[$__rate_interval]))',
                _HUB,
            ),
            look=Look.BARS,
            step=QUARTER,
            limits=above((2, ORANGE)),
        ),
        over_time(
            "Stopping servers (p90)",
            "Nine of ten servers were gone by then.",
            "s",
            (
                """histogram_quantile(0.9, sum by (cluster, namespace, le) (
               increase(jupyterhub_server_stop_seconds_bucket{@}[$__rate_interval]))) >= 0""",
                _HUB,
            ),
            step=QUARTER,
        ),
        over_time(
            "Pods that do not run",
            "Pods that are pending, failed, or of which nothing is known.",
            "short",
            (
                f"sum by (cluster, namespace, phase) ({NOT_RUNNING})",
                f"{_HUB} {{{{phase}}}}",
            ),
            look=Look.STACK,
        ),
    ),
)


def _servers(title: str, about: str, value: str, expr: str, unit: str) -> Panel:
    return Panel(
        title,
        about,
        unit,
        Look.TABLE,
        columns=(
            CLUSTER_COLUMN,
            HUB_COLUMN,
            Column("Server", "pod"),
            Column(value, expr=promql(expr), unit=unit, width=120),
        ),
        sorted_by=(value,),
        nothing="No server is like that.",
        names_people=True,
        link="people",
    )


SINGLE = Row(
    "Single servers",
    (
        _servers(
            "Servers that are very old",
            "Servers that have run for more than a day. Their names hold those of people.",
            "Age",
            f"time() - {_STARTED} > 86400",
            "s",
        ),
        _servers(
            "Servers with much CPU",
            "The servers that use most CPU. Their names hold those of people.",
            "CPU",
            f"topk(20, sum by (cluster, namespace, pod) (rate(container_cpu_usage_seconds_total{{@,{_SERVER}}}[5m])))",
            "none",
        ),
        _servers(
            "Servers with much memory",
            "The servers that use most memory. Their names hold those of people.",
            "Memory",
            f"topk(20, sum by (cluster, namespace, pod) (container_memory_working_set_bytes{{@,{_SERVER}}}))",
            "bytes",
        ),
    ),
    collapsed=True,
)

HUB = Dashboard(
    "hub",
    "Hub",
    "Everything about one hub, or some side by side: people and servers, starts, answers, its own parts, its volumes.",
    (NOW, PEOPLE, STARTS, ANSWERS, PARTS, SINGLE),
    CHOICES,
    MARKS,
    back="6h",
)
