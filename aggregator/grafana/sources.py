"""The data sources of a Grafana: Crosshub as one Prometheus, and a single cluster seen through it where that is wanted."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from aggregator.grafana.values import uid_of
from aggregator.grafana.wanted import Wanted

NAME, UID = "Crosshub", "crosshub"
LONGEST_UID = 40
AUTHORIZATION = "Authorization"


def data_sources(wanted: Wanted) -> tuple[dict[str, Any], ...]:
    """Crosshub first; the key of a secret is not in them, only the file that Grafana reads it from."""
    of_clusters = (
        _source(f"{name} ({NAME})", cluster_uid(name), _below(wanted.url, name), wanted) for name in wanted.clusters
    )
    return (_source(NAME, UID, wanted.url, wanted) | {"isDefault": True}, *of_clusters)


def cluster_uid(name: str) -> str:
    """The uid of the data source of one cluster: by its name alone, so that it stays."""
    uid = uid_of(f"c-{name}")
    if len(uid) <= LONGEST_UID and re.fullmatch(r"[A-Za-z0-9_-]+", uid):
        return uid
    return uid_of(f"c-{hashlib.sha256(name.encode()).hexdigest()[:16]}")


def settings(wanted: Wanted) -> Mapping[str, object]:
    """How Grafana asks: by POST, the whole range each time (a part that was partial would stay), and no rules of ours."""
    return {
        "httpMethod": "POST",
        "timeInterval": wanted.interval,
        "timeout": 60,
        "cacheLevel": "Medium",
        "incrementalQuerying": False,
        "disableRecordingRules": True,
        "manageAlerts": False,
        "allowAsRecordingRulesTarget": False,
        "prometheusType": "Prometheus",
        "defaultEditor": "code",
    }


def _source(name: str, uid: str, url: str, wanted: Wanted) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": name,
        "uid": uid,
        "type": "prometheus",
        "access": "proxy",
        "orgId": 1,
        "url": url,
        "isDefault": False,
        "editable": False,
        "jsonData": dict(settings(wanted)),
    }
    if wanted.token_file is not None:
        told["jsonData"]["httpHeaderName1"] = AUTHORIZATION
        told["secureJsonData"] = {"httpHeaderValue1": f"Bearer $__file{{{wanted.token_file}}}"}
    return told


def _below(url: str, cluster: str) -> str:
    return f"{url.rstrip('/')}/c/{quote(cluster, safe='')}"
