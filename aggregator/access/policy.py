"""Who is meant to be able to log in to a hub, and in which times more people are. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fnmatch import fnmatchcase

from aggregator.clusters.values import LONGEST_WINDOW, Access, Hub, OpenWindow

LEEWAY = timedelta(minutes=15)
"""Who comes so long before a window begins was let in for it."""
JUDGED = frozenset({"closed", "org", "institution"})
"""Policies under which it matters who somebody is."""
ELSEWHERE = ("github-org:", "google-group:", "gitlab-group:")
"""Identities that a user name does not show."""
CROWD = 1.5
"""Up to so many times the expected people come to a window without anybody being told."""


@dataclass(frozen=True, slots=True)
class Window:
    """A declared time in which a hub is open to all; `id` is empty for those of the configuration."""

    since: datetime
    until: datetime | None
    expected_people: int | None = None
    reason: str = ""
    author: str = ""
    id: str = ""

    @property
    def end(self) -> datetime:
        """When it stops to count."""
        return self.since + LONGEST_WINDOW if self.until is None else self.until

    def holds(self, moment: datetime) -> bool:
        return self.since <= moment < self.end

    def let_in(self, moment: datetime) -> bool:
        """Whether who came then came because of it."""
        return self.since - LEEWAY <= moment < self.end

    @property
    def most_people(self) -> int | None:
        """From more than so many on, more come than were expected."""
        return None if self.expected_people is None else round(self.expected_people * CROWD)


@dataclass(frozen=True, slots=True)
class Policy:
    """What is declared about a hub; `kind` is None where nothing is."""

    kind: str | None = None
    identities: tuple[str, ...] = ()
    staff: frozenset[str] = frozenset()
    expected_people: int | None = None
    owner: str = ""
    review_by: date | None = None
    windows: tuple[Window, ...] = ()

    @property
    def judges(self) -> bool:
        """Whether it matters who somebody is."""
        return self.kind in JUDGED

    @property
    def is_ephemeral(self) -> bool:
        """Whether accounts come and go with servers: many of them are many visits, and nothing by themselves."""
        return self.kind == "ephemeral"

    @property
    def judges_names(self) -> bool:
        """Whether a user name shows if somebody is meant."""
        names_somebody = bool(self.identities) or self.kind == "closed"
        return self.judges and names_somebody and not any(map(_is_elsewhere, self.identities))

    @property
    def names_everybody(self) -> bool:
        """Whether all who are meant are named one by one."""
        return self.judges_names and not any(map(_is_pattern, self.identities))

    def is_strange(self, name: str) -> bool:
        """Whether the name is surely of somebody who is not meant; a name that is not known is nobody's."""
        if not name or self.is_staff(name) or not self.judges_names:
            return False
        return not any(_fits(name, each) for each in self.identities)

    def is_staff(self, name: str) -> bool:
        return name.lower() in self.staff

    def window_at(self, moment: datetime) -> Window | None:
        """The window that holds then; of several the one that ends last."""
        holding = [window for window in self.windows if window.holds(moment)]
        return max(holding, key=lambda window: window.end, default=None)

    def last_window(self, now: datetime) -> Window | None:
        """The window that ended last, if none holds now."""
        # One that was called off before it began has let in nobody.
        ended = [window for window in self.windows if window.since < window.end <= now]
        return None if self.window_at(now) else max(ended, key=lambda window: window.end, default=None)

    def is_guest(self, came: datetime) -> bool:
        """Whether who came then came because of a window."""
        return any(window.let_in(came) for window in self.windows)

    def in_words(self) -> str:
        """``institution (`*@ulisboa.pt` and 2 named people), owner ana@ulisboa.pt``: no name, since anybody may read it."""
        if self.kind is None:
            return "none declared"
        # Between backticks, or Slack would take the asterisks for bold.
        shown = [f"`{each}`" for each in patterns_in(self.identities)]
        named = len(self.identities) - len(shown)
        if named:
            shown.append(f"{named} named {'person' if named == 1 else 'people'}")
        identities = ", ".join(shown[:-1]) + (" and " if shown[:-1] else "") + "".join(shown[-1:])
        return self.kind + (f" ({identities})" if shown else "") + (f", owner {self.owner}" if self.owner else "")


def policy_of(hub: Hub, kept: Iterable[Window] = ()) -> Policy:
    """The policy of a hub, with the windows of the configuration and those kept elsewhere."""
    access = hub.access
    if access is None:
        return Policy(windows=tuple(kept))
    return Policy(
        kind=access.policy,
        identities=access.identities,
        staff=staff_in(access),
        expected_people=access.expected_people,
        owner=access.owner or "",
        review_by=access.review_by,
        windows=(*map(_declared, access.open_windows), *kept),
    )


def staff_in(access: Access) -> frozenset[str]:
    return frozenset(name.lower() for name in access.staff)


def patterns_in(identities: Iterable[str]) -> tuple[str, ...]:
    """The identities that name nobody; who is named is shown to no one but the hub's operators."""
    return tuple(each for each in identities if _is_pattern(each) or _is_elsewhere(each))


def _declared(window: OpenWindow) -> Window:
    return Window(window.since, window.until, window.expected_people, window.reason, window.contact or "")


def _is_elsewhere(identity: str) -> bool:
    return identity.lower().startswith(ELSEWHERE)


def _is_pattern(identity: str) -> bool:
    return bool(set(identity) & set("*?["))


def _fits(name: str, identity: str) -> bool:
    """JupyterHub's user names are lower case."""
    return fnmatchcase(name.lower(), identity.lower())
