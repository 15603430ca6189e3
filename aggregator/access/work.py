"""New accounts that work hard: the two signs together that miners give. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from aggregator.access.arrivals import LATELY, came_today, new_accounts, ordinary, strange
from aggregator.access.evidence import Measured, Server, Sighting, Told, Unseen
from aggregator.access.found import Found, Outcome, Pause, counted
from aggregator.access.policy import Window
from aggregator.access.usual import in_words, most_usual, no_wonder
from aggregator.access.windows import came_to, crowd

BUSY = 0.65
"""The share of its CPU limit from which on a server works hard, over half an hour; one thread of two cores is less."""
TIRELESS = timedelta(hours=12)
"""Who has a server for so long, and works hard on it, does not sit before it."""
FEW = 2
"""So many of the new ones that work hard are no chance where names say nothing."""
QUIET = timedelta(hours=6)
"""While those who worked hard are there, they may begin again."""
SEVERAL = 3
"""So many servers that work hard, where it is not known whose they are."""
AT_ONCE = 0.01
"""The share of new accounts that work hard at the same moment where a class begins."""
CLASS = 10
"""So many servers show what everybody does."""
COMPUTE = 0.05
"""The share of all servers that work hard at the same moment where people learn to compute."""
WONDER = 1e-3
MINER = "CryptominerKilled"
FLOOR = 3
"""New accounts a day that can be too many once they work hard."""


@dataclass(frozen=True, slots=True)
class _Workers:
    """Who came, in words, and how many servers show it; `names` where it is known whose they are."""

    arrived: str
    servers: int
    names: frozenset[str] = frozenset()


def strangers_at_work(seen: Sighting) -> Outcome:
    """Accounts that are new or that nobody knows, whose servers use all the CPU they get, or with whom abuse began."""
    if isinstance(seen.measured, Unseen):
        return seen.measured
    busy = [server for server in seen.servers if server.cpu is not None and server.cpu >= BUSY]
    workers = _workers(seen, busy)
    if workers is not None:
        return _found(seen, seen.measured, workers)
    # Whoever overloads a hub so that it does not answer is not gone.
    if isinstance(seen.told, Unseen):
        return seen.told
    return Pause(QUIET) if _are_there(seen) else None


def _are_there(seen: Sighting) -> bool:
    """Whether anybody is there who could be told of."""
    window = seen.policy.window_at(seen.at)
    if window is not None:
        return isinstance(crowd(seen, window), Found)
    return bool(strange(seen) or new_accounts(seen, LATELY))


def _found(seen: Sighting, measured: Measured, workers: _Workers) -> Found:
    at_work = counted(workers.servers, "busy server") if workers.servers else "Signs of abuse"
    share = f"{counted(workers.servers, 'server')} above {100 * BUSY:.0f} % of the CPU limit for half an hour"
    return Found(
        f"{at_work} on {{hub}}, and {workers.arrived}",
        (
            f"policy {seen.policy.in_words()}",
            *([share] if workers.servers else []),
            *_usual(measured),
            *(effect.words for effect in seen.effects),
        ),
        tuple(sorted(workers.names)),
        value=workers.servers,
    )


def _workers(seen: Sighting, busy: Sequence[Server]) -> _Workers | None:
    users = [server.user for server in busy]
    window = seen.policy.window_at(seen.at)
    if window is not None:
        return _beyond(seen, window, users)
    strangers = set(strange(seen))
    if strangers:
        return _strangers(seen, strangers, {*users})
    return None if seen.policy.judges_names else _newcomers(seen, users) or _tireless(seen, busy)


def _strangers(seen: Sighting, strangers: set[str], busy: set[str]) -> _Workers | None:
    arrived = f"{counted(len(strangers), 'account')} that its policy does not know"
    if strangers & busy:
        return _Workers(arrived, len(strangers & busy), frozenset(strangers & busy))
    running = strangers & {server.user for server in seen.servers}
    return _Workers(arrived, 0, frozenset(running)) if running and _is_abused(seen) else None


def _newcomers(seen: Sighting, busy: Sequence[str]) -> _Workers | None:
    """New accounts of whom no name says whether they are meant."""
    new = {each.name for each in new_accounts(seen, LATELY)}
    if len(new & {*busy}) > max(FEW - 1, no_wonder(_by_chance(seen, new, busy), WONDER)):
        return _Workers(counted(len(new), "new account"), len(new & {*busy}), frozenset(new & {*busy}))
    today = _surge(seen)
    many = max(SEVERAL - 1, no_wonder(len(seen.servers) * COMPUTE, WONDER))
    if today and len(busy) > many:
        return _Workers(counted(today, "new account"), len(busy), frozenset(busy) - {""})
    return _Workers(counted(today, "new account"), 0) if today and _is_abused(seen) else None


def _by_chance(seen: Sighting, new: set[str], busy: Sequence[str]) -> float:
    """How many newcomers work hard at the same moment anyhow: as the others of their class do, where that is one."""
    running = [each.user for each in seen.servers]
    others = [name for name in running if name not in new]
    share = len([name for name in busy if name not in new]) / len(others) if len(others) >= CLASS else 0.0
    return max(len(new) * AT_ONCE, len(new.intersection(running)) * share)


def _tireless(seen: Sighting, busy: Sequence[Server]) -> _Workers | None:
    """Where nobody says who is new: servers that work hard day and night, and as many new accounts in a week at least."""
    assert isinstance(seen.measured, Measured)
    working = [server for server in busy if server.since and seen.at - server.since > TIRELESS]
    came = sum(seen.measured.grown[-LATELY.days :])
    many = max(SEVERAL - 1, no_wonder(len(seen.servers) * COMPUTE, WONDER))
    if isinstance(seen.told, Told) or not many < len(working) <= came:
        return None
    return _Workers(
        f"{counted(came, 'new account')} in a week", len(working), frozenset(each.user for each in working) - {""}
    )


def _beyond(seen: Sighting, window: Window, busy: Sequence[str]) -> _Workers | None:
    """In a window people come and compute, up to as many as were expected."""
    came = came_to(seen, window)
    if window.most_people is None or isinstance(came, Unseen) or came <= window.most_people:
        return None
    guests = {each.name for each in seen.accounts if each.created and window.let_in(each.created)} & {*busy}
    arrived = f"{counted(came, 'new account')} in a window for {window.expected_people} people"
    servers = len(guests) if guests else len(busy)
    many = max(SEVERAL - 1, no_wonder(len(seen.servers) * COMPUTE, WONDER))
    return _Workers(arrived, servers, frozenset(guests)) if servers > many else None


def _is_abused(seen: Sighting) -> bool:
    """Whether a rule says so of this hub, or a miner was killed in its cluster: those are killed before they are busy."""
    return any(effect.here or effect.name == MINER for effect in seen.effects)


def _surge(seen: Sighting) -> int:
    """How many new accounts came today, where that is more than usual; else 0."""
    assert isinstance(seen.measured, Measured)
    days: Sequence[int] = seen.measured.grown
    most = most_usual(ordinary(seen, days), FLOOR)
    if most is None:
        return 0
    today = came_today(seen, days)
    return today if today > most else 0


def _usual(measured: Measured) -> tuple[str, ...]:
    if len(measured.grown) < 2:
        return ()
    *before, today = measured.grown
    return (f"{counted(today, 'new account')} in 24 hours ({in_words(before)})",)
