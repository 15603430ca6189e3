"""Tables of alerts and findings that are open, with their evidence; several dashboards have them."""

from aggregator.grafana.asking import promql
from aggregator.grafana.choices import CLUSTER_COLUMN, HUB_COLUMN, SEVERITIES
from aggregator.grafana.values import Column, Look, Panel

NOTHING = "Nothing is wrong that Crosshub can see."


def open_alerts(title: str, about: str, matchers: str = "", height: int = 8, width: int = 24) -> Panel:
    """The alerts that are open and meet the matchers, the latest first. A name leads to the alert's page, with its runbook."""
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
                expr=promql(f"1000 * crosshub_alert_fired_timestamp_seconds{{+{matchers and ',' + matchers}}}"),
                unit="dateTimeFromNow",
                width=130,
            ),
            Column("Page", "page", hidden=True),
        ),
        width=width,
        height=height,
        nothing=NOTHING,
        sorted_by="Since",
    )
