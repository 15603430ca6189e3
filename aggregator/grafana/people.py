"""Users and groups: whose servers use what. It names people, so `grafana.user_dashboards: false` leaves it out."""

from functools import partial

from aggregator.grafana.asking import HUBS, ORANGE, RED, above, promql
from aggregator.grafana.choices import CHOICES, CLUSTER_COLUMN, HUB_COLUMN, OUTAGES, WINDOWS
from aggregator.grafana.kube import set_aside
from aggregator.grafana.panels import over_time
from aggregator.grafana.values import Column, Dashboard, Look, Panel, Row, Variable

_NAME = "annotation_hub_jupyter_org_username"
_SERVER = 'pod=~"jupyter-.*",container="notebook"'
_GROUPS = 'usergroup=~"$group",usergroup!="multiple"'

USER = Variable(
    "user",
    "User",
    "People whose servers ran in this time, by the names that their hub knows.",
    f"kube_pod_annotations{{{HUBS}}}",
    _NAME,
    # There may be thousands: their names would be too much for an expression.
    everything=".+",
)
GROUP = Variable(
    "group",
    "Group",
    "Groups as the groups exporter tells of them.",
    f"jupyterhub_user_group_info{{{HUBS}}}",
    "usergroup",
    everything=".+",
)


_HOME = "max by (cluster, namespace, directory) (dirsize_total_size_bytes{@})"


def _of_user(vector: str) -> str:
    """What each server has, by the name of its user; the vector is by cluster, namespace and pod."""
    return promql(
        f"""sum by (cluster, namespace, {_NAME}) ({vector}
        * on (cluster, namespace, pod) group_left ({_NAME}) max by (cluster, namespace, pod, {_NAME}) (kube_pod_annotations{{@,{_NAME}=~"$user"}}))"""
    )


def _of_group(vector: str) -> str:
    """What the servers of each group have; somebody in two groups counts in both."""
    user = f'label_replace(kube_pod_annotations{{@}}, "username", "$1", "{_NAME}", "(.+)")'
    return promql(
        f"""sum by (cluster, namespace, usergroup) (
        sum by (cluster, namespace, username) ({vector}
        * on (cluster, namespace, pod) group_left (username) max by (cluster, namespace, pod, username) ({user}))
        * on (cluster, namespace, username) group_right () max by (cluster, namespace, username, usergroup) (jupyterhub_user_group_info{{@,{_GROUPS}}}))"""
    )


def _homes(label: str, matchers: str) -> str:
    """Sizes of homes by a label of their owners, whom the groups exporter names; directories have their escaped names."""
    owners = f'label_replace(jupyterhub_user_group_info{{@,{matchers}}}, "directory", "$1", "username_escaped", "(.+)")'
    return promql(
        f"""sum by (cluster, namespace, {label}) ({_HOME}
        * on (cluster, namespace, directory) group_right () max by (cluster, namespace, directory, {label}) ({owners}))"""
    )


def _by_pod(vector: str) -> str:
    return f"sum by (cluster, namespace, pod) ({vector})"


_MEMORY = _by_pod(f"container_memory_working_set_bytes{{@,{_SERVER}}}")
_CPU = _by_pod(f"rate(container_cpu_usage_seconds_total{{@,{_SERVER}}}[$__rate_interval])")
_CPU_NOW = _by_pod(f"rate(container_cpu_usage_seconds_total{{@,{_SERVER}}}[5m])")
_ASKED_MEMORY, _ASKED_CPU = (_by_pod(set_aside(resource, _SERVER, "@")) for resource in ("memory", "cpu"))
_LEGEND, _GROUP_LEGEND = f"{{{{cluster}}}}/{{{{namespace}}}} {{{{{_NAME}}}}}", "{{cluster}}/{{namespace}} {{usergroup}}"
_of_people = partial(over_time, names_people=True)

USERS = Row(
    "Users",
    (
        Panel(
            "Servers of these users",
            "What the server of each user uses now, and what it asked for.",
            "short",
            Look.TABLE,
            columns=(
                CLUSTER_COLUMN,
                HUB_COLUMN,
                Column("User", _NAME),
                Column("Memory", expr=_of_user(_MEMORY), unit="bytes"),
                Column("Memory asked for", expr=_of_user(_ASKED_MEMORY), unit="bytes"),
                Column("CPU", expr=_of_user(_CPU_NOW), decimals=2),
                Column("CPU asked for", expr=_of_user(_ASKED_CPU), decimals=2),
                Column(
                    "Runs for",
                    expr=_of_user(
                        '(time() - max by (cluster, namespace, pod) (kube_pod_created{@,pod=~"jupyter-.*"}))'
                    ),
                    unit="s",
                    limits=above((86400, ORANGE), (3 * 86400, RED)),
                ),
            ),
            width=24,
            height=9,
            sorted_by=("Memory",),
            names_people=True,
        ),
        _of_people("Memory", "What each user's server uses.", "bytes", (_of_user(_MEMORY), _LEGEND)),
        _of_people("CPU", "What each user's server uses.", "none", (_of_user(_CPU), _LEGEND)),
        _of_people(
            "Memory that was asked for",
            "What each user's server requested.",
            "bytes",
            (_of_user(_ASKED_MEMORY), _LEGEND),
        ),
        _of_people(
            "CPU that was asked for",
            "What each user's server requested.",
            "none",
            (_of_user(_ASKED_CPU), _LEGEND),
            width=12,
        ),
        _of_people(
            "Home directories",
            "How large the home of each user is; the groups exporter says whose a directory is.",
            "bytes",
            (_homes("username", 'username=~"$user"'), "{{cluster}}/{{namespace}} {{username}}"),
            width=12,
        ),
        Panel(
            "Largest homes",
            "The largest home directories, under the names that their directories have.",
            "bytes",
            Look.TABLE,
            columns=(
                CLUSTER_COLUMN,
                HUB_COLUMN,
                Column("Directory", "directory"),
                Column("Size", expr=promql(f"topk(50, {_HOME})"), unit="bytes", bar=True),
                Column(
                    "Of its quota",
                    expr=promql(
                        f"topk(50, {_HOME} / max by (cluster, namespace, directory) (dirsize_hard_limit_bytes{{@}} > 0))"
                    ),
                    unit="percentunit",
                    decimals=0,
                    limits=above((0.8, ORANGE), (0.95, RED)),
                ),
            ),
            width=12,
            height=9,
            sorted_by=("Size",),
            names_people=True,
        ),
        Panel(
            "Most entries",
            "Home directories with most files and folders; many small files make a volume slow.",
            "short",
            Look.TABLE,
            columns=(
                CLUSTER_COLUMN,
                HUB_COLUMN,
                Column("Directory", "directory"),
                Column(
                    "Entries",
                    expr=promql("topk(50, max by (cluster, namespace, directory) (dirsize_entries_count{@}))"),
                    bar=True,
                ),
            ),
            width=12,
            height=9,
            sorted_by=("Entries",),
            names_people=True,
        ),
    ),
)

GROUPS = Row(
    "Groups",
    (
        _of_people(
            "People in groups",
            "How many people each group has; `none` is of those who are in none.",
            "short",
            (
                f"count by (cluster, namespace, usergroup) (group by (cluster, namespace, usergroup, username) (jupyterhub_user_group_info{{@,{_GROUPS}}}))",
                _GROUP_LEGEND,
            ),
        ),
        _of_people(
            "Memory",
            "What the servers of each group use. Who is in two groups counts in both.",
            "bytes",
            (_of_group(_MEMORY), _GROUP_LEGEND),
        ),
        _of_people(
            "CPU",
            "What the servers of each group use. Who is in two groups counts in both.",
            "none",
            (_of_group(_CPU), _GROUP_LEGEND),
        ),
        _of_people(
            "Memory that was asked for",
            "What the servers of each group requested.",
            "bytes",
            (_of_group(_ASKED_MEMORY), _GROUP_LEGEND),
        ),
        _of_people(
            "CPU that was asked for",
            "What the servers of each group requested.",
            "none",
            (_of_group(_ASKED_CPU), _GROUP_LEGEND),
        ),
        _of_people(
            "Home directories",
            "How large the homes of each group are together. Who is in two groups counts in both.",
            "bytes",
            (_homes("usergroup", _GROUPS), _GROUP_LEGEND),
        ),
    ),
)

PEOPLE = Dashboard(
    "people",
    "Users and groups",
    "Whose servers use what, and how large homes are. It names people: show it to whom that concerns.",
    (USERS, GROUPS),
    (*CHOICES, USER, GROUP),
    (OUTAGES, WINDOWS),
    back="6h",
)
