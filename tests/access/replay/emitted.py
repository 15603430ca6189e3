"""What a hub and the Prometheus of its cluster tell at a moment, in the shapes in which they do, and read as those are."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from aggregator.access.evidence import Account, Known, Measured, NotAsked, Sighting, Told, Unseen
from aggregator.access.growth import DAYS
from aggregator.access.hub_told import NEWEST, _account
from aggregator.access.looking import NO_METRICS
from aggregator.access.measuring import QUERIES, USER, _measured, _Series
from aggregator.access.policy import Policy, Window, policy_of
from aggregator.access.remembering import known_now
from aggregator.rollups.hub_users import PAGE, User, Users
from tests.access.replay.life import NEVER, Life, Made, Session
from tests.access.replay.place import BEFORE, DAY, END, HOUR, Place, moment

NAMESPACE = "hub"
STEP = 300.0
NOTICED = 3 * HOUR
"""So long after it has begun a workshop that nobody declared is."""
CLASS = {
    "shared-password": "jupyterhub.authenticators.shared.SharedPasswordAuthenticator",
    "ephemeral": "tmpauthenticator.TmpAuthenticator",
    "open": "oauthenticator.google.GoogleOAuthenticator",
    "institution": "oauthenticator.cilogon.CILogonOAuthenticator",
}
VERSION, OAUTHENTICATOR = "6.1.1", "17.4.0"
Answers = Mapping[str, Sequence[_Series]]


@dataclass(slots=True)
class Emitting:
    """A hub whose life goes by: each moment has to be later than the one before."""

    place: Place
    lived: Life
    policy: Policy = field(init=False)
    known: Known | None = None
    _made: list[Made] = field(init=False)
    _began: list[Session] = field(init=False)
    _leaving: list[tuple[float, int]] = field(init=False)
    _admins: list[int] = field(init=False)
    _hours: "_Hours" = field(init=False)
    _logins: "_Counter" = field(init=False)
    _denials: "_Counter" = field(init=False)
    _users: dict[int, User] = field(default_factory=dict)
    _accounts: dict[str, tuple[User, Account]] = field(default_factory=dict)
    _here: dict[str, int] = field(default_factory=dict)
    _live: list[Session] = field(default_factory=list)
    _next_account: int = 0
    _next_session: int = 0

    def __post_init__(self) -> None:
        self.policy = policy_of(self.place.hub)
        self._made = sorted(self.lived.accounts, key=lambda made: made.at)
        self._began = sorted(self.lived.sessions, key=lambda session: session.begins)
        leaving = [(made.gone, key) for key, made in enumerate(self._made) if made.gone != NEVER]
        self._leaving = sorted(leaving, reverse=True)
        self._admins = [key for key, made in enumerate(self._made) if made.admin != NEVER]
        self._hours = _Hours(self.place, self.lived)
        self._logins, self._denials = _Counter(self.lived.logins, self), _Counter(self.lived.denials, self)

    def sighting(self, at: float) -> Sighting:
        """The hub as it is seen at a moment."""
        self._go_on(at)
        self.policy = self._policy(at)
        told = self.told(at)
        hashed = {each.name: each.name for each in told.accounts if each.admin} if isinstance(told, Told) else {}
        now = moment(at)
        self.known = known_now(self.known, told, hashed, now)
        return Sighting(
            where=("cluster", NAMESPACE),
            hub=self.place.hub.name,
            title="",
            called="cluster/hub",
            zone=self.place.hub.timezone,
            at=now,
            policy=self.policy,
            told=told,
            measured=self.measured(at),
            known=self.known,
            hashed=hashed,
        )

    def _policy(self, at: float) -> Policy:
        """What is declared by then; what was forgotten follows when somebody asks."""
        late = [
            Window(moment(each.begins), moment(each.ends), reason="a workshop", author="somebody", id="late")
            for each in self.place.workshops
            if each.window is None and at >= each.begins + NOTICED
        ]
        policy = policy_of(self.place.hub, late)
        amended = [name for since, name in self.lived.amended if since <= at]
        return replace(policy, identities=(*policy.identities, *amended)) if amended and policy.judges else policy

    def told(self, at: float) -> Told | Unseen | NotAsked:
        """What the hub's REST API tells, if anybody may ask it."""
        if not self.place.has_token:
            return NotAsked("it has no api_token")
        if _holds(self.lived.deaf, at):
            return Unseen("no answer")
        users = self.users()
        return Told(VERSION, class_of(self.place.mode), OAUTHENTICATOR,
                    tuple(map(self._read, users.users)), users.total)  # fmt: skip

    def users(self) -> Users:
        """Those of the first page, and the newest."""
        found = self.everybody()
        skipped = max(PAGE, len(found) - NEWEST)
        return Users((*found[:PAGE], *found[skipped:]), len(found))

    def everybody(self) -> list[User]:
        """Every account there is, in the order of their making."""
        return list(self._users.values())

    def _read(self, user: User) -> Account:
        """An account as it is read; one that has not changed is read once."""
        kept = self._accounts.get(user.name)
        if kept is None or kept[0] is not user:
            kept = self._accounts[user.name] = user, _account(user)
        return kept[1]

    def measured(self, at: float) -> Measured | Unseen:
        """What the Prometheus of the cluster tells, if it does."""
        if _holds(self.lived.blind, at):
            return Unseen("the cluster's Prometheus: no answer")
        if at < self.place.remembered_from:
            return NO_METRICS
        return _measured(self.answers(at), at)

    def answers(self, at: float) -> Answers:
        """The answer to each question."""
        told = {
            "now": self._number(float(len(self._users))),
            "logins": self._number(self._logins.made(at, HOUR)),
            **dict.fromkeys(("denied_before", "denied_now", "let_in_now"), ()),
            **self._servers(at),
            "accounts": [_Series({"namespace": NAMESPACE}, values=self._hours.until(at))],
        }
        if self.place.is_oauth:
            told["denied_before"] = self._number(self._denials.increase(at - DAY, 7 * DAY))
            told["denied_now"] = self._number(self._denials.made(at, DAY))
            told["let_in_now"] = self._number(self._logins.increase(at, DAY))
        return {name: told[name] for name in QUERIES}

    def is_blind(self, at: float) -> bool:
        """Whether nothing was kept of that moment."""
        return at < self.place.remembered_from or _holds(self.lived.blind, at)

    def _number(self, value: float | None) -> list[_Series]:
        return [] if value is None else [_Series({"namespace": NAMESPACE}, (0.0, str(value)))]

    def _servers(self, at: float) -> dict[str, list[_Series]]:
        whose, since, cpu = [], [], []
        for number, session in enumerate(self._live):
            labels = {"namespace": NAMESPACE, "pod": f"jupyter-{number}"}
            if self.place.names_pods:
                whose.append(_Series({**labels, USER: session.name}, (0.0, "1")))
            since.append(_Series(labels, (0.0, str(session.begins))))
            share = self._share(session, at)
            if share is not None and share > 0.5:
                cpu.append(_Series(labels, (0.0, str(share))))
        return {"whose": whose, "since": since, "cpu": cpu}

    def _share(self, session: Session, at: float) -> float | None:
        """The mean of the rates of half an hour, as far as there are any; of what is gone there is no limit any more."""
        if not session.busy or session.ends < at:
            return None
        points = [
            point for point in np.arange(np.floor(at / STEP) * STEP, at - 1800, -STEP) if point >= session.begins + 60
        ]
        if not points:
            return None
        used = sum(min(self._cores(session, point), self.place.limit or 16.0) for point in points) / len(points)
        return used / (self.place.limit or max(1.0, self.place.request))

    def _cores(self, session: Session, at: float) -> float:
        """The rate over five minutes."""
        since = max(session.begins, at - STEP)
        worked = sum(
            max(0.0, min(at, until) - max(since, begun)) * min(cores, self.place.limit or 16.0)
            for begun, until, cores in session.busy
        )
        return 0.03 + worked / max(30.0, at - since)

    def _go_on(self, at: float) -> None:
        while self._next_account < len(self._made) and self._made[self._next_account].at <= at:
            made = self._made[self._next_account]
            if made.gone > at:
                self._users[self._next_account] = User(made.name, moment(made.at), moment(made.at), made.admin <= at)
                self._here[made.name] = self._next_account
            self._next_account += 1
        while self._leaving and self._leaving[-1][0] <= at:
            self._users.pop(self._leaving.pop()[1], None)
        self._became_admin(at)
        while self._next_session < len(self._began) and self._began[self._next_session].begins <= at:
            self._live.append(self._began[self._next_session])
            self._next_session += 1
        for session in self._live:
            self._active(session, at)
        self._live = [session for session in self._live if session.ends > at - HOUR]

    def _became_admin(self, at: float) -> None:
        for key in self._admins:
            user = self._users.get(key)
            if user is not None and not user.admin and self._made[key].admin <= at:
                self._users[key] = User(user.name, user.last_activity, user.created, admin=True)

    def _active(self, session: Session, at: float) -> None:
        key = self._here.get(session.name)
        user = None if key is None else self._users.get(key)
        last = moment(min(at, session.ends))
        if key is not None and user is not None and user.last_activity is not None and last > user.last_activity:
            self._users[key] = User(user.name, last, user.created, user.admin)


def class_of(mode: str) -> str:
    """The authenticator of such a hub."""
    return CLASS.get(mode, "oauthenticator.github.GitHubOAuthenticator")


class _Hours:
    """How many accounts there were at each whole hour of which anything was kept."""

    def __init__(self, place: Place, lived: Life) -> None:
        made = np.sort([each.at for each in lived.accounts])
        gone = np.sort([each.gone for each in lived.accounts])
        self._at = np.arange(np.ceil(BEFORE / HOUR) * HOUR, END + HOUR, HOUR)
        number = np.searchsorted(made, self._at, "right") - np.searchsorted(gone, self._at, "right")
        kept = self._at >= place.remembered_from
        for begins, ends in lived.blind:
            kept &= ~((self._at >= begins) & (self._at < ends))
        self._at = self._at[kept]
        self._points = [(at, str(int(many))) for at, many in zip(self._at.tolist(), number[kept].tolist(), strict=True)]

    def until(self, at: float) -> list[tuple[float, str]]:
        first, last = np.searchsorted(self._at, [at - (DAYS + 1) * DAY, at], "right")
        return self._points[first:last]


class _Counter:
    """A counter of the hub, which begins anew with each restart and is not there before it has counted something."""

    def __init__(self, moments: Iterable[float], emitting: Emitting) -> None:
        self._moments = sorted(moments)
        self._restarts = emitting.lived.restarts
        self._is_blind = emitting.is_blind

    def made(self, at: float, within: float) -> float | None:
        """What `_made` asks for: a counter that was born since then in full, else its increase."""
        if not self._is_there(at):
            return None
        if not self._is_there(at - within) and not self._is_blind(at - within):
            return float(self._between(self._restarted(at), at))
        return self.increase(at, within)

    def increase(self, at: float, within: float) -> float | None:
        """What was counted between the first and the last sample, drawn out to the whole time."""
        if not (self._is_there(at) or self._between(at - within, at)) or self._is_blind(at):
            return None
        first = at - within
        if not self._is_there(first):
            # The first thing that it counts is where it begins.
            born = self._moments[bisect_right(self._moments, max(first, self._restarted(first))) :][:1]
            first = born[0] if born else at
        return float(max(0, self._between(first, at)))

    def _is_there(self, at: float) -> bool:
        return not self._is_blind(at) and self._between(self._restarted(at), at) > 0

    def _restarted(self, at: float) -> float:
        before = bisect_right(self._restarts, at)
        return self._restarts[before - 1] if before else BEFORE

    def _between(self, since: float, until: float) -> int:
        return bisect_right(self._moments, until) - bisect_right(self._moments, since)


def _holds(times: Iterable[tuple[float, float]], at: float) -> bool:
    return any(begins <= at < ends for begins, ends in times)
