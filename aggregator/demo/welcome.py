"""What a demo says when it answers: where, and what to try."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from aggregator.demo.fleet import ClusterPlan
from aggregator.demo.processes import Listening

_RUNNING = "sum by (cluster, namespace) (jupyterhub_running_servers)"
_BUSY = "topk(3, avg by (cluster, namespace) (rate(container_cpu_usage_seconds_total[5m])))"
_PEOPLE = 'sum by (cluster) (crosshub_people{resolution="1d"})'
_WEEKS = 'crosshub_fleet_people{resolution="1w"}'


def welcome(
    clusters: Sequence[ClusterPlan], servers: Mapping[str, str], crosshub: Listening | None, config: Path, weeks: int
) -> str:
    """The words, for a terminal; `weeks` is how far back hubs are told of."""
    hubs = sum(len(cluster.hubs) for cluster in clusters)
    lines = [f"\n{len(clusters)} clusters with {hubs} hubs:"]
    lines += [f"  {cluster.name:12} {servers[cluster.name]}   {_of_hubs(cluster)}" for cluster in clusters]
    if crosshub is not None:
        lines += [
            "",
            f"Crosshub answers for all of them at {crosshub.url}. Try:",
            *_to_try(crosshub.url, _shown(config)),
        ]
        if weeks:
            lines += ["", "What is kept for years, once the weeks before are in, a few minutes after the first start:"]
            lines += _to_try_of_weeks(_shown(config), weeks)
    return "\n".join([*lines, "", "Ctrl-C ends everything. What was made is kept for the next time.", ""])


def _of_hubs(cluster: ClusterPlan) -> str:
    return ", ".join(f"{hub.namespace} (JupyterHub {hub.version})" for hub in cluster.hubs)


def _to_try(url: str, config: str) -> list[str]:
    crosshub = _crosshub()
    return [
        f"  curl {url}/api/v1/query --data-urlencode 'query={_RUNNING}'",
        f"  curl {url}/api/v1/label/cluster/values",
        f"  {crosshub} --config {config} query '{_RUNNING}' --range 24h --step 10m --plot",
        f"  {crosshub} --config {config} explain '{_BUSY}'",
        f"  Grafana: a data source of type Prometheus with the URL {url}",
        f"  Alerts: {url}/alerts in a browser, or {crosshub} --config {config} alerts",
        f"  {crosshub} --config {config} access status",
    ]


def _to_try_of_weeks(config: str, weeks: int) -> list[str]:
    crosshub = _crosshub()
    return [
        f"  {crosshub} --config {config} query '{_PEOPLE}' --range {weeks}w --step 1d --plot",
        f"  {crosshub} --config {config} query '{_WEEKS}' --range {weeks}w --step 1w",
        f"  {crosshub} --config {config} rollup status",
    ]


def _crosshub() -> str:
    """As it was called, since a virtual environment's programs are seldom on the path."""
    called = Path(sys.argv[0])
    return _shown(called.absolute()) if called.name == "crosshub" else "crosshub"


def _shown(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
