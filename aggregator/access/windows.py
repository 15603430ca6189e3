"""Detectors over open windows: more people than were expected, and a hub that is open when its window is over. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.access.evidence import Account, Sighting, Told, Unseen
from aggregator.access.found import Found, Outcome, counted
from aggregator.access.policy import Window

AFTERWARDS = timedelta(hours=1)
"""Who is there when a window ends may finish."""
RETURNED = timedelta(hours=16)
"""A browser that is left open overnight keeps its guest active for so long; who is there later came back."""
CHECKED = timedelta(days=14)
"""So long after a window it is looked whether the hub was closed."""


@dataclass(frozen=True, slots=True)
class After:
    """What shows that a hub is open after a window, in sentences, and whose accounts those are."""

    shown: tuple[str, ...]
    names: tuple[str, ...]


def window_still_open(seen: Sighting) -> Outcome:
    """A window is over, and something shows that the hub still lets in everybody."""
    window = seen.policy.last_window(seen.at)
    if window is None or not seen.policy.judges or seen.at - window.end > CHECKED:
        return None
    after = after_window(seen)
    if not after.shown:
        return next((side for side in (seen.told, seen.measured) if isinstance(side, Unseen)), None)
    ended = f"{window.end.astimezone(seen.zone):%d %b %H:%M}"
    why = f": {window.reason}" if window.reason else ""
    return Found("{hub} is still open after its window", (f"the window ended {ended}{why}", *after.shown), after.names)


def after_window(seen: Sighting) -> After:
    """Who came or came back after the window that ended last, as long as that is checked; nobody where there is none."""
    window = seen.policy.last_window(seen.at)
    if window is None or seen.at - window.end > CHECKED:
        return After((), ())
    odd = [each for each in seen.accounts if each.created is not None and seen.policy.is_strange(each.name)]
    new = [each.name for each in odd if each.created is not None and each.created >= window.end]
    back = [
        each.name for each in odd if _was_guest(each, window) and _is_later(each.last_activity, window.end + RETURNED)
    ]
    late = window.end + AFTERWARDS
    ran = [each.user for each in seen.servers if _is_later(each.since, late) and seen.policy.is_strange(each.user)]
    lines = (
        f"{counted(len(names), thing)} {what}"
        for names, thing, what in (
            (new, "account", "made since then, which its policy does not know"),
            (back, "guest", "of the window who came back another day"),
            (ran, "server", "started since then by people whom its policy does not know"),
        )
        if names
    )
    return After(tuple(lines), tuple(sorted({*new, *back, *ran} - {""})))


def crowd(seen: Sighting, window: Window) -> Outcome:
    """More came than a window expects. Whoever says no number expects anything."""
    came = came_to(seen, window)
    if window.most_people is None or isinstance(came, Unseen):
        return came if isinstance(came, Unseen) and window.most_people is not None else None
    if came <= window.most_people:
        return None
    return Found(
        f"{counted(came, 'new account')} on {{hub}} in a window for {window.expected_people} people",
        (f"open until {window.end.astimezone(seen.zone):%d %b %H:%M}: {window.reason}".rstrip(": "),),
        value=came,
    )


def came_to(seen: Sighting, window: Window) -> int | Unseen:
    """How many new accounts a window brought so far; where the hub does not tell of all, whole days are counted."""
    if (
        isinstance(seen.told, Told)
        and seen.told.total <= len(seen.accounts)
        and all(each.created for each in seen.accounts)
    ):
        return sum(_was_guest(each, window) for each in seen.accounts)
    if isinstance(seen.measured, Unseen):
        return seen.measured
    days = max(1, -(-(seen.at - window.since) // timedelta(days=1)))
    return sum(seen.measured.grown[-days:])


def has_outstayed(seen: Sighting, since: datetime | None) -> bool:
    """Whether a server began when no window let anybody in any more."""
    window = seen.policy.last_window(seen.at)
    return window is not None and _is_later(since, window.end + AFTERWARDS)


def _was_guest(account: Account, window: Window) -> bool:
    return account.created is not None and window.let_in(account.created)


def _is_later(moment: datetime | None, than: datetime) -> bool:
    return moment is not None and moment > than
