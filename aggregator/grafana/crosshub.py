"""Crosshub itself: how clusters answer it, what it answers, what it does by itself. Its own numbers of the last day."""

from aggregator.grafana.alert_panels import away_over_time
from aggregator.grafana.asking import ORANGE, RED, above, below, promql
from aggregator.grafana.choices import ANSWERS, AWAY, CLUSTER, CLUSTER_COLUMN, COMMUNITY
from aggregator.grafana.panels import QUARTER, number, over_time
from aggregator.grafana.values import Column, Dashboard, Look, Panel, Query, Row

_S = "crosshub_server"
_ANSWERS = "group by (cluster) (up{#}) or on (cluster) 0 * group by (cluster) (crosshub_cluster_info{#})"


def _quantile(q: float, name: str, by: str, chosen: str = "") -> str:
    """A quantile of one of Crosshub's own histograms; only those of clusters have the choice of clusters."""
    return f"histogram_quantile({q}, sum by ({by}, le) (rate({_S}_{name}_bucket{chosen}[$__rate_interval]))) >= 0"


def _rate(name: str, by: str, chosen: str = "") -> str:
    return f"sum by ({by}) (rate({_S}_{name}{chosen}[$__rate_interval]))"


NOW = Row(
    "Now",
    (
        number("Clusters", "Clusters of the configuration.", "count(group by (cluster) (crosshub_cluster_info{#}))"),
        number(
            "Clusters that do not answer",
            "Clusters of which nothing comes back.",
            f"count(({_ANSWERS}) == 0) or vector(0)",
            limits=above((1, RED)),
        ),
        number("Hubs", "Hubs of the configuration.", "count(group by (cluster, namespace) (crosshub_hub_info{#}))"),
        number(
            "Configuration",
            "Whether the file as it stands is in use.",
            f"min({_S}_config_last_reload_successful)",
            "none",
            names=(("0", "not taken over", RED), ("1", "in use", "green")),
            limits=below((1, RED)),
        ),
        number(
            "Rollups computed",
            "When rollups were last computed.",
            f"1000 * max({_S}_rollups_last_computed_timestamp_seconds > 0)",
            "dateTimeFromNow",
            nothing="not yet",
        ),
        number("Database", "How large it is.", f"max({_S}_database_bytes)", "bytes"),
    ),
)

CLUSTERS = Row(
    "How clusters answer",
    (
        Panel(
            "Every cluster",
            "The last quarter of an hour, cluster by cluster.",
            "short",
            Look.TABLE,
            columns=(
                CLUSTER_COLUMN,
                Column("Answers", expr=promql(_ANSWERS), names=ANSWERS, width=100),
                Column(
                    "Questions a second",
                    expr=promql(f"sum by (cluster) (rate({_S}_cluster_queries_total{{#}}[15m]))"),
                    decimals=2,
                ),
                Column(
                    "Failed",
                    expr=promql(f"""sum by (cluster) (increase({_S}_cluster_failures_total{{#}}[15m]))
                    or 0 * sum by (cluster) (increase({_S}_cluster_queries_total{{#}}[15m]))"""),
                    decimals=0,
                    limits=above((1, ORANGE)),
                ),
                Column(
                    "Answers in (p50)",
                    expr=promql(
                        f"histogram_quantile(0.5, sum by (cluster, le) (rate({_S}_cluster_seconds_bucket{{#}}[15m])))"
                    ),
                    unit="s",
                ),
                Column(
                    "Answers in (p99)",
                    expr=promql(
                        f"histogram_quantile(0.99, sum by (cluster, le) (rate({_S}_cluster_seconds_bucket{{#}}[15m])))"
                    ),
                    unit="s",
                    limits=above((5, ORANGE), (15, RED)),
                ),
                Column(
                    "Sends", expr=promql(f"sum by (cluster) (rate({_S}_cluster_bytes_total{{#}}[15m]))"), unit="Bps"
                ),
                Column(
                    "Hubs", expr=promql("count by (cluster) (group by (cluster, namespace) (crosshub_hub_info{#}))")
                ),
            ),
            width=24,
            height=9,
            sorted_by=("Answers in (p99)",),
        ),
        over_time(
            "Time to answer (p90)",
            "Nine of ten questions were answered by then.",
            "s",
            (_quantile(0.9, "cluster_seconds", "cluster", "{#}"), "{{cluster}}"),
        ),
        over_time(
            "Questions",
            "Questions that were put to each cluster.",
            "reqps",
            (_rate("cluster_queries_total", "cluster", "{#}"), "{{cluster}}"),
            look=Look.STACK,
        ),
        over_time(
            "Failures",
            "Questions that a cluster did not answer, by kind.",
            "reqps",
            (_rate("cluster_failures_total", "cluster, kind", "{#}"), "{{cluster}} {{kind}}"),
            look=Look.BARS,
            nothing="Every question was answered.",
        ),
        Panel(
            "Breakers",
            "Red while a cluster is left alone, since it failed too often; yellow while it is tried again.",
            "none",
            Look.STATES,
            (
                Query(
                    promql(f"""max by (cluster) ({_S}_cluster_breaker{{#,state="half_open"}}
               + on (cluster) 2 * {_S}_cluster_breaker{{#,state="open"}})"""),
                    "{{cluster}}",
                ),
            ),
            names=(("0", "closed", "green"), ("1", "tried again", "yellow"), ("2", "open", RED)),
            limits=above((1, "yellow"), (2, RED)),
        ),
        over_time(
            "Bytes",
            "What each cluster sent.",
            "Bps",
            (_rate("cluster_bytes_total", "cluster", "{#}"), "{{cluster}}"),
            look=Look.STACK,
        ),
        away_over_time(width=8),
    ),
)

QUERIES = Row(
    "What Crosshub answers",
    (
        over_time(
            "Queries by lane",
            "Spliced: the clusters computed all of it. Evaluated: put together here.",
            "reqps",
            (_rate("queries_total", "lane"), "{{lane}}"),
            look=Look.STACK,
        ),
        over_time(
            "Time to answer (p90)",
            "Nine of ten queries were answered by then, by lane.",
            "s",
            (_quantile(0.9, "query_seconds", "lane"), "{{lane}}"),
        ),
        over_time(
            "Partial answers and errors",
            "Queries answered without all clusters, and queries answered by an error.",
            "reqps",
            (f"sum(rate({_S}_partial_answers_total[$__rate_interval]))", "partial"),
            (_rate("query_errors_total", "type"), "{{type}}"),
            look=Look.BARS,
        ),
    ),
)

JOBS = Row(
    "What it does by itself",
    (
        over_time(
            "Looks at rules",
            "How long the last look at each group of rules took.",
            "s",
            (f"max by (group) ({_S}_rule_group_last_duration_seconds)", "{{group}}"),
        ),
        over_time(
            "Since the last look at rules",
            "For how long each group of rules was not looked at. A line that climbs: it is stuck, and alerts stand still.",
            "s",
            (f"time() - max by (group) ({_S}_rule_group_last_evaluation_timestamp_seconds > 0)", "{{group}}"),
        ),
        over_time(
            "Looks that could not see all",
            "Rules that could not be judged everywhere.",
            "short",
            (f"sum by (group) (increase({_S}_rule_evaluation_failures_total[$__rate_interval]))", "{{group}}"),
            look=Look.BARS,
            step=QUARTER,
        ),
        over_time(
            "Rollups",
            "Pieces that were kept, and clusters that failed meanwhile.",
            "short",
            (f"sum(increase({_S}_rollup_pieces_total[$__rate_interval]))", "pieces"),
            (f"sum by (cluster) (increase({_S}_rollup_failures_total{{#}}[$__rate_interval]))", "{{cluster}} failed"),
            look=Look.BARS,
            step=QUARTER,
        ),
        over_time(
            "Messages and reports",
            "Tries to send what is in the outbox: alerts, mails, reports. Later: it is tried again.",
            "short",
            (
                f"sum by (receiver, outcome) (increase({_S}_messages_total[$__rate_interval]))",
                "{{receiver}} {{outcome}}",
            ),
            look=Look.BARS,
            step=QUARTER,
            nothing="No message in this time.",
        ),
        over_time(
            "Messages waiting",
            "What is in the outbox and still to be sent: what does not go down again is stuck.",
            "short",
            (f"max by (receiver) ({_S}_messages_waiting)", "{{receiver}}"),
            nothing="There is no receiver.",
        ),
        over_time(
            "Reports of the last seven days",
            "Reports that were due, made, late by more than an hour, or missed; and the mails that carry them.",
            "short",
            (f"max by (outcome) ({_S}_reports_this_week)", "reports {{outcome}}"),
            (f"max by (outcome) ({_S}_report_mails_this_week)", "mails {{outcome}}"),
            nothing="No report is due.",
        ),
        over_time(
            "Heartbeats",
            "Sent after each round of rules to who watches Crosshub.",
            "short",
            (f"sum by (outcome) (increase({_S}_heartbeats_total[$__rate_interval]))", "{{outcome}}"),
            look=Look.BARS,
            step=QUARTER,
        ),
        over_time("Rows of the database", "By table.", "short", (f"max by (table) ({_S}_database_rows)", "{{table}}")),
        over_time("Memory", "Of Crosshub's process.", "bytes", (f"max({_S}_process_resident_memory_bytes)", "memory")),
        over_time(
            "CPU",
            "Of Crosshub's process.",
            "none",
            (f"sum(rate({_S}_process_cpu_seconds_total[$__rate_interval]))", "CPU"),
        ),
        over_time(
            "Open files",
            "File descriptors that Crosshub's process holds.",
            "short",
            (f"max({_S}_process_open_fds)", "files"),
        ),
    ),
)

CROSSHUB = Dashboard(
    "crosshub",
    "Crosshub",
    "Crosshub itself: how clusters answer it, what it answers, what it does by itself. It remembers its own numbers for a day.",
    (NOW, CLUSTERS, QUERIES, JOBS),
    (COMMUNITY, CLUSTER),
    (AWAY,),
    back="3h",
)
