"""Alerts about outages that nobody looks for any more: they end, which is no sign that what was wrong is mended. Pure."""

from aggregator.events.values import Alert
from aggregator.rules import verdicts
from aggregator.rules.evidence import ClusterSeen, Evidence, HubSeen

UNNAMED = "no configuration names it any more"


def why_unwatched(alert: Alert, evidence: Evidence) -> str:
    """Why nobody looks for an alert any more; nothing where somebody does."""
    if alert.name not in verdicts.NAMES:
        return "this version of Crosshub does not look for it"
    if alert.name == verdicts.CROSSHUB_BLIND:
        return ""
    if alert.name == verdicts.WATCHDOG_STOPPED:
        return _of_watchdog(alert, evidence)
    cluster = evidence.cluster(alert.label("cluster"))
    if cluster is None:
        return f"no configuration names cluster {alert.label('cluster')} any more"
    if alert.label("namespace"):
        return _of_hub(alert, evidence.hub(alert), cluster)
    blank = alert.name == verdicts.CLUSTER_DOWN and not cluster.hubs
    return "the configuration names no hub of it any more" if blank else ""


def called(alert: Alert) -> str:
    """What an alert about an outage is about, as people say it."""
    cluster, hub = alert.label("cluster"), alert.label("hub") or alert.label("namespace")
    if alert.name == verdicts.WATCHDOG_STOPPED:
        return f"The Watchdog of cluster {cluster}" if cluster else f"The Watchdog from {alert.label('origin')}"
    if not hub:
        return f"Cluster {cluster}" if cluster else alert.name
    title = dict(alert.annotations).get("title", "")
    return f"{title} ({cluster}/{hub})" if title and title != hub else f"{cluster}/{hub}"


def _of_hub(alert: Alert, hub: HubSeen | None, cluster: ClusterSeen) -> str:
    was_named = bool(alert.label("hub"))
    if hub is None:
        return UNNAMED if was_named else "there have been no metrics of it for a day, and no configuration names it"
    if was_named and not hub.known:
        return UNNAMED
    if alert.name == verdicts.CERTIFICATE and not hub.url:
        return "the configuration has no url of it any more"
    if alert.name == verdicts.UNKNOWN_HUB and not any(each.known for each in cluster.hubs):
        return "the configuration names no hub of its cluster any more"
    return ""


def _of_watchdog(alert: Alert, evidence: Evidence) -> str:
    mine = [dog for dog in evidence.watchdogs if verdicts.watchdog_labels(dog) == alert.labels]
    if not mine:
        return "it has not been heard for so long that it was forgotten"
    gone = [dog.teller for dog in mine if dog.teller and evidence.cluster(dog.teller) is None]
    return f"no configuration names cluster {gone[0]} any more" if gone else ""
