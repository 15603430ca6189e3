"""Detectors over what is declared and the clock alone. Pure."""

from aggregator.access.arrivals import LATELY
from aggregator.access.evidence import NotAsked, Sighting, Unseen
from aggregator.access.found import Found, Outcome, counted
from aggregator.access.policy import Window
from aggregator.clusters.values import LONGEST_WINDOW


def no_policy(seen: Sighting) -> Outcome:
    """Nobody said who is meant: whoever logs in contradicts nothing, and nothing would be noticed."""
    if seen.policy.kind is not None:
        return None
    return Found("No access policy is declared for {hub}", ("declare `access.policy` with an owner",))


def review_overdue(seen: Sighting) -> Outcome:
    """The day by which somebody wanted to look at the policy again is over."""
    due, today = seen.policy.review_by, seen.at.astimezone(seen.zone).date()
    if due is None or today <= due:
        return None
    late = (today - due).days
    return Found(
        f"The access policy of {{hub}} should have been reviewed {counted(late, 'day')} ago",
        (f"policy {seen.policy.in_words()}", f"review_by: {due}"),
        value=late,
    )


def window_too_long(seen: Sighting) -> Outcome:
    """A window that is no workshop any more: without an end, or of more than two weeks, as long as it is not over."""
    found = [window for window in seen.policy.windows if _is_too_long(window) and not _is_over(window, seen)]
    if not found:
        return None
    endless = sum(window.until is None for window in found)
    what = "has no end" if endless == len(found) else f"is longer than {LONGEST_WINDOW.days} days"
    return Found(f"An open window of {{hub}} {what}", tuple(_in_words(window, seen) for window in found))


def staff_unlisted(seen: Sighting) -> Outcome:
    """Admins of the hub whom the policy does not name among the staff; new ones are told of otherwise."""
    if seen.policy.kind is None or isinstance(seen.told, NotAsked):
        return None
    if isinstance(seen.told, Unseen):
        return seen.told
    admins = [each.name for each in seen.accounts if each.admin and not seen.policy.is_staff(each.name)]
    old = [name for name in admins if _was_there(seen, name)]
    if not old:
        return None
    return Found(
        f"{counted(len(old), 'admin')} of {{hub}} {'is' if len(old) == 1 else 'are'} not in its list of staff",
        ("whoever is staff is never counted as people; whoever is not should not be an admin",),
        tuple(old),
        value=len(old),
    )


def _was_there(seen: Sighting, name: str) -> bool:
    admins, hashed = seen.known.admins, seen.hashed.get(name, "")
    if admins is None or hashed not in admins:
        return admins is None
    since = admins[hashed]
    return since is None or seen.at - since > LATELY


def _is_too_long(window: Window) -> bool:
    return window.until is None or window.until - window.since > LONGEST_WINDOW


def _is_over(window: Window, seen: Sighting) -> bool:
    return window.until is not None and window.until <= seen.at


def _in_words(window: Window, seen: Sighting) -> str:
    begins = f"{window.since.astimezone(seen.zone):%Y-%m-%d %H:%M}"
    ends = "without an end" if window.until is None else f"until {window.until.astimezone(seen.zone):%Y-%m-%d %H:%M}"
    who = f", {window.author}" if window.author else ""
    return f"open from {begins} {ends}{who}" + (f": {window.reason}" if window.reason else "")
