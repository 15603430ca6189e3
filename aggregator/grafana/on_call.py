"""On-call: what somebody looks at who was woken up. Alerts with their evidence, outages, starts, answers, machines, changes."""

from aggregator.grafana.alert_panels import away_over_time, open_alerts
from aggregator.grafana.asking import ORANGE, POLICY, RED, YELLOW, above, below, promql
from aggregator.grafana.choices import CHOICES, MARKS, UP
from aggregator.grafana.kube import EACH_NODE, NOT_RUNNING, PENDING, RESTARTS, UNPLACED, once, share_set_aside
from aggregator.grafana.panels import QUARTER, over_time
from aggregator.grafana.values import Dashboard, Look, Panel, Query, Row

_SPAWNS = "jupyterhub_server_spawn_duration_seconds"
_REQUESTS = "jupyterhub_request_duration_seconds"
_HUB = "{{cluster}}/{{namespace}}"
_OAUTH, _FORM = 'handler=~".*OAuthCallbackHandler"', 'handler=~".*[.]LoginHandler",method="POST"'


def _spawns(matchers: str) -> str:
    return f"sum by (cluster, namespace) (increase({_SPAWNS}_count{{@,{matchers}}}[$__rate_interval]))"


def _logins(code: str) -> str:
    return promql(
        f"""sum by (cluster, namespace) (increase({_REQUESTS}_count{{@,{_FORM},code="{code}"}}[$__rate_interval])
        or increase({_REQUESTS}_count{{@,{_OAUTH},code="{code}"}}[$__rate_interval]))"""
    )


_FAILED = _spawns(f'status=~"failure|error",reason!~"{POLICY}"')
_TRIED = _spawns(f'status=~"success|failure|error",reason!~"{POLICY}"')
_PUT_OFF = f"""sum by (cluster, namespace) (increase({_SPAWNS}_count{{@,status=~"throttled|too-many-users"}}[$__rate_interval])
    or increase({_SPAWNS}_count{{@,status="failure",reason=~"throttled|too-many-users"}}[$__rate_interval]))"""


_NODES_NOW, _NODES_BEFORE = "kube_node_info{#}", "kube_node_info{#} offset $__interval"


def _new(some: str, others: str) -> str:
    """How many nodes are among some and not among others, and 0 while there are any."""
    nodes = f"{once('node', some)} unless {once('node', others)}"
    # Where nothing was seen of a cluster, its nodes did not come or go.
    return f"count by (cluster) (({nodes}) and on (cluster) group by (cluster) ({others})) or 0 * count by (cluster) ({once('node', some)})"


_IMAGES = once("namespace, pod, image", 'kube_pod_container_info{@,pod=~"(hub|proxy)-.*"}')


ALERTS = Row(
    "Alerts",
    (
        open_alerts(
            "Open alerts",
            "Every alert that is open, with what it was seen by. Its name leads to its page, with the runbook and a silence.",
            'kind!="access"',
        ),
        open_alerts(
            "Open findings about access",
            "What contradicts an access policy, with its evidence.",
            'kind="access"',
            height=5,
        ),
        Panel(
            "Outages",
            "Red while Crosshub held a hub, or a whole cluster, for out.",
            "none",
            Look.STATES,
            (
                Query(
                    promql('max by (cluster, namespace, alertname) (crosshub_alerts{+,kind="outage"})'),
                    "{{cluster}} {{namespace}} {{alertname}}",
                ),
            ),
            width=12,
            limits=((None, RED),),
            nothing="No outage in this time.",
        ),
        Panel(
            "Hubs that answer their Prometheus",
            "Green while a hub's metrics can be read, red while they cannot, empty while nobody looked.",
            "none",
            Look.STATES,
            (Query(promql('max by (cluster, namespace) (up{@,component="hub"})'), _HUB),),
            width=12,
            names=UP,
            limits=below((1, RED)),
        ),
        away_over_time(width=12),
        Panel(
            "Alerts over time",
            "How many alerts of each kind were open.",
            "short",
            Look.STACK,
            (Query(promql("sum by (cluster, alertname) (crosshub_alerts{+})"), "{{alertname}} {{cluster}}"),),
            width=12,
            lowest=0,
            nothing="No alert in this time.",
        ),
    ),
)

STARTS = Row(
    "Starting servers",
    (
        Panel(
            "Starts by outcome",
            "Servers that started, that failed, and that the hub put off, being busy or full.",
            "short",
            Look.BARS,
            (
                Query(promql(_spawns('status="success"')), f"{_HUB} started"),
                Query(promql(_FAILED), f"{_HUB} failed"),
                Query(promql(_PUT_OFF), f"{_HUB} put off"),
            ),
            step=QUARTER,
            lowest=0,
            link="hub",
        ),
        over_time(
            "Share of starts that failed",
            "Of the starts that were tried. Right for JupyterHub 4, 5 and 6.",
            "percentunit",
            (f"{_FAILED} / ({_TRIED} > 0)", _HUB),
            highest=1.0,
            limits=above((0.25, RED)),
            link="hub",
        ),
        over_time(
            "Servers ready in (p90)",
            "Nine of ten servers were ready by then.",
            "s",
            (
                f"""histogram_quantile(0.9, sum by (cluster, namespace, le) (
               increase({_SPAWNS}_bucket{{@,status="success"}}[$__rate_interval]))) >= 0""",
                _HUB,
            ),
            step=QUARTER,
            limits=above((300, RED)),
            link="hub",
        ),
        over_time(
            "Servers that wait for a node",
            "Pods of users that no node has room for, or that are being started.",
            "short",
            (
                f"sum by (cluster, namespace) ({PENDING})",
                f"{_HUB} pending",
            ),
            (
                f"sum by (cluster, namespace) ({UNPLACED})",
                f"{_HUB} without a node",
            ),
            link="capacity",
        ),
        over_time(
            "Pods that do not run",
            "Pods of the hubs that are pending, failed, or of which nothing is known.",
            "short",
            (
                f"sum by (cluster, namespace, phase) ({NOT_RUNNING})",
                f"{_HUB} {{{{phase}}}}",
            ),
        ),
        over_time(
            "Volumes: free",
            "The fullest volume of each hub: homes, and the hub's database.",
            "percentunit",
            (
                """min by (cluster, namespace, persistentvolumeclaim) (kubelet_volume_stats_available_bytes{@}
               / kubelet_volume_stats_capacity_bytes{@})""",
                f"{_HUB} {{{{persistentvolumeclaim}}}}",
            ),
            limits=((None, RED), (0.1, YELLOW), (0.2, "green")),
            highest=1.0,
            link="capacity",
        ),
    ),
)

ANSWERS = Row(
    "What hubs answer",
    (
        over_time(
            "Errors",
            "Answers with a 4xx or a 5xx, by code.",
            "reqps",
            (
                f'sum by (cluster, namespace, code) (rate({_REQUESTS}_count{{@,code=~"[45].."}}[$__rate_interval]))',
                f"{_HUB} {{{{code}}}}",
            ),
            link="hub",
        ),
        over_time(
            "Share of server errors",
            "Of all answers, those with a 5xx.",
            "percentunit",
            (
                f"""(sum by (cluster, namespace) (rate({_REQUESTS}_count{{@,code=~"5.."}}[$__rate_interval]))
               or 0 * sum by (cluster, namespace) (rate({_REQUESTS}_count{{@}}[$__rate_interval])))
               / sum by (cluster, namespace) (rate({_REQUESTS}_count{{@}}[$__rate_interval]))""",
                _HUB,
            ),
            limits=above((0.05, RED)),
            link="hub",
        ),
        over_time(
            "Time to answer (p95)",
            "19 of 20 requests were answered by then, streams of progress aside.",
            "s",
            (
                f"""histogram_quantile(0.95, sum by (cluster, namespace, le) (
               rate({_REQUESTS}_bucket{{@,handler!~".*SpawnProgressAPIHandler"}}[$__rate_interval])))""",
                _HUB,
            ),
            link="hub",
        ),
        over_time(
            "Logins let in",
            "Logins that ended well, by form or by OAuth.",
            "short",
            (_logins("302"), _HUB),
            link="access",
        ),
        over_time(
            "Logins refused",
            "Logins that ended with a 403.",
            "short",
            (_logins("403"), _HUB),
            limits=above((5, ORANGE)),
            link="access",
        ),
        over_time(
            "Event loop (p99)",
            "For how long the hub's process is blocked at a time. Beyond a second everybody waits.",
            "s",
            (
                """histogram_quantile(0.99, sum by (cluster, namespace, le) (
               rate(jupyterhub_event_loop_interval_seconds_bucket{@}[$__rate_interval])))""",
                _HUB,
            ),
            limits=above((1, RED)),
        ),
    ),
)

MACHINES = Row(
    "Machines",
    (
        over_time(
            "Nodes",
            "How many nodes each cluster has.",
            "short",
            (f"count by (cluster) ({EACH_NODE})", "{{cluster}}"),
            link="capacity",
        ),
        over_time(
            "CPU set aside",
            "What pods on nodes requested, of what nodes can give.",
            "percentunit",
            (
                share_set_aside("cpu"),
                "{{cluster}}",
            ),
            limits=above((0.9, ORANGE)),
            link="capacity",
        ),
        over_time(
            "Memory set aside",
            "What pods on nodes requested, of what nodes can give.",
            "percentunit",
            (
                share_set_aside("memory"),
                "{{cluster}}",
            ),
            limits=above((0.9, ORANGE)),
            link="capacity",
        ),
    ),
)

CHANGES = Row(
    "What changed",
    (
        over_time(
            "Hub processes that began anew",
            "A deploy, a crash, or five failed starts in a row do that.",
            "short",
            (
                'sum by (cluster, namespace) (changes(process_start_time_seconds{@,component="hub"}[$__rate_interval]))',
                _HUB,
            ),
        ),
        over_time(
            "Containers that restarted",
            "Of the hub and its proxy.",
            "short",
            (
                f"sum by (cluster, namespace, pod) ({RESTARTS})",
                f"{_HUB} {{{{pod}}}}",
            ),
        ),
        Panel(
            "Images of the hub and its proxy",
            "A line that ends and another that begins is an upgrade.",
            "none",
            Look.STATES,
            (
                Query(
                    promql(f"count by (cluster, namespace, image) ({_IMAGES})"),
                    f"{_HUB} {{{{image}}}}",
                ),
            ),
            limits=((None, "blue"),),
        ),
        Panel(
            "Nodes that came and went",
            "Nodes that were not there a step before, and those that are there no more.",
            "short",
            Look.BARS,
            (
                Query(promql(_new(_NODES_NOW, _NODES_BEFORE)), "{{cluster}} came"),
                Query(promql(_new(_NODES_BEFORE, _NODES_NOW)), "{{cluster}} went"),
            ),
            step=QUARTER,
            width=12,
            lowest=0,
        ),
        Panel(
            "Open windows",
            "While a hub is declared open to all: the number of people expected.",
            "short",
            Look.STATES,
            (Query(promql("crosshub_open_window{@}"), f"{_HUB} {{{{reason}}}}"),),
            width=12,
            limits=((None, "blue"),),
            nothing="No window in this time.",
        ),
    ),
    collapsed=True,
)

ON_CALL = Dashboard(
    "on-call",
    "On-call",
    "For whoever was woken up: alerts with their evidence, outages, starts, answers, machines, and what changed.",
    (ALERTS, STARTS, ANSWERS, MACHINES, CHANGES),
    CHOICES,
    MARKS,
    back="6h",
)
