"""A detector of those who come slowly: an account or two a day, and servers that do not stop. Pure."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from aggregator.access.arrivals import (
    A_DAY,
    are_all_meant,
    few,
    history,
    new_accounts,
    ordinary,
    policy_line,
)
from aggregator.access.evidence import Account, Measured, Server, Sighting, Told, Unseen
from aggregator.access.found import Found, Outcome, Pause, counted
from aggregator.access.usual import most_usual, no_wonder

DAYS, ACCOUNTS = 5, 7
"""New accounts on so many days of a week, and more than so many, are steady."""
WEEK, FOUR = 7, 4
LEAST_WEEKS = 3
"""With fewer weeks to compare with nothing is steady yet."""
LEAST_RATE = 0.35
"""Where nobody came for weeks somebody may all the same."""
SMALL = 0.015
"""Fewer than this share of all accounts are no many in a week: after the holidays as many come again as before them."""
QUIET = timedelta(days=7)
"""Weeks are compared, so a week has to be as usual."""
NEWCOMER = timedelta(days=14)
"""Who came longer ago has learnt to stop a server."""
FIRST = timedelta(minutes=15)
"""Whoever comes to a hub starts a server so soon; where nobody says whose it is, that shows it."""
TIRELESS = 3
"""So many servers of new accounts that do not stop are no chance."""
FORGOTTEN = 0.005
"""The least share of newcomers who have a server that they forgot."""
KEENER = 3
"""So many times as often as whoever was there before newcomers may forget one: they come more often."""


def slow_drip(seen: Sighting) -> Outcome:
    """New accounts on most days of a week, in a hub where that is not so, or several whose servers do not stop."""
    if seen.policy.window_at(seen.at) or are_all_meant(seen) or seen.policy.is_ephemeral:
        return None
    if isinstance(seen.measured, Unseen):
        return seen.measured
    found = _tireless(seen, seen.measured) or _steady(seen)
    return found or (seen.told if isinstance(seen.told, Unseen) else Pause(QUIET))


def _tireless(seen: Sighting, measured: Measured) -> Found | None:
    """Newcomers who keep servers for more than a day, where others do not."""
    running = [each for each in seen.servers if each.since and A_DAY < seen.at - each.since <= NEWCOMER]
    return _by_account(seen, running) if isinstance(seen.told, Told) else _by_hour(seen, measured, running)


def _by_account(seen: Sighting, running: Sequence[Server]) -> Found | None:
    newcomers = new_accounts(seen, NEWCOMER)
    new = {each.name for each in newcomers}
    whose = {each.user or _begun_with(newcomers, each) for each in running}
    theirs = whose & new
    others = {
        each.name
        for each in seen.accounts
        if each.name not in new and each.last_activity and seen.at - each.last_activity <= NEWCOMER
    }
    forgot = len(running) - len(theirs)
    share = max(FORGOTTEN, KEENER * forgot / max(1, len(others)))
    if len(theirs) <= max(TIRELESS - 1, no_wonder(len(new) * min(1.0, share))):
        return None
    return Found(
        f"{counted(len(theirs), 'new account')} on {{hub}} whose servers do not stop",
        (
            policy_line(seen),
            f"{counted(len(new), 'account')} made within two weeks, {len(theirs)} of them with a server that has run for over a day",
            f"{counted(forgot, 'such server')} of {counted(len(others), 'older account')} in use",
        ),
        tuple(sorted(theirs)),
        value=len(theirs),
    )


def _by_hour(seen: Sighting, measured: Measured, running: Sequence[Server]) -> Found | None:
    """Where nobody tells of accounts: servers that began in an hour in which one was made, which is a chance for a few."""
    theirs = [each for each in running if each.with_account and not seen.policy.is_staff(each.user)]
    came = sum(measured.grown[-NEWCOMER.days :])
    chance = KEENER * measured.growing * (len(running) - len(theirs)) + 2 * FORGOTTEN * came
    if len(theirs) <= max(TIRELESS - 1, no_wonder(chance)):
        return None
    return Found(
        f"{counted(len(theirs), 'server')} on {{hub}} that do not stop, each begun as an account was made",
        (
            policy_line(seen),
            f"{counted(came, 'new account')} within two weeks; {counted(len(running), 'server')} run for over a day",
        ),
        tuple(sorted({each.user for each in theirs} - {""})),
        value=len(theirs),
    )


def _begun_with(newcomers: Iterable[Account], server: Server) -> str:
    """The account that was made just before a server began, or nobody's name."""
    since = server.since
    came = (each.name for each in newcomers if each.created and since and each.created <= since <= each.created + FIRST)
    return next(came, "")


def _steady(seen: Sighting) -> Found | None:
    """More in a week, or in two, than in the weeks before them, and on most of their days; windows are left out."""
    days = history(seen)
    if days is None or isinstance(days, Unseen) or _has_room(seen):
        return None
    kept = [*ordinary(seen, days), days[-1]]
    most = most_usual(kept[:-WEEK])
    for weeks in (1, 2):
        last, before = kept[-weeks * WEEK :], weekly(kept[: -weeks * WEEK])
        # Where too many come in one day, that is told of, and what follows is no drip.
        if len(before) < LEAST_WEEKS or most is None or max(last) > most:
            continue
        usual = no_wonder(weeks * weekly_rate(before))
        if sum(day > 0 for day in last) >= weeks * DAYS and sum(last) > max(
            weeks * ACCOUNTS, usual, weeks * few(seen, SMALL)
        ):
            return _in_words(seen, last, before)
    return None


def weekly(days: Sequence[int]) -> list[int]:
    """The sums of whole weeks, the latest last."""
    return [sum(days[at : at + WEEK]) for at in range(len(days) % WEEK, len(days), WEEK)]


def weekly_rate(weeks: Sequence[int]) -> float:
    """How many a week go without saying: their mean, or the busiest; of four or more weeks the busiest but one."""
    busiest = sorted(weeks)[-2 if len(weeks) >= FOUR else -1]
    return max(sum(weeks) / len(weeks), busiest, LEAST_RATE)


def _has_room(seen: Sighting) -> bool:
    """Whether the hub has no more accounts yet than its policy expects people: so a group fills up."""
    accounts = seen.measured.accounts if isinstance(seen.measured, Measured) else None
    return seen.policy.expected_people is not None and accounts is not None and accounts <= seen.policy.expected_people


def _in_words(seen: Sighting, last: Sequence[int], before: Sequence[int]) -> Found:
    came, on = sum(last), sum(day > 0 for day in last)
    usual = ", ".join(map(str, before))
    return Found(
        f"New accounts on {{hub}} on {on} of {len(last)} days",
        (policy_line(seen), f"{counted(came, 'new account')} in {len(last)} days (the weeks before: {usual})"),
        value=came,
    )
