"""What befalls hubs and clusters, week by week: starts of the hub, outages, gaps in the record, stories."""

import numpy as np

from aggregator.demo import draws
from aggregator.demo.fleet import ClusterPlan, HubPlan, Login
from aggregator.demo.rhythm import BEGINNING, HOUR, MINUTE, SECOND, WEEK, midnights, week_number
from aggregator.demo.truth import Gap, Start, Story, Tale
from aggregator.series import Ints

# When in its week a story begins (day, hour, both local) and how many hours it lasts.
_TOLD = {
    Tale.STRANGERS: (1, 3, 60),
    Tale.WORKSHOP: (2, 9, 6),
    Tale.BROKEN_IMAGE: (1, 10, 4),
    Tale.NO_NODES: (3, 9, 5),
    Tale.CRASH_LOOP: (3, 14, 1),
    Tale.DISK_FULL: (0, 8, 96),
    Tale.REFUSALS: (2, 8, 3),
}
_EVERY_UPGRADE = 4  # weeks


def weeks_of(start: int, end: int) -> range:
    """The numbers of the weeks that touch [start, end), and one more on each side, for zones and for what runs over."""
    return range(max(0, week_number(start) - 1), max(0, week_number(end) + 2))


def stories(cluster: ClusterPlan, weeks: range) -> list[Story]:
    """Three weeks in four, each cluster has one story; they take turns, so that a fleet always has some of each."""
    return [_story(cluster, week) for week in weeks if draws.one(cluster.key, 2, week) < 0.75]


def _story(cluster: ClusterPlan, week: int) -> Story:
    tale = tuple(Tale)[(2 * cluster.index + week) % len(Tale)]
    day, hour, hours = _TOLD[tale]
    hub = _whose(cluster, tale, week)
    start = _local(hub, week, day) + hour * HOUR
    return Story(tale, hub.namespace, start, start + hours * HOUR)


def _whose(cluster: ClusterPlan, tale: Tale, week: int) -> HubPlan:
    """Workshops have a hub of their own where there is one; strangers come where no institution vouches for everybody."""
    fitting = [hub for hub in cluster.hubs if _fits(hub, tale)] or cluster.hubs
    return fitting[int(draws.one(cluster.key, 3, week) * len(fitting))]


def _fits(hub: HubPlan, tale: Tale) -> bool:
    if tale is Tale.WORKSHOP:
        return hub.login is Login.PASSWORD
    return hub.people > 8 and (tale is not Tale.STRANGERS or hub.login is not Login.EMAIL)


def _local(hub: HubPlan, week: int, day: int) -> int:
    return int(midnights(np.array([7 * week + day]), hub.timezone)[0])


def gaps(cluster: ClusterPlan, weeks: range) -> list[Gap]:
    """About every third week the cluster's own Prometheus is away for 10 to 100 minutes."""
    found = []
    for week in weeks:
        chance, when, length = draws.uniform(draws.key(cluster.key, "gap", week), np.arange(3))
        if chance < 0.35:
            start = BEGINNING + week * WEEK + int(when * (WEEK - 2 * HOUR)) // MINUTE * MINUTE
            found.append(Gap(start, start + (10 + int(length * 90)) * MINUTE))
    return found


def starts(cluster: ClusterPlan, hub: HubPlan, weeks: range) -> list[Start]:
    """Every time the hub's process began: at least once a week, which bounds how far back a counter goes."""
    told = [story for story in stories(cluster, weeks) if story.namespace == hub.namespace]
    found = [
        *(start for week in weeks for start in _planned(hub, week)),
        *(start for week in weeks for start in _outages(hub, week)),
        *(start for story in told if story.tale is Tale.CRASH_LOOP for start in _crashes(hub, story)),
    ]
    apart = [start for start in found if not any(_swallows(other, start) for other in found)]
    return sorted(apart, key=lambda start: start.at)


def _planned(hub: HubPlan, week: int) -> list[Start]:
    """One deploy a week, from Monday to Thursday in working hours, at times a second; all clusters are upgraded at times."""
    first, hour, second, other, upgrade = draws.uniform(draws.key(hub.key, "deploy", week), np.arange(5))
    found = [_deploy(hub, week, int(first * 4), 10 + hour * 6)]
    if second < 0.4:
        found.append(_deploy(hub, week, (int(first * 4) + 1) % 5, 9.5 + other * 7))
    if week % _EVERY_UPGRADE == 0:
        at = BEGINNING + week * WEEK + 4 * HOUR + int(upgrade * 30) * MINUTE
        found.append(Start(hub.namespace, at, 4 * MINUTE, "upgrade"))
    return found


def _deploy(hub: HubPlan, week: int, day: int, hour: float) -> Start:
    return Start(hub.namespace, _local(hub, week, day) + int(hour * HOUR) // SECOND * SECOND, 25 * SECOND, "deploy")


def _outages(hub: HubPlan, week: int) -> list[Start]:
    """One week in five the hub is away for 8 to 50 minutes of a working day."""
    chance, day, hour, length = draws.uniform(draws.key(hub.key, "outage", week), np.arange(4))
    if chance >= 0.2:
        return []
    down = int((8 + length * 42) * 60) * SECOND
    began = _local(hub, week, int(day * 5)) + int((8.5 + hour * 8) * 3600) * SECOND
    return [Start(hub.namespace, began + down, down, "outage")]


def _crashes(hub: HubPlan, story: Story) -> list[Start]:
    return [Start(hub.namespace, story.start + nth * 9 * MINUTE, 40 * SECOND, "crash") for nth in range(1, 7)]


def _swallows(one: Start, other: Start) -> bool:
    """Whether the other falls into the (longer) absence of the one, or too near to it to be told apart."""
    if (one.down, one.at) <= (other.down, other.at):
        return False
    return one.at - one.down - MINUTE <= other.at and other.at - other.down <= one.at + MINUTE


def upgraded(at: int) -> int:
    """When the cluster's own machines were last replaced: with every fourth week's upgrade."""
    week = week_number(at)
    this = BEGINNING + (week - week % _EVERY_UPGRADE) * WEEK + 4 * HOUR
    return this if at >= this else this - _EVERY_UPGRADE * WEEK


def moved(asks: Ints, away: list[Start]) -> Ints:
    """Instants at which people ask something of the hub: who finds it away comes back soon after it is."""
    for start in away:
        began = start.at - start.down
        late = (asks >= began) & (asks < start.at + MINUTE)
        asks = np.where(late, start.at + MINUTE + (asks - began) // 10, asks)
    return asks
