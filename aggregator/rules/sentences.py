"""What is seen, in sentences that show it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from aggregator.rules.evidence import ClusterSeen, HubSeen, Look, Sight, Up

_TIMES = ("", "once", "twice", "three times", "four times", "five times", "six times")


def of_hub(hub: HubSeen, cluster: ClusterSeen) -> tuple[str, ...]:
    """Its health page, its API, its scrapes, and whether its cluster's Prometheus answers."""
    seen = (_looked("its health page", hub.health, hub), _looked("its API", hub.rest, hub), _scraped(hub))
    return (*(each for each in seen if each), of_cluster(cluster))


def of_cluster(cluster: ClusterSeen) -> str:
    """Whether its Prometheus answers."""
    if not cluster.failed:
        return "the cluster's Prometheus answers"
    return f"the cluster's Prometheus: {cluster.failed}"


def in_short(hub: HubSeen) -> str:
    """One line about a hub among many: `prod: its health page: 502, three times`."""
    looks = (_looked("its health page", hub.health, hub), _looked("its API", hub.rest, hub), _scraped(hub))
    failing = next((each for look, each in zip((hub.health, hub.rest), looks, strict=False) if _fails(look)), looks[2])
    return f"{hub.name or hub.namespace}: {failing or 'nothing is seen of it'}"


def many(count: int, thing: str) -> str:
    """`1 hub`, `3 hubs`."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def clock(instant: datetime, zone: ZoneInfo) -> str:
    """`14:02 WET`."""
    return f"{instant.astimezone(zone):%H:%M %Z}"


def _fails(look: Look) -> bool:
    return look.sight is Sight.FAILING


def _looked(what: str, look: Look, hub: HubSeen) -> str:
    if look.sight is Sight.OK:
        return f"{what} answers"
    if not _fails(look):
        return f"{what} was not seen" if hub.url else ""
    since = f"; failing since {clock(look.since, hub.zone)}" if look.since is not None else ""
    return f"{what}: {look.words}, {_times(look.times)}{since}"


def _times(times: int) -> str:
    return _TIMES[times] if times < len(_TIMES) else f"{times} times"


def _scraped(hub: HubSeen) -> str:
    since = f" since {clock(hub.up_since, hub.zone)}" if hub.up_since is not None else ""
    match hub.up:
        case Up.UP:
            return "`up` of the hub: 1"
        case Up.DOWN:
            return f"`up` of the hub: 0{since}"
        case Up.VANISHED:
            return f"`up` of the hub: gone{since}"
        case Up.ABSENT:
            return "`up` of the hub: none"
        case Up.SILENT:
            return ""
