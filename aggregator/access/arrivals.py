"""Detectors over who appears: new accounts, logins, refusals, admins. Pure."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from aggregator.access.evidence import Account, Measured, NotAsked, Sighting, Told, Unseen
from aggregator.access.found import Found, Outcome, Pause, counted
from aggregator.access.growth import DAYS
from aggregator.access.usual import LEAST_DAYS, in_words, most_usual
from aggregator.access.windows import AFTERWARDS, after_window, crowd, has_outstayed

A_DAY = timedelta(days=1)
NEW = timedelta(days=30)
"""Who came longer ago is not new."""
LATELY = timedelta(days=7)
ALIKE = 5
"""So many names of one kind are no chance."""
MANY_REFUSED, MANY_LET_IN = 150, 10
"""Whoever is refused tries again, and weekends are quiet: with fewer in a week a day without any is no wonder."""
FEW = 0.01
"""The share of all accounts from which on new ones are many."""
CROWD_PASSES = 14
"""For so many days after a crowd the stragglers of it are not told of as one."""


def unknown_accounts(seen: Sighting) -> Outcome:
    """New accounts, and servers, of people whom the policy does not mean; guests of windows left out."""
    if not seen.policy.judges_names:
        return None
    strangers = strange(seen)
    if not strangers:
        return _nobody(seen)
    # Of these WindowOverStillOpen tells.
    told_of = set(after_window(seen).names)
    strangers = tuple(name for name in strangers if name not in told_of)
    if not strangers:
        return None
    return Found(
        f"{counted(len(strangers), 'account')} on {{hub}} that its policy does not know",
        (policy_line(seen), *_arrival_lines(seen, strangers), *_server_lines(seen, strangers)),
        strangers,
        value=len(strangers),
    )


def strange(seen: Sighting) -> tuple[str, ...]:
    """The names of those whom the policy does not mean: accounts that are new or in use, and whoever has a server.

    Guests of windows are left out, but for servers that they started when it was over.
    """
    if not seen.policy.judges_names:
        return ()
    known = {each.name for each in seen.accounts if each.created and seen.policy.is_guest(each.created)}
    found = {each.name for each in new_accounts(seen, NEW) if seen.policy.is_strange(each.name)}
    found |= {
        each.name for each in seen.accounts if _is_in_use(seen, each) and seen.policy.is_strange(each.name)
    } - known
    for server in seen.servers:
        invited = _is_guest(seen, server.since) or (server.user in known and not has_outstayed(seen, server.since))
        if seen.policy.is_strange(server.user) and not invited:
            found.add(server.user)
    return tuple(sorted(found))


def new_accounts(seen: Sighting, within: timedelta) -> tuple[Account, ...]:
    """Accounts that were made of late, guests and staff left out."""
    return tuple(
        each
        for each in seen.accounts
        if each.created is not None
        and seen.at - each.created <= within
        and not seen.policy.is_guest(each.created)
        and not seen.policy.is_staff(each.name)
    )


def came_today(seen: Sighting, days: Sequence[int]) -> int:
    """How many new accounts there were in a day; after a window its guests are left out, or nobody is counted."""
    last = seen.policy.last_window(seen.at)
    if last is None or seen.at - last.end >= A_DAY:
        return days[-1]
    return min(days[-1], len(new_accounts(seen, A_DAY))) if isinstance(seen.told, Told) else 0


def ordinary(seen: Sighting, days: Sequence[int]) -> Sequence[int]:
    """The days before today on which no window was open: what a workshop brings is not usual for a hub."""
    kept = []
    for age, day in zip(range(len(days) - 1, 0, -1), days[:-1], strict=True):
        begins, ends = seen.at - (age + 1) * A_DAY, seen.at - age * A_DAY
        if not any(window.since < ends and begins < window.end for window in seen.policy.windows):
            kept.append(day)
    return kept


def account_surge(seen: Sighting) -> Outcome:
    """Far more new accounts in a day than this hub ever has, or than its window expects."""
    window = seen.policy.window_at(seen.at)
    if window is not None:
        return crowd(seen, window)
    if are_all_meant(seen) or seen.policy.is_ephemeral:
        return seen.measured if isinstance(seen.measured, Unseen) else None
    days = history(seen)
    if isinstance(days, Unseen):
        # What is deleted shows in no list, so that a list without a surge says nothing.
        return _surge(seen, made_each_day(seen)) or days
    return None if days is None else _surge(seen, days)


def _surge(seen: Sighting, days: Sequence[int]) -> Found | None:
    if len(days) <= LEAST_DAYS:
        return None
    before, today = ordinary(seen, days), came_today(seen, days)
    most = most_usual(before)
    if most is None or today <= max(most, _half_of_crowd(before), few(seen)) or are_expected(seen, days):
        return None
    return Found(
        f"{counted(today, 'new account')} on {{hub}} in a day",
        (policy_line(seen), f"{counted(today, 'new account')} in 24 hours ({in_words(before)})"),
        tuple(each.name for each in new_accounts(seen, A_DAY)),
        value=today,
    )


def made_each_day(seen: Sighting) -> Sequence[int]:
    """New accounts a day as the hub's own list has them, the latest day last; none where it does not tell."""
    if not isinstance(seen.told, Told):
        return ()
    days = [0] * DAYS
    for each in seen.accounts:
        age = (seen.at - each.created) // A_DAY if each.created else DAYS
        if 0 <= age < DAYS:
            days[DAYS - 1 - age] += 1
    return days


def similar_names(seen: Sighting) -> Outcome:
    """A series of new names that differ in a number only, as scripts make them."""
    if isinstance(seen.told, Unseen):
        return seen.told
    if not seen.policy.judges or seen.policy.window_at(seen.at):
        return None
    stems: dict[str, list[str]] = {}
    for each in new_accounts(seen, LATELY):
        if not seen.policy.judges_names or seen.policy.is_strange(each.name):
            stems.setdefault(_stem(each.name), []).append(each.name)
    # Of numbers alone nothing is left: those of students are no series of anybody's.
    names = max((names for stem, names in stems.items() if len(stem) >= 3), key=len, default=[])
    if len(names) < ALIKE:
        return None
    head = f"{counted(len(names), 'new account')} on {{hub}} with names that differ in a number only"
    return Found(head, (policy_line(seen), "made within a week"), tuple(names), value=len(names))


def more_than_named(seen: Sighting) -> Outcome:
    """More accounts than the policy names people, where nobody can say who they are."""
    if not seen.policy.names_everybody or isinstance(seen.told, Told) or seen.policy.windows:
        return None
    if isinstance(seen.told, Unseen):
        return seen.told
    if isinstance(seen.measured, Unseen):
        return seen.measured
    accounts, named = seen.measured.accounts, len({*map(str.lower, seen.policy.identities), *seen.policy.staff})
    if accounts is None or accounts <= named:
        return None
    return Found(
        f"{counted(accounts, 'account')} on {{hub}}, whose policy names {counted(named, 'person', 'people')}",
        (policy_line(seen), "who they are is not seen: the hub has no api_token"),
        value=accounts,
    )


def login_outside(seen: Sighting) -> Outcome:
    """Logins to a hub that is open in its windows only."""
    policy = seen.policy
    if policy.kind != "closed" or policy.identities or policy.window_at(seen.at):
        return None
    if isinstance(seen.measured, Unseen):
        return seen.measured
    last = policy.last_window(seen.at)
    if last is not None and seen.at - last.end < AFTERWARDS:
        return None
    # Whoever is seen to be there, UnknownAccounts tells of.
    if not seen.measured.logins or _only_staff(seen) or strange(seen):
        return Pause(A_DAY)
    if isinstance(seen.told, Unseen):
        return seen.told
    lines = (policy_line(seen), f"{counted(seen.measured.logins, 'login')} in the last hour, outside every window")
    head = f"{counted(seen.measured.logins, 'login')} to {{hub}} while it is meant to be closed"
    return Found(head, lines, value=seen.measured.logins)


def denials_vanished(seen: Sighting) -> Outcome:
    """A hub that refused people every week refuses nobody any more, and lets in many."""
    if not seen.policy.judges or seen.policy.window_at(seen.at):
        return None
    if isinstance(seen.measured, Unseen):
        return seen.measured
    before, now, let_in = seen.measured.denied_before, seen.measured.denied_now, seen.measured.let_in_now
    if before is None or before <= MANY_REFUSED or now or let_in is None or let_in <= MANY_LET_IN:
        return None
    return Found(
        "{hub} refuses nobody any more",
        (policy_line(seen), f"{before} refused in the week before, none in the last day, and {let_in} let in"),
        value=before,
    )


def admin_appeared(seen: Sighting) -> Outcome:
    """Somebody became an admin in the last week who is not among the staff."""
    if isinstance(seen.told, NotAsked) or seen.known.admins is None:
        return None
    if isinstance(seen.told, Unseen):
        return seen.told
    new = tuple(each.name for each in seen.accounts if each.admin and _is_new_admin(seen, each.name))
    if not new:
        return None
    who = counted(len(new), "new admin")
    return Found(f"{who} on {{hub}}", (policy_line(seen), "not in its list of staff"), new, value=len(new))


def _is_new_admin(seen: Sighting, name: str) -> bool:
    assert seen.known.admins is not None
    since = seen.known.admins.get(seen.hashed.get(name, ""), None)
    return since is not None and seen.at - since <= LATELY and not seen.policy.is_staff(name)


def _is_in_use(seen: Sighting, account: Account) -> bool:
    return account.last_activity is not None and seen.at - account.last_activity <= LATELY


def _is_guest(seen: Sighting, since: datetime | None) -> bool:
    return (since is not None and seen.policy.is_guest(since)) or seen.policy.window_at(seen.at) is not None


def history(seen: Sighting) -> Sequence[int] | Unseen | None:
    if isinstance(seen.measured, Unseen):
        return seen.measured
    return seen.measured.grown if len(seen.measured.grown) > LEAST_DAYS else None


def few(seen: Sighting, share: float = FEW) -> int:
    """So many are few in a hub of this size: after the holidays as many come again as before them."""
    told = seen.told.total if isinstance(seen.told, Told) else None
    accounts = seen.measured.accounts if isinstance(seen.measured, Measured) else told
    return round(share * (accounts or 0))


def _half_of_crowd(before: Sequence[int]) -> int:
    """Up to so many are the stragglers of a crowd that was told of; what windows brought was not."""
    return max(before[-CROWD_PASSES:], default=0) // 2


def are_all_meant(seen: Sighting) -> bool:
    """Whether names show that the newcomers are the ones who are meant: whoever is not is told of by name."""
    return seen.policy.judges_names and isinstance(seen.told, Told)


def are_expected(seen: Sighting, days: Sequence[int]) -> bool:
    """Whether all who came within a month are no more than the policy expects: so a term begins."""
    most = seen.policy.expected_people
    return most is not None and sum(days[-NEW.days :]) <= most


def _only_staff(seen: Sighting) -> bool:
    """Whether whoever came within the hour is staff; where nobody can be named, whether staff would be enough."""
    hour = timedelta(hours=1)
    lately = {each.name for each in seen.accounts if each.last_activity and seen.at - each.last_activity <= hour}
    lately |= {each.user for each in seen.servers if each.user and each.since and seen.at - each.since <= hour}
    if lately or isinstance(seen.told, Told):
        return bool(lately) and all(map(seen.policy.is_staff, lately))
    logins = seen.measured.logins if isinstance(seen.measured, Measured) else None
    return (logins or 0) <= len(seen.policy.staff)


def _nobody(seen: Sighting) -> Outcome:
    """Where only servers show who is there, whoever has none at the moment has not gone."""
    half = _half_seen(seen)
    pauses = half is None and isinstance(seen.told, NotAsked) and seen.policy.window_at(seen.at) is None
    return Pause(A_DAY) if pauses else half


def _half_seen(seen: Sighting) -> Outcome:
    """Nothing was found, but not from every side from which it could have been."""
    return next((side for side in (seen.told, seen.measured) if isinstance(side, Unseen)), None)


def policy_line(seen: Sighting) -> str:
    window = seen.policy.window_at(seen.at)
    return f"policy {seen.policy.in_words()}, {'an open window' if window else 'no open window'}"


def _arrival_lines(seen: Sighting, names: Sequence[str]) -> Iterable[str]:
    theirs = [each for each in seen.accounts if each.name in names]
    came = [each.created for each in theirs if each.created is not None and seen.at - each.created <= NEW]
    measured = seen.measured
    usual = ""
    if isinstance(measured, Measured) and len(measured.grown) > LEAST_DAYS:
        usual = f" ({in_words(measured.grown[:-1])})"
    if came:
        first = min(came)
        yield f"{counted(len(came), 'new account')} since {first.astimezone(seen.zone):%d %b %H:%M}{usual}, none matches"
    if old := len(theirs) - len(came):
        yield f"{counted(old, 'older account')} in use within a week"


def _server_lines(seen: Sighting, names: Sequence[str]) -> Iterable[str]:
    running = {server.user for server in seen.servers} & set(names)
    if running:
        yield f"{len(running)} of them {'has a server' if len(running) == 1 else 'have servers'} now"


def _stem(name: str) -> str:
    """A name without its digits, and without what stands between them."""
    return re.sub(r"[\W\d_]+", "", name.partition("@")[0].lower())
