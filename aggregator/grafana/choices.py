"""What dashboards have in common: the choices at their top, what is marked in their panels, and columns of tables."""

from dataclasses import replace

from aggregator.grafana.asking import AROUND, BLUE, CLUSTERS, GREEN, HUBS, ORANGE, RED, YELLOW
from aggregator.grafana.values import Annotation, Column, Names, Variable
from aggregator.promql.print import quoted

_COMMUNITY = 'community=~"$community"'

COMMUNITY = Variable(
    "community",
    "Community",
    "Who owns the hubs. Narrows the clusters and the hubs that can be chosen.",
    "crosshub_cluster_info",
    "community",
    # Those of no community, too.
    everything=".*",
)
CLUSTER = Variable(
    "cluster",
    "Cluster",
    "What has one Prometheus. Those that do not answer can be chosen too.",
    f"crosshub_cluster_info{{{_COMMUNITY}}}",
    "cluster",
)
# Hubs that nobody declared, but that tell of themselves, can be chosen as well.
HUB = Variable(
    "hub",
    "Hub",
    "The hubs of these clusters, by their namespaces.",
    f'{{__name__=~"crosshub_hub_info|jupyterhub_running_servers",{_COMMUNITY},{CLUSTERS}}}',
    "namespace",
)
CHOICES = (COMMUNITY, CLUSTER, HUB)

# Hubs and clusters that are gone are among those of whom something is kept.
KEPT_CHOICES = (
    replace(COMMUNITY, metric='crosshub_up_ratio{resolution="1d"}'),
    Variable(
        "cluster",
        "Cluster",
        "Those of whom something is kept, though they may be gone.",
        f'crosshub_up_ratio{{{_COMMUNITY},resolution="1d"}}',
        "cluster",
    ),
    Variable(
        "hub",
        "Hub",
        "Those of whom something is kept, though they may be gone.",
        f'crosshub_up_ratio{{{_COMMUNITY},{CLUSTERS},resolution="1d"}}',
        "namespace",
    ),
)


# Grafana writes the name of a label that a series lacks: so what is said is one label, put together here, of which
# something is always there.
def _said(label: str, vector: str, *parts: str) -> str:
    return f'label_join({vector}, "{label}", " ", {", ".join(map(quoted, parts))})'


def _alerts(matchers: str) -> str:
    return _said("what", f"crosshub_alerts{{{AROUND},{matchers}}}", "alertname", "cluster", "namespace")


OUTAGES = Annotation("Outages", _alerts('kind="outage"'), RED, "{{what}}", "An outage, as Crosshub saw it.")
AWAY = replace(
    OUTAGES,
    expr=_said("what", f'crosshub_alerts{{{CLUSTERS},kind="outage",namespace=""}}', "alertname", "cluster"),
    details="No answer from a whole cluster.",
)
"""Outages of clusters alone."""

FINDINGS = Annotation(
    "Access findings", _alerts('kind="access"'), "purple", "{{what}}", "Something contradicts an access policy."
)
ALERTS = Annotation(
    "Alerts", _alerts('kind!~"outage|access"'), ORANGE, "{{what}}", "An alert of severity {{severity}}.", shown=False
)
WINDOWS = Annotation(
    "Open windows",
    _said(
        "who",
        _said("what", f"crosshub_open_window{{{HUBS}}}", "cluster", "namespace", "reason"),
        "contact",
        "community",
    ),
    BLUE,
    "Open to all: {{what}}",
    "As declared, by {{who}}",
)
MARKS = (OUTAGES, FINDINGS, ALERTS, WINDOWS)
QUIET_MARKS = (replace(OUTAGES, shown=False), WINDOWS)
"""Of so long a time that outages would hide what it is about."""

BANDS = (("page", "critical"), RED), (("high", "ticket", "warning"), ORANGE), (("medium", "info", "low"), BLUE)
"""Severities of rules, outages and findings, the worst first, by their colour."""

SEVERITIES: Names = tuple((each, each, colour) for severities, colour in BANDS for each in severities)
UP: Names = (("0", "down", RED), ("1", "up", GREEN))
POLICY_KINDS: Names = (
    ("closed", "closed", GREEN),
    ("org", "org", GREEN),
    ("institution", "institution", GREEN),
    ("shared-password", "shared password", YELLOW),
    ("open", "open", ORANGE),
    ("ephemeral", "ephemeral", BLUE),
    ("none declared", "none declared", RED),
)
ANSWERS: Names = (("0", "no answer", RED), ("1", "answers", GREEN))

CLUSTER_COLUMN = Column("Cluster", "cluster", link="on-call", width=110)
HUB_COLUMN = Column("Hub", "namespace", link="hub", width=130)
