"""Queries as dashboards ask them, of every kind there is; each is asked for one moment and for a day."""

from dataclasses import dataclass, replace

from aggregator.promql.print import seconds
from aggregator.series import Steps
from tests.bench.places import END, START, STEP

_MEMORY = "container_memory_working_set_bytes"
_CPU = "rate(container_cpu_usage_seconds_total[5m])"
_SERVERS = 'kube_pod_labels{label_component="singleuser-server"}'
_NOW = Steps(END, END, 0)
_USERNAME = "label_hub_jupyter_org_username"


@dataclass(frozen=True, slots=True)
class Query:
    """One question to measure."""

    name: str
    text: str
    steps: Steps = _NOW

    @property
    def kind(self) -> str:
        return "instant" if self.steps.is_instant else "24 h"

    @property
    def path(self) -> str:
        return "query" if self.steps.is_instant else "query_range"

    def form(self) -> tuple[tuple[str, str], ...]:
        if self.steps.is_instant:
            return (("query", self.text), ("time", seconds(self.steps.start)))
        start, end, step = map(seconds, (self.steps.start, self.steps.end, self.steps.step))
        return (("query", self.text), ("start", start), ("end", end), ("step", step))


PANELS = (
    Query("CPU by cluster and hub", f"sum by (cluster, namespace) ({_CPU})"),
    Query("memory of every container", _MEMORY),
    Query("memory of every node", "node_memory_MemAvailable_bytes"),
    Query("one hub", 'jupyterhub_running_servers{cluster="lisbon", namespace="prod"}'),
    Query("largest homes of each cluster", "topk by (cluster) (5, dirsize_total_size_bytes)"),
    Query(
        "join that keeps cluster",
        f"sum by (cluster, namespace) ({_MEMORY} * on (cluster, namespace, pod) group_left () {_SERVERS})",
    ),
    Query("servers in all", "sum(jupyterhub_running_servers)"),
    Query("mean memory by hub", f'avg by (namespace) ({_MEMORY}{{container="notebook"}})'),
    Query("servers by hub", f"count by (namespace) ({_SERVERS})"),
    Query("most users by hub", 'max by (namespace) (jupyterhub_active_users{period="24h"})'),
    Query(
        "95th percentile of spawns",
        "histogram_quantile(0.95, sum by (le) (rate(jupyterhub_server_spawn_duration_seconds_bucket[30m])))",
    ),
    Query("share of CPU in use", f'sum({_CPU}) / sum(kube_node_status_allocatable{{resource="cpu"}})'),
    Query("largest homes of all", "topk(10, dirsize_total_size_bytes)"),
    Query("90th percentile of nodes", "quantile(0.9, node_memory_MemAvailable_bytes)"),
    Query("spread of nodes", "stddev(node_memory_MemAvailable_bytes)"),
    Query("hubs by number of servers", 'count_values("servers", jupyterhub_running_servers)'),
    Query("something or nothing", 'sum(jupyterhub_running_servers{namespace="gone"}) or vector(0)'),
    Query(
        "join that drops cluster",
        'sum by (namespace) (kube_pod_container_resource_requests{resource="memory", container="notebook"}'
        f" * on (namespace, pod) group_left () {_SERVERS})",
    ),
    Query("peak of six hours", "max_over_time(sum(jupyterhub_running_servers)[6h:5m])"),
    Query("distinct people", f"count(count by ({_USERNAME}) ({_SERVERS}))"),
)

SPLICED = PANELS[1]
"""The panel whose answer is the largest that is passed through."""


def every_query(only: str = "") -> tuple[Query, ...]:
    """Each panel at one moment, then each over the day; `only` those whose name or text holds it."""
    day = Steps(START, END, STEP)
    chosen = [panel for panel in PANELS if only in panel.name or only in panel.text]
    return (*chosen, *(replace(panel, steps=day) for panel in chosen))
