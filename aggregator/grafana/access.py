"""Access: who may log in to which hub, as declared, and what is seen of it: new accounts, denials, findings, windows."""

from aggregator.grafana.alert_panels import open_alerts
from aggregator.grafana.asking import ORANGE, RED, YELLOW, above, below, counted, promql
from aggregator.grafana.choices import CHOICES, CLUSTER_COLUMN, HUB_COLUMN, MARKS, POLICY_KINDS
from aggregator.grafana.panels import QUARTER, number, over_time
from aggregator.grafana.values import Column, Dashboard, Look, Panel, Query, Row

_HUB = "{{cluster}}/{{namespace}}"
_REQUESTS = "jupyterhub_request_duration_seconds_count"
_OAUTH, _FORM = 'handler=~".*OAuthCallbackHandler"', 'handler=~".*[.]LoginHandler",method="POST"'
_ACCOUNTS = "max by (cluster, namespace) (jupyterhub_total_users{@}"
_GREEDY = 'pod=~"jupyter-.*",container!="",container!="POD"'


def _logins(code: str, window: str) -> str:
    """Logins, by form or by OAuth, that ended with a code."""
    return counted(_REQUESTS, f'{_FORM},code="{code}"', f'{_OAUTH},code="{code}"', window=window)


NOW = Row(
    "Now",
    (
        number(
            "Findings",
            "What contradicts a policy at this moment.",
            'sum(crosshub_alerts{+,kind="access"}) or vector(0)',
            limits=above((1, RED)),
        ),
        number(
            "Hubs without a policy",
            "Hubs of which nobody declared who may log in.",
            'count(group by (cluster, namespace) (crosshub_hub_info{@,policy="none declared"})) or vector(0)',
            limits=above((1, ORANGE)),
        ),
        number(
            "Hubs that are open",
            "Hubs that are declared open to all, for ever.",
            'count(group by (cluster, namespace) (crosshub_hub_info{@,policy="open"})) or vector(0)',
            limits=above((1, YELLOW)),
        ),
        number(
            "Windows open now",
            "Hubs that are declared open to all for now.",
            "count(crosshub_open_window{@}) or vector(0)",
            limits=above((1, "blue")),
        ),
        number(
            "New accounts, one day",
            "By how much the hubs' accounts grew in a day.",
            f"sum(clamp_min({_ACCOUNTS}) - {_ACCOUNTS} offset 1d), 0))",
        ),
        number(
            "Logins refused, one day",
            "Logins that ended with a 403.",
            f"sum({_logins('403', '1d')})",
            limits=above((50, ORANGE)),
        ),
    ),
)

FINDINGS = Row(
    "Findings",
    (
        open_alerts(
            "Open findings",
            "Each is one thing that contradicts a policy, with its evidence.",
            'kind="access"',
            width=16,
        ),
        over_time(
            "Findings over time",
            "How many findings were open.",
            "short",
            ('sum by (cluster, namespace, alertname) (crosshub_alerts{+,kind="access"})', f"{_HUB} {{{{alertname}}}}"),
            look=Look.STACK,
            nothing="No finding in this time.",
        ),
    ),
)

POLICIES = Row(
    "Policies",
    (
        Panel(
            "Who is meant to log in, and who does",
            "What is declared of each hub, beside what is seen of it. People far beyond what a policy expects are worth a look.",
            "short",
            Look.TABLE,
            columns=(
                CLUSTER_COLUMN,
                HUB_COLUMN,
                Column("Title", "title", width=220),
                Column("Policy", "policy", names=POLICY_KINDS, width=120),
                Column("Expected", expr=promql("max by (cluster, namespace) (crosshub_expected_people{@})")),
                Column("Accounts", expr=promql(f"{_ACCOUNTS})")),
                Column(
                    "People in 30 days",
                    expr=promql('max by (cluster, namespace) (jupyterhub_active_users{@,period="30d"})'),
                ),
                Column(
                    "Of expected",
                    expr=promql("""max by (cluster, namespace) (jupyterhub_active_users{@,period="30d"})
                              / on (cluster, namespace) max by (cluster, namespace) (crosshub_expected_people{@} > 0)"""),
                    unit="percentunit",
                    decimals=0,
                    limits=above((1.5, YELLOW), (3, RED)),
                ),
                Column("New in a week", expr=promql(f"{_ACCOUNTS}) - {_ACCOUNTS} offset 1w)")),
                Column("Refused in a day", expr=_logins("403", "1d")),
                Column(
                    "Review due in",
                    expr=promql(
                        "(max by (cluster, namespace) (crosshub_policy_review_timestamp_seconds{@}) - time()) / 86400"
                    ),
                    unit="d",
                    decimals=0,
                    limits=below((0, RED), (30, YELLOW)),
                    width=120,
                ),
                Column(
                    "Declared",
                    expr=promql("max by (cluster, namespace, title, policy) (crosshub_hub_info{@})"),
                    names=(("1", "yes", "text"),),
                    width=80,
                ),
            ),
            width=24,
            height=11,
            sorted_by=("New in a week",),
        ),
        Panel(
            "Open windows",
            "While a hub is declared open to all: how many people are expected.",
            "short",
            Look.STATES,
            (Query(promql("crosshub_open_window{@}"), f"{_HUB} {{{{reason}}}}"),),
            width=24,
            height=6,
            limits=((None, "blue"),),
            nothing="No window in this time.",
        ),
    ),
)

SEEN = Row(
    "What is seen",
    (
        over_time(
            "Accounts",
            "Accounts in each hub's database. A step is a class that came; a steady climb is somebody who found the hub.",
            "short",
            (f"{_ACCOUNTS})", _HUB),
            lowest=None,
        ),
        over_time(
            "New accounts a day",
            "By how much accounts grew within a day.",
            "short",
            (f"clamp_min({_ACCOUNTS}) - {_ACCOUNTS} offset 1d), 0)", _HUB),
            limits=above((5, ORANGE)),
        ),
        over_time(
            "New people a day",
            "People whose servers ran for the first time; kept by Crosshub.",
            "short",
            ('max by (cluster, namespace) (crosshub_new_people{@,resolution="1d"})', _HUB),
            look=Look.BARS,
            step="1d",
            back="90d",
        ),
        over_time(
            "Logins let in an hour",
            "Logins that ended well, by form or by OAuth.",
            "short",
            (_logins("302", "1h"), _HUB),
            step="5m",
        ),
        over_time(
            "Logins refused an hour",
            "Logins that ended with a 403. Denials that vanish while logins go on mean that a door was opened.",
            "short",
            (_logins("403", "1h"), _HUB),
            step="5m",
            limits=above((10, ORANGE)),
        ),
        over_time(
            "Logins refused a day, kept for years",
            "As counted by Crosshub.",
            "short",
            ('max by (cluster, namespace) (crosshub_logins_refused{@,resolution="1d"})', _HUB),
            look=Look.BARS,
            step="1d",
            back="90d",
        ),
        over_time(
            "Servers that use all their CPU",
            "Servers above 90 % of their CPU limit. Computing in earnest looks like this, and so does mining.",
            "short",
            (
                f"""count by (cluster, namespace) (sum by (cluster, namespace, pod) (rate(container_cpu_usage_seconds_total{{@,{_GREEDY}}}[$__rate_interval]))
                / max by (cluster, namespace, pod) (kube_pod_container_resource_limits{{@,pod=~"jupyter-.*",resource="cpu"}}) > 0.9)
                or 0 * max by (cluster, namespace) (jupyterhub_running_servers{{@}})""",
                _HUB,
            ),
            limits=above((3, ORANGE)),
        ),
        over_time(
            "Servers older than a day",
            "Servers that never stop cost money, and miners never stop.",
            "short",
            (
                """count by (cluster, namespace) (time() - max by (cluster, namespace, pod) (kube_pod_created{@,pod=~"jupyter-.*"}) > 86400)
                or 0 * max by (cluster, namespace) (jupyterhub_running_servers{@})""",
                _HUB,
            ),
            limits=above((5, ORANGE)),
        ),
        over_time(
            "Miners that were killed",
            "What cryptnono ended, where it runs.",
            "short",
            (
                """sum by (cluster, node) (increase({__name__=~"cryptnono_(execwhacker|flowkiller)_processes_killed_total",cluster=~"$cluster"}[$__rate_interval]))""",
                "{{cluster}} {{node}}",
            ),
            look=Look.BARS,
            step=QUARTER,
            nothing="No cryptnono tells of any.",
        ),
    ),
)

ACCESS = Dashboard(
    "access",
    "Access",
    "Who may log in to which hub, as declared, and what is seen of it: new accounts, denials, findings, open windows.",
    (NOW, FINDINGS, POLICIES, SEEN),
    CHOICES,
    MARKS,
    back="7d",
    refresh="5m",
)
