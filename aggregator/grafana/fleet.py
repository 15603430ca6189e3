"""Fleet: the first page. Which hub is in trouble, how many people are there, which clusters do not answer."""

from functools import partial

from aggregator.grafana.alert_panels import away_over_time, open_alerts
from aggregator.grafana.asking import ORANGE, POLICY, RED, YELLOW, above, below, counted, promql
from aggregator.grafana.choices import ANSWERS, CHOICES, CLUSTER_COLUMN, HUB_COLUMN, MARKS, POLICY_KINDS, UP
from aggregator.grafana.panels import QUARTER, number
from aggregator.grafana.values import Column, Dashboard, Look, Panel, Query, Row

_SPAWNS = "jupyterhub_server_spawn_duration_seconds"
_FAILED = f'status=~"failure|error",reason!~"{POLICY}"'
_ANSWERS = "group by (cluster) (up{#}) or on (cluster) 0 * group by (cluster) (crosshub_cluster_info{#})"
_ACTIVE = "max by (cluster, namespace) (jupyterhub_active_users{@,period="


_number = partial(number, width=3)
_ANY = above((1, RED))


def _open(kind: str) -> str:
    """How many alerts of a kind each hub has, and 0 where it has none."""
    none = "0 * max by (cluster, namespace) (crosshub_hub_info{@})"
    return promql(f"sum by (cluster, namespace) (crosshub_alerts{{@,{kind}}}) or {none}")


NOW = Row(
    "Now",
    (
        _number(
            "Hubs that are down",
            "Hubs whose metrics say that they do not answer their Prometheus.",
            'count(max by (cluster, namespace) (up{@,component="hub"}) == 0) or vector(0)',
            limits=_ANY,
            link="on-call",
        ),
        _number(
            "Clusters that do not answer",
            "Clusters of which nothing comes back. Their hubs are missing on this page.",
            f"count(({_ANSWERS}) == 0) or vector(0)",
            limits=_ANY,
            link="crosshub",
        ),
        _number(
            "Pages open",
            "Alerts for which somebody should get up.",
            'sum(crosshub_alerts{+,severity="page"}) or vector(0)',
            limits=_ANY,
            link="on-call",
        ),
        _number(
            "Tickets open",
            "Alerts that are for the day.",
            'sum(crosshub_alerts{+,severity="ticket"}) or vector(0)',
            limits=above((1, ORANGE)),
            link="on-call",
        ),
        _number(
            "Access findings",
            "What contradicts an access policy.",
            'sum(crosshub_alerts{+,kind="access"}) or vector(0)',
            limits=_ANY,
            link="access",
        ),
        _number("Servers now", "Servers that run at this moment.", "sum(jupyterhub_running_servers{@})"),
        _number(
            "People today",
            "Active within 24 hours, by the hubs' own counts. Who is on two hubs counts twice.",
            f'sum({_ACTIVE}"24h"}}))',
        ),
        _number(
            "People this week",
            "Active within 7 days, by the hubs' own counts. Who is on two hubs counts twice.",
            f'sum({_ACTIVE}"7d"}}))',
            link="usage",
        ),
    ),
)

WRONG = Row(
    "What is wrong",
    (
        open_alerts(
            "Open alerts and findings",
            "Every alert that is open, with what it was seen by. Crosshub tells of each once.",
            width=16,
        ),
        number(
            "Every cluster",
            "One tile a cluster: green while its Prometheus tells something, red while it does not, now.",
            _ANSWERS,
            "none",
            legend="{{cluster}}",
            names=ANSWERS,
            limits=below((1, RED)),
            width=8,
            height=8,
            link="crosshub",
        ),
    ),
)

_HUBS = Panel(
    "Every hub",
    "One line a hub, those in trouble first; a hub's name leads to its own page. Starts and answers are those of the last hour. A hub whose cluster "
    "does not answer has a name here and no numbers.",
    "short",
    Look.TABLE,
    columns=(
        CLUSTER_COLUMN,
        HUB_COLUMN,
        Column("Title", "title", width=220),
        Column(
            "Up", expr=promql('max by (cluster, namespace) (up{@,component="hub"})'), names=UP, rises=True, width=60
        ),
        Column(
            "Alerts",
            expr=_open('kind!="access"'),
            limits=above((1, ORANGE)),
            width=70,
        ),
        Column(
            "Findings",
            expr=_open('kind="access"'),
            limits=above((1, RED)),
            width=80,
        ),
        Column(
            "Servers", expr=promql("max by (cluster, namespace) (jupyterhub_running_servers{@})"), bar=True, width=140
        ),
        Column("Today", expr=promql(f'{_ACTIVE}"24h"}})'), width=70),
        Column("Week", expr=promql(f'{_ACTIVE}"7d"}})'), width=70),
        Column("Change", expr=promql(f'{_ACTIVE}"7d"}}) - {_ACTIVE}"7d"}} offset 1w)'), width=75),
        Column("Starts", expr=counted(f"{_SPAWNS}_count", 'status="success"', _FAILED, window="1h"), width=70),
        Column(
            "Failed",
            expr=counted(f"{_SPAWNS}_count", _FAILED, window="1h"),
            limits=above((1, YELLOW), (3, RED)),
            width=70,
        ),
        Column(
            "Ready in (p90)",
            expr=promql(f"""histogram_quantile(0.9, sum by (cluster, namespace, le) (
               increase({_SPAWNS}_bucket{{@,status="success"}}[1h]))) >= 0"""),
            unit="s",
            decimals=0,
            limits=above((120, YELLOW), (300, RED)),
            width=110,
        ),
        Column(
            "Server errors",
            expr=promql("""(sum by (cluster, namespace) (increase(jupyterhub_request_duration_seconds_count{@,code=~"5.."}[1h]))
               or 0 * sum by (cluster, namespace) (increase(jupyterhub_request_duration_seconds_count{@}[1h])))
               / sum by (cluster, namespace) (increase(jupyterhub_request_duration_seconds_count{@}[1h]))"""),
            unit="percentunit",
            decimals=1,
            limits=above((0.02, YELLOW), (0.05, RED)),
            width=105,
        ),
        Column(
            "Home free",
            expr=promql("""min by (cluster, namespace) (kubelet_volume_stats_available_bytes{@,persistentvolumeclaim="home-nfs"}
               / kubelet_volume_stats_capacity_bytes{@,persistentvolumeclaim="home-nfs"})"""),
            unit="percentunit",
            decimals=0,
            limits=below((0.1, RED), (0.2, YELLOW)),
            width=90,
        ),
        Column("Who may log in", "policy", names=POLICY_KINDS, width=120),
        Column("Community", "community", width=120),
        Column(
            "Declared",
            expr=promql("max by (cluster, namespace, title, policy, community) (crosshub_hub_info{@})"),
            names=(("1", "yes", "text"),),
            width=80,
        ),
    ),
    width=24,
    height=14,
    sorted_by=("Up", "Alerts", "Findings", "Servers"),
)

OVER_TIME = Row(
    "Over time",
    (
        away_over_time(width=24, height=6),
        Panel(
            "Servers by cluster",
            "Servers that run, added up over the chosen hubs of each cluster.",
            "short",
            Look.STACK,
            (Query(promql("sum by (cluster) (jupyterhub_running_servers{@})"), "{{cluster}}"),),
            width=12,
            lowest=0,
            link="usage",
        ),
        Panel(
            "People a day by cluster",
            "Different people a day and hub, added up over the hubs of each cluster; kept by Crosshub, so yesterday is the last.",
            "short",
            Look.BARS,
            (Query(promql('sum by (cluster) (crosshub_people{@,resolution="1d"})'), "{{cluster}}"),),
            step="1d",
            back="30d",
            width=12,
            lowest=0,
            link="usage",
        ),
        Panel(
            "Starts that failed",
            "Starts that failed while being tried, by cluster; what the hub put off is not among them.",
            "short",
            Look.BARS,
            (
                Query(
                    promql(f"sum by (cluster) (increase({_SPAWNS}_count{{@,{_FAILED}}}[$__rate_interval]))"),
                    "{{cluster}}",
                ),
            ),
            step=QUARTER,
            width=12,
            lowest=0,
            link="on-call",
        ),
        Panel(
            "Servers ready in (p90)",
            "Nine of ten servers were ready by then, by cluster.",
            "s",
            Look.LINES,
            (
                Query(
                    promql(f"""histogram_quantile(0.9, sum by (cluster, le) (
              increase({_SPAWNS}_bucket{{@,status="success"}}[$__rate_interval]))) >= 0"""),
                    "{{cluster}}",
                ),
            ),
            width=12,
            lowest=0,
            limits=above((300, RED)),
            step=QUARTER,
            link="on-call",
        ),
    ),
)

FLEET = Dashboard(
    "fleet",
    "Fleet",
    "Every hub of every cluster: what is wrong now, and who is there. Start here; a hub's name leads to its page.",
    (NOW, WRONG, Row("Every hub", (_HUBS,)), OVER_TIME),
    CHOICES,
    MARKS,
    back="24h",
)
