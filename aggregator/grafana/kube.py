"""What kube-state-metrics tells of pods and nodes, as dashboards ask for it: each thing once."""


def once(things: str, vector: str) -> str:
    """Each of these things once, whoever tells of it: of a new exporter and the old one, each has a series for a while."""
    return f"max by (cluster, {things}) ({vector})"


EACH_NODE = once("node", "kube_node_info{#}")
PENDING = once("namespace, pod", 'kube_pod_status_phase{@,pod=~"jupyter-.*",phase="Pending"}')
UNPLACED = once("namespace, pod", 'kube_pod_status_scheduled{@,pod=~"jupyter-.*",condition="false"}')
NOT_RUNNING = once("namespace, pod, phase", 'kube_pod_status_phase{@,phase=~"Pending|Failed|Unknown"}')
RESTARTS = once(
    "namespace, pod, container",
    'increase(kube_pod_container_status_restarts_total{@,pod=~"(hub|proxy)-.*"}[$__rate_interval])',
)
# A pod that waits for a node has nothing set aside for it.
PLACED = 'node!=""'


def has(resource: str) -> str:
    """What each node has of a resource."""
    return once("node", f'kube_node_status_capacity{{#,resource="{resource}"}}')


def can_give(resource: str) -> str:
    """What each node can give of a resource to pods."""
    return once("node", f'kube_node_status_allocatable{{#,resource="{resource}"}}')


def set_aside(resource: str, matchers: str = "", whose: str = "#") -> str:
    """What each container requested; `whose`: of the clusters (#) or of the hubs (@) that are chosen."""
    some = ",".join(filter(None, (whose, matchers, f'resource="{resource}"')))
    return once("namespace, pod, container", f"kube_pod_container_resource_requests{{{some}}}")


def share_set_aside(resource: str) -> str:
    """Of what the nodes of each cluster can give, the share that pods on them requested."""
    return f"sum by (cluster) ({set_aside(resource, PLACED)}) / sum by (cluster) ({can_give(resource)})"
