"""How expressions are written: short for what every selector of a dashboard has to say."""

import re

from aggregator.grafana.values import Limits

CLUSTERS = 'cluster=~"$cluster"'
HUBS = f'{CLUSTERS},namespace=~"$hub"'
# Not all that is told of is of one cluster, or of one hub.
AROUND = 'cluster=~"($cluster)|",namespace=~"($hub)|"'
_SHORT = {"@": HUBS, "#": CLUSTERS, "+": AROUND}

POLICY = "throttled|too-many-users|already-pending"
"""What JupyterHub 4 and 5 have for statuses, and 6 for reasons, when a hub puts a start off."""

GREEN, YELLOW, ORANGE, RED, BLUE, GREY = "green", "yellow", "orange", "red", "blue", "text"


def promql(text: str) -> str:
    """PromQL in which `{@` says the hubs that are chosen, `{#` their clusters, and `{+` both, or neither named."""
    flat = re.sub(r"\s+", " ", text).strip()
    return re.sub(r"\{([@#+])", lambda found: f"{{{_SHORT[found[1]]}", flat)


def above(*limits: tuple[float, str]) -> Limits:
    """Green, and from each value on its colour."""
    return ((None, GREEN), *limits)


def below(*limits: tuple[float, str]) -> Limits:
    """Each colour below its value, in their order, and green from the last one on."""
    values = [None, *(value for value, _ in limits)]
    return tuple(zip(values, [*(colour for _, colour in limits), GREEN], strict=True))


PLAIN: Limits = ((None, GREY),)


def counted(metric: str, *matchers: str, window: str) -> str:
    """How many things the chosen hubs counted, the first of their kind since a hub's start among them.

    A counter is born with its first event: it is looked at as 0 from before, while the hub is up.
    """
    some = " or ".join(f"{metric}{{@,{each}}}" for each in matchers)
    return promql(
        f"""round(increase((max by (cluster, namespace) (sum by (cluster, namespace, instance) ({some}))
        or 0 * max by (cluster, namespace) (up{{@,component="hub"}} == 1))[{window}:1m]))"""
    )
