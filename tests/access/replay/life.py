"""What happens on a simulated hub: people come, log in, compute, and leave; hubs restart, Prometheus has gaps."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

import numpy as np
from numpy.typing import NDArray

from tests.access.replay.place import (
    BEFORE,
    DAY,
    DOMAIN,
    END,
    HOLIDAYS,
    HOUR,
    STAFF,
    START,
    Place,
    Rng,
    Workshop,
    handle,
)

Floats = NDArray[np.float64]
NEVER = float("inf")


@dataclass(slots=True)
class Made:
    """An account: when it was made, when it was deleted, and from when on it is an admin's."""

    name: str
    at: float
    gone: float = NEVER
    admin: float = NEVER
    seen: float = 0.0


@dataclass(frozen=True, slots=True)
class Session:
    """A server that runs. While it computes it uses so many cores, if it gets them; else next to nothing."""

    name: str
    begins: float
    ends: float
    busy: tuple[tuple[float, float, float], ...] = ()


@dataclass(slots=True)
class Life:
    """All that happens on a hub, in no order; `deaf` are times in which a hub does not answer, `blind` those without metrics.

    `amended` says when somebody adds a name to the policy that it had forgotten.
    """

    accounts: list[Made] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    logins: list[float] = field(default_factory=list)
    denials: list[float] = field(default_factory=list)
    restarts: list[float] = field(default_factory=list)
    deaf: list[tuple[float, float]] = field(default_factory=list)
    blind: list[tuple[float, float]] = field(default_factory=list)
    amended: list[tuple[float, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Kind:
    """How people of a kind behave: sessions a day, how many compute in earnest, and in how many of their sessions."""

    rate: float
    earnest: float = 0.12
    often: float = 0.3


REGULAR, STUDENT, GUEST = Kind(0.18), Kind(0.35, 0.2, 0.25), Kind(1.6, 0.3, 0.3)
_HOURS = np.array([1, 1, 0.5, 0.3, 0.3, 0.3, 0.5, 2, 6, 9, 10, 9, 7, 9, 10, 10, 9, 7, 5, 4, 4, 4, 3, 2], dtype=float)
_HOURS /= _HOURS.sum()


def life(place: Place, seed: int) -> Life:
    """The year of a hub in which nobody does any harm."""
    rng = np.random.default_rng([seed, place.number, 2])
    lived = Life()
    _weather(lived, rng)
    if place.mode == "ephemeral":
        _passing(lived, place, rng)
        return lived
    names = _names(place, rng)
    _staff(lived, place, rng)
    _regulars(lived, place, names, rng)
    for at, size in place.classes:
        _class(lived, place, names, (at, size), rng)
    for each in place.workshops:
        _workshop(lived, place, each, rng)
    if place.mode == "closed":
        _named_late(lived, rng)
    _odd_ones(lived, place, rng)
    if place.is_oauth:
        _denials(lived, place, rng)
    if rng.random() < 0.3:
        _cleared(lived, rng)
    return lived


def _weather(lived: Life, rng: Rng) -> None:
    """What goes wrong with machines, and deployments."""
    lived.restarts = sorted(rng.uniform(BEFORE, END, rng.poisson(55)).tolist())
    lived.deaf = [(at, at + float(rng.uniform(2, 50)) * 60) for at in rng.uniform(START, END, rng.poisson(8))]
    lived.blind = [(at, at + float(rng.exponential(2)) * HOUR) for at in rng.uniform(BEFORE, END, rng.poisson(9))]
    if rng.random() < 0.12:
        at = float(rng.uniform(START, END))
        lived.blind.append((at, at + float(rng.uniform(2, 14)) * DAY))


def _names(place: Place, rng: Rng) -> Iterator[str]:
    """Who is meant, one after the other."""
    if place.mode == "named":
        yield from place.listed
    used: set[str] = set()
    numbers = count(int(rng.integers(200_000, 900_000)))
    has_numbers = rng.random() < 0.4
    while True:
        # Student numbers are names that differ in a number only, and quite in order.
        base = f"up{next(numbers)}" if has_numbers and place.mode == "institution" else handle(rng)
        name = f"{base}@{DOMAIN}" if place.mode == "institution" else base
        if name not in used:
            used.add(name)
            yield name


def _staff(lived: Life, place: Place, rng: Rng) -> None:
    for name in STAFF:
        _comes(lived, place, (Made(name, BEFORE - 300 * DAY, admin=0), BEFORE, END), Kind(0.3), rng)


def _regulars(lived: Life, place: Place, names: Iterator[str], rng: Rng) -> None:
    """Who is there already, some of whom left, and whoever joins them."""
    for at in np.sort(BEFORE - rng.exponential(400, place.people) * DAY):
        leaves = at + rng.exponential(500) * DAY
        _comes(lived, place, (Made(next(names), float(at)), BEFORE, min(END, float(leaves))), REGULAR, rng)
    growth = place.people * (1.2 if place.mode in {"open", "shared-password"} else 0.5) * rng.uniform(0.4, 1.6)
    growth = min(growth, place.people + 30) if place.mode == "named" else growth
    for at in _days_of(rng, rng.poisson(growth * (END - BEFORE) / (365 * DAY))):
        leaves = at + rng.exponential(200) * DAY
        _comes(lived, place, (Made(next(names), at), at, min(END, float(leaves))), REGULAR, rng)


def _class(lived: Life, place: Place, names: Iterator[str], term: tuple[float, int], rng: Rng) -> None:
    """A class: most come to the first hour, the rest within days; in some they all compute the same at the same time."""
    day, size = term
    first = day + float(rng.choice([9, 11, 14, 16])) * HOUR
    # Classes do not begin at weekends.
    weekday = (first // DAY + 3) % 7
    first += (7 - weekday) * DAY if weekday >= 5 else 0
    ends = first + 110 * DAY
    labs = (
        [(first + week * 7 * DAY, float(rng.uniform(5, 50)) * 60) for week in range(15)] if rng.random() < 0.3 else []
    )
    prompt = rng.uniform(0.4, 0.9)
    for _ in range(size):
        late = rng.exponential(600) if rng.random() < prompt else rng.exponential(3) * DAY
        made = Made(next(names), first + float(late))
        _comes(lived, place, (made, made.at, min(END, ends)), STUDENT, rng)
        for at, length in labs:
            if made.at <= at < END and rng.random() < 0.8:
                begins = at + float(rng.uniform(0, 10)) * 60
                _session(
                    lived, Session(made.name, begins, begins + 1.5 * HOUR, _full(place, begins + 300, length, rng)), rng
                )


def _workshop(lived: Life, place: Place, workshop: Workshop, rng: Rng) -> None:
    """Guests, most of whom come when it begins; some leave their browser open, and where nobody closes the hub some return."""
    lab = float(rng.uniform(10, 40)) * 60 if rng.random() < 0.4 else 0.0
    hours = workshop.ends - workshop.begins
    for number in range(workshop.people):
        share = min(0.95, rng.exponential(0.05)) if rng.random() < 0.75 else rng.uniform(0, 0.9)
        at = workshop.begins + float(share) * hours
        made = Made(f"{handle(rng)}{number}", at)
        lived.accounts.append(made)
        begins = at + float(rng.uniform(0.2, 5)) * 60
        while begins < workshop.ends:
            ends = min(begins + float(rng.uniform(0.5, 4)) * HOUR, workshop.ends + float(rng.exponential(0.4)) * HOUR)
            if rng.random() < 0.02:
                ends += 14 * HOUR
            busy = _full(place, begins + 1800, lab, rng) if lab else _work(place, GUEST.often * 0.3, begins, ends, rng)
            _session(lived, Session(made.name, begins, ends, busy), rng)
            begins = ends + float(rng.uniform(0.5, 16)) * HOUR
        if workshop.is_left_open and rng.random() < 0.3:
            back = workshop.ends + float(rng.exponential(3) + 0.2) * DAY
            _session(lived, Session(made.name, back, back + 2 * HOUR), rng)


def _named_late(lived: Life, rng: Rng) -> None:
    """A policy that named nobody names everybody once somebody was told, and each newcomer beforehand from then on."""
    at = START + float(rng.uniform(0.1, 3)) * DAY
    lived.amended += [(at, name) for name in dict.fromkeys(made.name for made in lived.accounts) if name not in STAFF]


def _odd_ones(lived: Life, place: Place, rng: Rng) -> None:
    """Somebody is let in whom the policy forgot, and somebody becomes an admin."""
    if place.judges_names:
        for at in _days_of(rng, rng.poisson(0.25)):
            name = f"{handle(rng)}@elsewhere.example"
            _comes(lived, place, (Made(name, at), at, min(END, at + 90 * DAY)), REGULAR, rng)
            lived.amended.append((at + float(rng.uniform(0.1, 3)) * DAY, name))
    if rng.random() < 0.1 and lived.accounts:
        lived.accounts[int(rng.integers(len(lived.accounts)))].admin = float(rng.uniform(START, END))


def _denials(lived: Life, place: Place, rng: Rng) -> None:
    """People with the wrong account try a few times; on some hubs every day, on some hardly ever."""
    a_day = float(np.exp(rng.uniform(np.log(0.02), np.log(4)))) * min(2.0, 0.3 + place.people / 200)
    for at in _days_of(rng, rng.poisson(a_day * (END - BEFORE) / DAY)):
        lived.denials += [at + 40.0 * again for again in range(int(rng.geometric(0.5)))]


def _cleared(lived: Life, rng: Rng) -> None:
    """Once in the year whoever has not come for long is deleted."""
    at = float(rng.uniform(START, END))
    last: dict[str, float] = {}
    for session in lived.sessions:
        if session.begins < at:
            last[session.name] = max(last.get(session.name, 0), session.ends)
    coming = {session.name for session in lived.sessions if session.begins >= at}
    for made in lived.accounts:
        if made.at < at and at - last.get(made.name, 0) > 60 * DAY and made.admin == NEVER:
            made.gone = at
            if made.name in coming:
                again = min(each.begins for each in lived.sessions if each.name == made.name and each.begins >= at)
                lived.accounts.append(Made(made.name, again))


def _passing(lived: Life, place: Place, rng: Rng) -> None:
    """Everybody gets an account that goes with its server."""
    a_day = place.people * rng.uniform(0.03, 0.15)
    busy_days = [
        (START + float(rng.uniform(0, 364)) * DAY, float(rng.integers(20, 120))) for _ in range(rng.poisson(2))
    ]
    moments = _days_of(rng, rng.poisson(a_day * (END - BEFORE) / DAY))
    moments += [day + float(late) for day, many in busy_days for late in rng.exponential(HOUR, int(many))]
    for at in sorted(moments):
        ends = at + min(10.0, float(rng.lognormal(0, 0.7))) * HOUR
        name = f"{rng.integers(16**12):012x}"
        lived.accounts.append(Made(name, at, ends))
        busy = _work(place, 0.04, at, ends, rng)
        _session(lived, Session(name, at + 5, ends, busy), rng)


def _comes(lived: Life, place: Place, who: tuple[Made, float, float], kind: Kind, rng: Rng) -> None:
    """An account with all of its sessions between two moments; the first when it was made."""
    made, since, until = who
    lived.accounts.append(made)
    often = kind.often if rng.random() < kind.earnest else 0.01
    begins = _moments(rng, since, until, kind.rate * float(rng.lognormal(-0.3, 0.8)))
    if made.at >= BEFORE and rng.random() < 0.9:
        begins = np.append(begins, made.at + rng.uniform(20, 400))
    lengths = np.minimum(rng.lognormal(0.7, 0.7, len(begins)) * HOUR + HOUR, 14 * HOUR)
    lengths[rng.random(len(begins)) < 0.01] *= 12
    for at, length in zip(begins.tolist(), lengths.tolist(), strict=True):
        _session(lived, Session(made.name, at, at + length, _work(place, often, at, at + length, rng)), rng)


def _session(lived: Life, session: Session, rng: Rng) -> None:
    lived.sessions.append(session)
    if rng.random() < 0.5:
        lived.logins.append(session.begins)


def _work(place: Place, often: float, begins: float, ends: float, rng: Rng) -> tuple[tuple[float, float, float], ...]:
    if rng.random() >= often:
        return ()
    since = float(rng.uniform(begins, ends))
    return _full(place, since, float(rng.lognormal(0, 1.0)) * HOUR, rng, until=ends)


def _full(
    place: Place, since: float, length: float, rng: Rng, until: float = NEVER
) -> tuple[tuple[float, float, float], ...]:
    """Work that takes one core, or all there are."""
    cores = 1.0 if rng.random() < 0.6 else 16.0
    return ((since, min(since + length, until), cores * float(rng.uniform(0.93, 1.0))),)


def _moments(rng: Rng, since: float, until: float, a_day: float) -> Floats:
    if until <= since:
        return np.empty(0)
    return np.array(_days_of(rng, rng.poisson(a_day * (until - since) / DAY), since, until))


def _days_of(rng: Rng, number: int, since: float = BEFORE, until: float = END) -> list[float]:
    """So many moments, as people have them: by day, in the week, not in the holidays, so that some fall away."""
    days = np.floor(rng.uniform(since, until, number) / DAY) * DAY
    weekday = (np.floor(days / DAY) + 3) % 7
    keep = rng.random(number) < np.where(weekday >= 5, 0.3, 1.0)
    for begins, ends in HOLIDAYS:
        keep &= ~((days >= begins) & (days < ends)) | (rng.random(number) < 0.25)
    at = days + (rng.choice(24, number, p=_HOURS) + rng.random(number)) * HOUR
    return at[keep & (at >= since) & (at < until)].tolist()  # type: ignore[no-any-return]
