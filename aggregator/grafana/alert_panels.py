"""Alerts and findings that are open, with their evidence, and clusters that were away; several dashboards have them."""

from aggregator.grafana.asking import RED, below, promql
from aggregator.grafana.choices import ANSWERS, BANDS, CLUSTER_COLUMN, HUB_COLUMN, SEVERITIES
from aggregator.grafana.values import Column, Look, Panel, Query

NOTHING = "Nothing is wrong that Crosshub can see."


_AWAY = """0 * group by (cluster) (crosshub_alerts{#,kind="outage",namespace=""})
    or on (cluster) group by (cluster) (crosshub_cluster_info{#})"""


def away_over_time(width: int, height: int = 8) -> Panel:
    """Which clusters did not answer, and when: by the outages that are remembered, so that one that is away has a past."""
    return Panel(
        "Clusters that did not answer",
        "Red while Crosshub held a cluster, or its Prometheus, for out; that takes some minutes to be sure of.",
        "none",
        Look.STATES,
        (Query(promql(_AWAY), "{{cluster}}"),),
        names=ANSWERS,
        limits=below((1, RED)),
        width=width,
        height=height,
        link="crosshub",
    )


_WORST, _BAD = ("|".join(severities) for severities, _ in BANDS[:2])
_FIRST = (f'severity=~"{_WORST}"', "2e11"), (f'severity=~"{_BAD}"', "1e11"), (f'severity!~"{_WORST}|{_BAD}"', "0")
"""More seconds than have passed since 1970: so what has them comes before all others."""


def _fired(*matchers: str) -> str:
    return f"crosshub_alert_fired_timestamp_seconds{{{','.join(filter(None, ('+', *matchers)))}}}"


def open_alerts(title: str, about: str, matchers: str = "", height: int = 8, width: int = 24) -> Panel:
    """The alerts that are open and meet the matchers: the worst first, then the latest. A name leads to the alert's page, with
    its runbook.
    """
    return Panel(
        title,
        about,
        "dateTimeFromNow",
        Look.TABLE,
        columns=(
            Column("Severity", "severity", names=SEVERITIES, width=80),
            Column("Alert", "alertname", opens="Page", width=190),
            CLUSTER_COLUMN,
            HUB_COLUMN,
            Column("Summary", "summary", wraps=True),
            Column("Evidence", "evidence", wraps=True),
            Column(
                "Since",
                expr=promql(f"1000 * {_fired(matchers)}"),
                unit="dateTimeFromNow",
                width=130,
            ),
            Column("Page", "page", hidden=True),
        ),
        width=width,
        height=height,
        nothing=NOTHING,
        order=promql(" or ".join(f"{_fired(matchers, each)} + {plus}" for each, plus in _FIRST)),
    )
