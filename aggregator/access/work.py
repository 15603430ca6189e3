"""New accounts that work hard: the two signs together that miners give. Pure."""

from collections.abc import Sequence
from datetime import timedelta

from aggregator.access.arrivals import new_accounts, strange
from aggregator.access.evidence import Measured, Sighting, Unseen
from aggregator.access.found import Found, Outcome, counted
from aggregator.access.usual import in_words, most_usual

BUSY = 0.9
"""The share of its CPU limit from which on a server works hard, over half an hour."""
FEW = 2
"""So many of the new ones that work hard are no chance where names say nothing."""
SEVERAL = 3
"""So many servers that work hard, where it is not known whose they are."""
LATELY = timedelta(days=7)
FLOOR = 3
"""New accounts a day that can be too many once they work hard."""


def strangers_at_work(seen: Sighting) -> Outcome:
    """Accounts that are new or that nobody knows, whose servers use all the CPU they get."""
    if isinstance(seen.measured, Unseen):
        return seen.measured
    busy = {server.user for server in seen.servers if server.cpu is not None and server.cpu >= BUSY}
    names, arrived = _who(seen, busy)
    if not arrived:
        return None
    return Found(
        f"{counted(len(names or busy), 'server')} at full CPU on {{hub}}, and {arrived}",
        (
            f"policy {seen.policy.in_words()}",
            f"{counted(len(names or busy), 'server')} above {100 * BUSY:.0f} % of the CPU limit for half an hour",
            *_usual(seen.measured),
            *seen.effects,
        ),
        tuple(sorted(names or busy)),
        value=len(names or busy),
    )


def _who(seen: Sighting, busy: set[str]) -> tuple[set[str], str]:
    """Whose servers they are, and in words who came; no words where it is nothing."""
    strangers = set(strange(seen))
    if strangers & busy:
        return strangers & busy, f"{counted(len(strangers), 'account')} that its policy does not know"
    if seen.policy.judges_names or _is_expected(seen):
        return set(), ""
    new = {each.name for each in new_accounts(seen, LATELY)}
    if len(new & busy) >= FEW:
        return new & busy, f"{counted(len(new), 'new account')}"
    today = _surge(seen)
    return (set(), f"{counted(today, 'new account')}") if today and len(busy) >= SEVERAL else (set(), "")


def _is_expected(seen: Sighting) -> bool:
    """In a window people come and compute, up to as many as were expected."""
    window = seen.policy.window_at(seen.at)
    if window is None or isinstance(seen.measured, Unseen):
        return False
    return window.most_people is None or sum(seen.measured.grown[-1:]) <= window.most_people


def _surge(seen: Sighting) -> int:
    """How many new accounts came today, where that is more than usual; else 0."""
    assert isinstance(seen.measured, Measured)
    days: Sequence[int] = seen.measured.grown
    most = most_usual(days[:-1], FLOOR)
    return days[-1] if most is not None and days[-1] > most else 0


def _usual(measured: Measured) -> tuple[str, ...]:
    if len(measured.grown) < 2:
        return ()
    *before, today = measured.grown
    return (f"{counted(today, 'new account')} in 24 hours ({in_words(before)})",)
