"""Capacity: nodes and pools, what is set aside and what is used, volumes and when they are full."""

from aggregator.grafana.asking import GREEN, ORANGE, RED, YELLOW, above, below, promql
from aggregator.grafana.choices import CHOICES, CLUSTER_COLUMN, HUB_COLUMN, OUTAGES, WINDOWS
from aggregator.grafana.kube import EACH_NODE, PLACED, UNPLACED, can_give, has, once, set_aside, share_set_aside
from aggregator.grafana.panels import number, over_time
from aggregator.grafana.values import Column, Dashboard, Look, Panel, Row

_HUB = "{{cluster}}/{{namespace}}"
_USER = 'pod=~"jupyter-.*"'
_POOLS = (
    "label_cloud_google_com_gke_nodepool",
    "label_eks_amazonaws_com_nodegroup",
    "label_alpha_eksctl_io_nodegroup_name",
    "label_kubernetes_azure_com_agentpool",
)
_KIND = "label_node_kubernetes_io_instance_type"
_FREE = "kubelet_volume_stats_available_bytes{@}"
_NODE = "{{cluster}} {{node}}"


def _pools() -> str:
    """The nodes with the name of their pool in one label, whatever the cloud calls it."""
    found = "kube_node_labels{#}"
    for label in _POOLS:
        found = f'label_replace({found}, "pool", "$1", "{label}", "(.+)")'
    return found


_FULL_IN = f"""min by (cluster, namespace, persistentvolumeclaim) ({_FREE}
    / (-deriv(kubelet_volume_stats_available_bytes{{@}}[1d]) > 0)) / 86400"""

NOW = Row(
    "Now",
    (
        number("Nodes", "Nodes of the chosen clusters.", f"count({EACH_NODE})"),
        number("CPUs", "CPUs that all nodes have.", f"sum({has('cpu')})"),
        number("Memory", "Memory that all nodes have.", f"sum({has('memory')})", "bytes"),
        number(
            "Memory set aside",
            "What pods on nodes requested, of what nodes can give.",
            f"sum({set_aside('memory', PLACED)}) / sum({can_give('memory')})",
            "percentunit",
            decimals=0,
            limits=above((0.9, ORANGE)),
        ),
        number(
            "Servers without a node",
            "Servers that no node has room for.",
            f"sum({UNPLACED}) or vector(0)",
            limits=above((1, RED)),
        ),
        number(
            "First volume is full in",
            "At the pace of the last day; nothing, if none grows.",
            f"min({_FULL_IN})",
            "d",
            decimals=0,
            limits=below((4, RED), (14, YELLOW)),
            nothing="none grows",
        ),
    ),
)

NODES = Row(
    "Nodes",
    (
        over_time(
            "Nodes by pool",
            "How many nodes each pool has.",
            "short",
            (f"count by (cluster, pool) ({once('node, pool', _pools())})", "{{cluster}} {{pool}}"),
            look=Look.STACK,
        ),
        over_time(
            "Kinds of machines",
            "How many nodes there are of each kind of machine.",
            "short",
            (
                f"count by (cluster, {_KIND}) ({once(f'node, {_KIND}', 'kube_node_labels{#}')})",
                f"{{{{cluster}}}} {{{{{_KIND}}}}}",
            ),
            look=Look.STACK,
        ),
        over_time(
            "Nodes, compared with last week",
            "Nodes now, and at the same time a week ago.",
            "short",
            (f"count by (cluster) ({EACH_NODE})", "{{cluster}}"),
            (f"count by (cluster) ({once('node', 'kube_node_info{#} offset 1w')})", "{{cluster}} a week ago"),
        ),
        over_time(
            "Servers by node",
            "How many servers of people each node has.",
            "short",
            (f"count by (cluster, node) ({once('node, namespace, pod', f'kube_pod_info{{#,{_USER}}}')})", _NODE),
            look=Look.STACK,
        ),
        over_time(
            "Age of nodes",
            "How long each node has run; an old one has old images and old faults.",
            "s",
            ("time() - max by (cluster, node) (node_boot_time_seconds{#})", _NODE),
        ),
        over_time(
            "GPUs",
            "GPUs that nodes have, and that servers have set aside.",
            "short",
            (f"sum by (cluster) ({can_give('nvidia_com_gpu')})", "{{cluster}} there"),
            (f"sum by (cluster) ({set_aside('nvidia_com_gpu')})", "{{cluster}} set aside"),
            nothing="No node has a GPU.",
        ),
    ),
)

USE = Row(
    "Set aside and used",
    (
        over_time(
            "CPU set aside",
            "What pods on nodes requested, of what nodes can give. Near 1 the cluster has to grow.",
            "percentunit",
            (share_set_aside("cpu"), "{{cluster}}"),
            limits=above((0.9, ORANGE)),
            highest=1.0,
        ),
        over_time(
            "Memory set aside",
            "What pods on nodes requested, of what nodes can give. Near 1 the cluster has to grow.",
            "percentunit",
            (share_set_aside("memory"), "{{cluster}}"),
            limits=above((0.9, ORANGE)),
            highest=1.0,
        ),
        over_time(
            "Room for more servers",
            "How many servers more have room in memory on the nodes there are, if they ask for what those that run ask for.",
            "short",
            (
                f"""floor((sum by (cluster) ({can_give("memory")}) - sum by (cluster) ({set_aside("memory", PLACED)}))
               / avg by (cluster) ({set_aside("memory", _USER)}))""",
                "{{cluster}}",
            ),
        ),
        over_time(
            "CPU used",
            "Of all CPUs of a cluster, the share that is busy.",
            "percentunit",
            ('1 - avg by (cluster) (rate(node_cpu_seconds_total{#,mode="idle"}[$__rate_interval]))', "{{cluster}}"),
            highest=1.0,
        ),
        over_time(
            "Memory used",
            "Of all memory of a cluster, the share that is not available.",
            "percentunit",
            (
                "1 - sum by (cluster) (node_memory_MemAvailable_bytes{#}) / sum by (cluster) (node_memory_MemTotal_bytes{#})",
                "{{cluster}}",
            ),
            highest=1.0,
        ),
        over_time(
            "Used of what is set aside",
            "Memory and CPU that servers use, of what they requested. Far below 1: they ask for more than they need.",
            "percentunit",
            (
                f"""sum by (cluster) (container_memory_working_set_bytes{{@,{_USER},container!="",container!="POD"}})
               / sum by (cluster) ({set_aside("memory", _USER, "@")})""",
                "{{cluster}} memory",
            ),
            (
                f"""sum by (cluster) (rate(container_cpu_usage_seconds_total{{@,{_USER},container!="",container!="POD"}}[$__rate_interval]))
               / sum by (cluster) ({set_aside("cpu", _USER, "@")})""",
                "{{cluster}} CPU",
            ),
        ),
        over_time(
            "Busiest nodes",
            "The share of each node's CPUs that is busy, of the ten busiest nodes of each cluster.",
            "percentunit",
            (
                'topk by (cluster) (10, 1 - avg by (cluster, node) (rate(node_cpu_seconds_total{#,mode="idle"}[$__rate_interval])))',
                _NODE,
            ),
            highest=1.0,
        ),
        over_time(
            "Fullest nodes",
            "The share of each node's memory that is not available, of the ten fullest nodes of each cluster.",
            "percentunit",
            ("topk by (cluster) (10, 1 - node_memory_MemAvailable_bytes{#} / node_memory_MemTotal_bytes{#})", _NODE),
            highest=1.0,
            limits=above((0.95, RED)),
        ),
        over_time(
            "Memory set aside by hub",
            "What each hub's pods requested.",
            "bytes",
            (f"sum by (cluster, namespace) ({set_aside('memory', whose='@')})", _HUB),
            look=Look.STACK,
        ),
    ),
)

TRAFFIC = Row(
    "Disks and network of nodes",
    (
        over_time(
            "Disks of nodes: free",
            "The ten fullest disks of nodes of each cluster. Images are pulled to these.",
            "percentunit",
            (
                'bottomk by (cluster) (10, node_filesystem_avail_bytes{#,mountpoint="/"} / node_filesystem_size_bytes{#,mountpoint="/"})',
                _NODE,
            ),
            highest=1.0,
            limits=((None, RED), (0.1, YELLOW), (0.2, GREEN)),
        ),
        over_time(
            "Disks of nodes: busy",
            "Share of the time in which a disk had something to do.",
            "percentunit",
            ("max by (cluster, node) (rate(node_disk_io_time_seconds_total{#}[$__rate_interval]))", _NODE),
            highest=1.0,
            limits=above((0.8, ORANGE)),
        ),
        over_time(
            "Network",
            "What nodes received and sent.",
            "Bps",
            (
                'sum by (cluster) (rate(node_network_receive_bytes_total{#,device!="lo"}[$__rate_interval]))',
                "{{cluster}} received",
            ),
            (
                'sum by (cluster) (rate(node_network_transmit_bytes_total{#,device!="lo"}[$__rate_interval]))',
                "{{cluster}} sent",
            ),
        ),
    ),
    collapsed=True,
)

VOLUMES = Row(
    "Volumes and homes",
    (
        over_time(
            "Volumes: free",
            "What is free of each volume, homes and databases.",
            "percentunit",
            (
                f"min by (cluster, namespace, persistentvolumeclaim) ({_FREE} / kubelet_volume_stats_capacity_bytes{{@}})",
                f"{_HUB} {{{{persistentvolumeclaim}}}}",
            ),
            highest=1.0,
            limits=((None, RED), (0.1, YELLOW), (0.2, GREEN)),
        ),
        over_time(
            "Home directories, kept for years",
            "Size of all home directories of each hub, a day.",
            "bytes",
            ('max by (cluster, namespace) (crosshub_home_bytes{@,resolution="1d"})', _HUB),
            step="1d",
            back="90d",
        ),
        over_time(
            "Homes by size",
            "How many home directories are larger than so much.",
            "short",
            *(
                (
                    f"count by (cluster, namespace) (max by (cluster, namespace, directory) (dirsize_total_size_bytes{{@}}) > {gib} * 2^30)",
                    f"{_HUB} over {gib} GiB",
                )
                for gib in (1, 5)
            ),
        ),
        Panel(
            "Every volume",
            "When each volume is full, at the pace of the last day. One that does not grow has no date.",
            "bytes",
            Look.TABLE,
            columns=(
                CLUSTER_COLUMN,
                HUB_COLUMN,
                Column("Volume", "persistentvolumeclaim"),
                Column(
                    "Size",
                    expr=promql(
                        "max by (cluster, namespace, persistentvolumeclaim) (kubelet_volume_stats_capacity_bytes{@})"
                    ),
                    unit="bytes",
                ),
                Column(
                    "Free", expr=promql(f"min by (cluster, namespace, persistentvolumeclaim) ({_FREE})"), unit="bytes"
                ),
                Column(
                    "Free share",
                    expr=promql(
                        f"min by (cluster, namespace, persistentvolumeclaim) ({_FREE} / kubelet_volume_stats_capacity_bytes{{@}})"
                    ),
                    unit="percentunit",
                    decimals=1,
                    limits=below((0.1, RED), (0.2, YELLOW)),
                ),
                Column(
                    "Grew in a day",
                    expr=promql(f"-1 * min by (cluster, namespace, persistentvolumeclaim) (delta({_FREE}[1d]))"),
                    unit="bytes",
                ),
                Column("Days until full", expr=promql(_FULL_IN), decimals=0, limits=below((4, RED), (14, YELLOW))),
            ),
            width=24,
            height=10,
            sorted_by=("Size",),
        ),
    ),
)

CAPACITY = Dashboard(
    "capacity",
    "Capacity",
    "Nodes and pools, what is set aside and what is used, volumes and when they are full.",
    (NOW, NODES, USE, VOLUMES, TRAFFIC),
    CHOICES,
    (OUTAGES, WINDOWS),
    back="24h",
    refresh="5m",
)
