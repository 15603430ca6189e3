"""The truth of a cluster for a stretch of time: the same rows for the same moments, whatever stretch is asked for."""

from collections.abc import Iterator

import numpy as np

from aggregator.demo import draws, names
from aggregator.demo.asks import Ask, asks
from aggregator.demo.fleet import ClusterPlan, HubPlan, Login
from aggregator.demo.happenings import gaps, moved, starts, stories, weeks_of
from aggregator.demo.machines import core_nodes, play
from aggregator.demo.people import people
from aggregator.demo.rhythm import DAY, SECOND, busyness, day_number, midnights
from aggregator.demo.truth import LoggedIn, Start, Story, Tale, Truth
from aggregator.series import Ints

_LONGEST = 4  # days: no session is longer


def truth_of(cluster: ClusterPlan, start: int, end: int) -> Truth:
    """All that happened in the cluster and touches [start, end)."""
    weeks = weeks_of(start - 2 * _LONGEST * DAY, end + 3 * DAY)
    told = stories(cluster, weeks)
    began = [s for hub in cluster.hubs for s in starts(cluster, hub, weeks)]
    days = np.arange(max(0, day_number(start) - _LONGEST - 1), max(0, day_number(end)) + 4, dtype=np.int64)
    wanted = [ask for hub in cluster.hubs for ask in asks(cluster, hub, days)]
    # Asks of the outer days are not all there: zones put parts of them into days that were not drawn.
    whole = [ask for ask in wanted if days[0] < day_number(ask.asked) < days[-1] or days[0] == 0]
    played = play(cluster, whole, told)
    logins = [login for hub in cluster.hubs for login in _logins(hub, wanted, days, began, told)]
    return Truth(
        cluster=cluster.name,
        start=start,
        end=end,
        people=tuple(person for hub in cluster.hubs for person in people(cluster, hub, end)),
        logins=tuple(sorted((x for x in logins if start <= x.at < end), key=lambda x: x.at)),
        spawns=tuple(s for s in played.spawns if s.asked < end and s.over >= start),
        sessions=tuple(s for s in played.sessions if s.asked < end and s.ended > start),
        nodes=tuple(n for n in (*core_nodes(start, end), *played.nodes) if n.booted < end and n.gone > start),
        starts=tuple(sorted((s for s in began if s.at - s.down < end and s.at >= start), key=lambda s: s.at)),
        gaps=tuple(g for g in gaps(cluster, weeks) if g.start < end and g.end > start),
        stories=tuple(s for s in told if s.start < end and s.end > start),
    )


def _logins(hub: HubPlan, wanted: list[Ask], days: Ints, began: list[Start], told: list[Story]) -> Iterator[LoggedIn]:
    """Those who get in a moment before they ask for a server, and those who are refused."""
    for ask in wanted:
        if ask.namespace == hub.namespace and ask.logs_in:
            took = int(90 + 700 * ask.luck[6] ** 3)
            yield LoggedIn(hub.namespace, ask.user, ask.asked - 2 * SECOND, took, accepted=True)
    away = [start for start in began if start.namespace == hub.namespace]
    for at in moved(_refusals(hub, days, told), away).tolist():
        user = names.stranger_name(hub, at // 1000)
        yield LoggedIn(hub.namespace, user, at, 70 + at // 1000 % 40, accepted=False)


def _refusals(hub: HubPlan, days: Ints, told: list[Story]) -> Ints:
    """When somebody was refused: a few a day, forty in the story of that name."""
    often = {Login.EMAIL: 0.5, Login.GITHUB: 0.3, Login.PASSWORD: 0.8}[hub.login]
    slots = np.arange(6)
    chance = draws.uniform(hub.key + 80, days[:, None], slots[None, :])
    when = (
        midnights(days, hub.timezone)[:, None]
        + ((8 + 11 * draws.uniform(hub.key + 81, days[:, None], slots)) * 3600).astype(np.int64) * SECOND
    )
    found = [when[chance < often * busyness(days)[:, None]]]
    for story in told:
        if story.namespace == hub.namespace and story.tale is Tale.REFUSALS:
            over = draws.uniform(draws.key(hub.key, "refusals", story.start), np.arange(40))
            found.append(story.start + (over * (story.end - story.start)).astype(np.int64))
    return np.sort(np.concatenate(found))
