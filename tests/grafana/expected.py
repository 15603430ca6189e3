"""Expressions that give nothing over the made-up fleet, and why: each is about something that is not there."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Empty:
    """The expressions of a panel that ask for something, and why they give nothing."""

    board: str
    title: str
    asks: str
    why: str


EMPTY = (
    Empty("access", "Miners that were killed", "cryptnono", "no cryptnono runs"),
    Empty("capacity", "GPUs", "kube_node_status_allocatable", "no node has a GPU"),
    Empty("capacity", "GPUs", "kube_pod_container_resource_requests", "no server asks for a GPU"),
    Empty("crosshub", "Failures", "cluster_failures", "a cluster that answers does not fail"),
    Empty("crosshub", "Messages and reports", "messages", "no receiver is configured"),
    Empty("crosshub", "Messages waiting", "messages_waiting", "no receiver is configured"),
    Empty("crosshub", "Outages", "crosshub_alerts", "a cluster that answers has no outage"),
    Empty("crosshub", "Rollups", "rollup_failures", "no rollups are computed meanwhile"),
    Empty("crosshub", "Rollups computed", "rollups_last_computed", "no rollups are computed meanwhile"),
    Empty("hub", "Servers that are very old", "kube_pod_created", "idle servers are stopped"),
)
