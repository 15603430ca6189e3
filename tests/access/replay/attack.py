"""Incidents of four kinds, planted into the life of a hub; each goes on until somebody who was told ends it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tests.access.replay.life import NEVER, Life, Made, Session
from tests.access.replay.place import DAY, END, HOUR, NAMES_DECIDE, START, Place, Rng, handle

STRANGERS, MINERS, DRIP, LEAK = "strangers", "miners", "drip", "leak"
MODES = {
    STRANGERS: NAMES_DECIDE,
    MINERS: frozenset({"org"}),
    DRIP: NAMES_DECIDE | {"org"},
    LEAK: frozenset({"shared-password", "open", "ephemeral"}),
}
"""On which hubs each kind happens."""


@dataclass(frozen=True, slots=True)
class Attack:
    """Who came, and what they ran; `at_work` says whether they use all the CPU they get."""

    kind: str
    accounts: tuple[Made, ...]
    sessions: tuple[Session, ...]
    ends: float
    at_work: bool

    @property
    def begins(self) -> float:
        return self.accounts[0].at

    @property
    def second_at_work(self) -> float:
        """When the second of them has begun to compute: before, nothing sets them apart from anybody."""
        begun = sorted(session.busy[0][0] for session in self.sessions if session.busy)
        return begun[1] if len(begun) > 1 else NEVER


def attack(place: Place, kind: str, seed: int) -> Attack:
    """An incident on a hub, some day in its year."""
    rng = np.random.default_rng([seed, place.number, 3])
    begins = START + float(rng.uniform(45, 325)) * DAY
    make = {STRANGERS: _strangers, DRIP: _drip}.get(kind, _miners)
    return make(place, kind, begins, rng)


def planted(lived: Life, attack: Attack, ended: float = NEVER, deleted: float = NEVER) -> Life:
    """The life of a hub with an incident in it; who was told ended it, and deleted the accounts."""
    ended = min(ended, attack.ends)
    came = [Made(each.name, each.at, min(each.gone, deleted)) for each in attack.accounts if each.at < ended]
    ran = [
        Session(each.name, each.begins, min(each.ends, ended), each.busy)
        for each in attack.sessions
        if each.begins < ended
    ]
    logins = [each.begins for each in ran]
    return Life(
        [*lived.accounts, *came], [*lived.sessions, *ran], [*lived.logins, *logins], _let_in(lived, attack, ended),
        lived.restarts, lived.deaf, lived.blind, lived.amended,
    )  # fmt: skip


def _let_in(lived: Life, attack: Attack, ended: float) -> list[float]:
    """A hub that lets in everybody refuses nobody; whose password is known to strangers goes on as it did."""
    if attack.kind not in {STRANGERS, MINERS}:
        return lived.denials
    return [at for at in lived.denials if not attack.begins - HOUR <= at < ended]


def _strangers(place: Place, kind: str, begins: float, rng: Rng) -> Attack:
    """A few people or many, who look around; some have no server at first."""
    gaps = rng.exponential(np.exp(rng.uniform(np.log(5 * 60), np.log(20 * HOUR))), int(rng.integers(2, 16)))
    accounts = _accounts(place, begins + np.concatenate([[0.0], np.cumsum(gaps)[:-1]]), rng)
    sessions = []
    for made in accounts:
        at = made.at + float(rng.uniform(20, 600) if rng.random() < 0.7 else rng.exponential(12) * HOUR)
        sessions.append(Session(made.name, at, at + float(rng.uniform(0.5, 8)) * HOUR))
    return Attack(kind, accounts, tuple(sessions), accounts[-1].at + 14 * DAY, at_work=False)


def _drip(place: Place, kind: str, begins: float, rng: Rng) -> Attack:
    """An account or two a day for weeks, whose servers stay below what would be noticed."""
    moments: list[float] = []
    for day in range(int(rng.integers(14, 29))):
        moments += [begins + day * DAY + float(late) * DAY for late in rng.uniform(0, 0.9, int(rng.integers(1, 3)))]
    accounts = _accounts(place, np.sort(np.array(moments)), rng)
    sessions = tuple(Session(made.name, made.at + 60, made.at + float(rng.uniform(2, 200)) * HOUR) for made in accounts)
    return Attack(kind, accounts, sessions, accounts[-1].at + DAY, at_work=False)


def _miners(place: Place, kind: str, begins: float, rng: Rng) -> Attack:
    """Account after account, each with a server that works as hard as it can, or nearly, and never stops."""
    gap = float(np.exp(rng.uniform(np.log(2 * 60), np.log(90 * 60))))
    gaps = rng.exponential(gap, int(rng.integers(5, 41)))
    accounts = _accounts(place, begins + np.concatenate([[0.0], np.cumsum(gaps)[:-1]]), rng)
    share = float(rng.uniform(0.7, 0.88)) if rng.random() < 0.12 else 0.0
    sessions = tuple(_mines(place, made, share, rng) for made in accounts)
    until = accounts[-1].at + 12 * DAY
    if place.mode == "ephemeral":
        for made, session in zip(accounts, sessions, strict=True):
            made.gone = session.ends
    return Attack(kind, accounts, sessions, until, at_work=True)


def _mines(place: Place, made: Made, share: float, rng: Rng) -> Session:
    at = made.at + float(rng.uniform(30, 600))
    begins = at + float(rng.uniform(30, 600))
    cores = 16.0 if not share else share * (place.limit or 1.0)
    return Session(made.name, at, at + 12 * DAY, ((begins, at + 12 * DAY, cores),))


def _accounts(place: Place, moments: "np.typing.NDArray[np.float64]", rng: Rng) -> tuple[Made, ...]:
    return tuple(Made(name, at) for name, at in zip(_names(place, rng), moments.tolist(), strict=False) if at < END)


def _names(place: Place, rng: Rng) -> Iterator[str]:
    """As scripts make them, or as people have them; those of passing accounts are the hub's own."""
    series, stem = rng.random() < 0.3, handle(rng)
    number = 0
    while True:
        number += 1
        name = f"{stem}{number}" if series else f"{handle(rng)}{rng.integers(1000)}"
        if place.mode == "ephemeral":
            name = f"{rng.integers(16**12):012x}"
        yield f"{name}@mail.example" if place.mode == "institution" else name
