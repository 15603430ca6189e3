"""A simulated hub: what it is, what is declared of it, and what of it can be seen."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np

from aggregator.clusters.values import Access, Hub, OpenWindow

Rng = np.random.Generator

HOUR, DAY = 3600.0, 86400.0
START = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
END = START + 365 * DAY
ZONE = ZoneInfo("UTC")
BEFORE = START - 40 * DAY
"""Life goes on for so long before the first look, as what a Prometheus remembers."""
TERMS = (START + 40 * DAY, START + 248 * DAY)
HOLIDAYS = ((START - 12 * DAY, START + 4 * DAY), (START + 88 * DAY, START + 96 * DAY), (START + 212 * DAY, START + 242 * DAY),
            (START + 353 * DAY, END))  # fmt: skip

POLICIES = {
    "named": 0.13, "closed": 0.05, "staffed": 0.08, "org": 0.24, "institution": 0.30, "shared-password": 0.08, "open": 0.07, "ephemeral": 0.05
}  # fmt: skip
"""How often each is. `named` is closed with every name listed, `staffed` names nobody and has windows beside its staff.

`closed` named nobody at first, though people were there, until somebody was told.
"""
NAMES_DECIDE = frozenset({"named", "closed", "staffed", "institution"})
HAVE_CLASSES = {"institution": 0.6, "org": 0.5, "shared-password": 0.5, "open": 0.3}
HOLD_WORKSHOPS = {"staffed": 1.0, "institution": 0.3, "org": 0.35, "named": 0.2}
DOMAIN = "uni.example.pt"
STAFF = ("chief", "helper")


@dataclass(frozen=True, slots=True)
class Workshop:
    """What really happens, and the window that is declared for it; `is_left_open` is a hub that nobody closes afterwards."""

    begins: float
    ends: float
    people: int
    window: OpenWindow | None
    is_left_open: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A hub. `limit` are the cores of a server, none where nothing limits it; `request` is what one asks for."""

    number: int
    mode: str
    people: int
    hub: Hub
    listed: tuple[str, ...]
    workshops: tuple[Workshop, ...]
    classes: tuple[tuple[float, int], ...]
    limit: float | None
    request: float
    has_token: bool
    names_pods: bool
    is_oauth: bool
    remembered_from: float

    @property
    def judges_names(self) -> bool:
        return self.mode in NAMES_DECIDE


def place(seed: int, number: int) -> Place:
    """The hub of that number in a world of that seed."""
    rng = np.random.default_rng([seed, number, 1])
    mode = str(rng.choice(list(POLICIES), p=list(POLICIES.values())))
    # Most hubs are small, and a few are not.
    people = round(5 * 400 ** float(rng.random() ** 1.6))
    people = min(people, {"named": 60, "closed": 60, "staffed": 0, "ephemeral": 300}.get(mode, 2000))
    listed = tuple(_words(rng, 2 * people + 40)) if mode == "named" else ()
    workshops = _workshops(rng, mode)
    classes = _classes(rng, mode, people)
    return Place(
        number=number,
        mode=mode,
        people=people,
        hub=_hub(rng, mode, people + sum(size for _, size in classes), listed, workshops),
        listed=listed,
        workshops=workshops,
        classes=classes,
        limit=float(rng.choice([1, 2, 4])) if rng.random() < 0.75 else None,
        request=float(rng.choice([0.05, 0.25, 0.5])),
        has_token=bool(rng.random() < (0.35 if mode == "ephemeral" else 0.65)),
        names_pods=bool(rng.random() < 0.85),
        is_oauth=mode in {"named", "closed", "staffed", "org", "institution"},
        remembered_from=START + float(rng.uniform(-10, 60)) * DAY if rng.random() < 0.1 else BEFORE,
    )


def handle(rng: Rng) -> str:
    """A name as people have on GitHub, some with a number."""
    return "-".join(_words(rng, int(rng.integers(1, 3)))) + (str(rng.integers(1, 99)) if rng.random() < 0.4 else "")


_ONSETS, _VOWELS = list("bcdfghjlmnprstvz"), list("aeiou")


def _words(rng: Rng, count: int) -> list[str]:
    pieces = rng.integers(0, len(_ONSETS), (count, 4)), rng.integers(0, len(_VOWELS), (count, 4))
    return [
        "".join(_ONSETS[a] + _VOWELS[b] for a, b in zip(row, other, strict=True))
        for row, other in zip(*pieces, strict=True)
    ]


def _hub(rng: Rng, mode: str, crowd: int, listed: tuple[str, ...], workshops: tuple[Workshop, ...]) -> Hub:
    # Some guess too low, and some say nothing.
    guess = rng.random()
    expected = None if guess < 0.25 else round(crowd * (0.5 if guess < 0.35 else 1.1))
    identities = {"named": listed, "institution": (f"*@{DOMAIN}",), "org": ("github-org:geo-lab",)}.get(mode, ())
    access = Access(
        policy="closed" if mode in {"named", "staffed"} else mode,  # type: ignore[arg-type]
        identities=identities,
        expected_people=expected,
        staff=STAFF,
        review_by=date(2026, 10, 1) if rng.random() < 0.3 else None,
        open_windows=tuple(each.window for each in workshops if each.window),
    )
    return Hub(
        "hub", "hub", timezone=ZONE, ephemeral=mode == "ephemeral", access=access if rng.random() < 0.97 else None
    )


def _workshops(rng: Rng, mode: str) -> tuple[Workshop, ...]:
    if rng.random() >= HOLD_WORKSHOPS.get(mode, 0):
        return ()
    days = np.sort(rng.uniform(10, 345, 1 + rng.poisson(1.5)))
    far = [day for at, day in enumerate(days) if at == 0 or day - days[at - 1] > 6]
    return tuple(_workshop(rng, START + float(np.floor(day)) * DAY + 9 * HOUR) for day in far)


def _workshop(rng: Rng, since: float) -> Workshop:
    until = since + float(rng.choice([4 * HOUR, 8 * HOUR, DAY + 8 * HOUR, 2 * DAY + 9 * HOUR]))
    expected = int(rng.integers(8, 81))
    came = expected * rng.uniform(1.5, 2.5) if rng.random() < 0.12 else expected * rng.uniform(0.6, 1.3)
    early = rng.uniform(10, 90) * 60 if rng.random() < 0.12 else 0
    late = rng.uniform(0.5, 3) * HOUR if rng.random() < 0.12 else 0
    says = rng.random()
    window = OpenWindow(
        datetime.fromtimestamp(since, UTC),
        datetime.fromtimestamp(until, UTC),
        None if says > 0.85 else expected,
        "a workshop",
    )
    return Workshop(
        since - early, until + late, max(3, round(came)), None if says < 0.04 else window, bool(rng.random() < 0.05)
    )


def _classes(rng: Rng, mode: str, people: int) -> tuple[tuple[float, int], ...]:
    if people < 20 or rng.random() >= HAVE_CLASSES.get(mode, 0):
        return ()
    return tuple(
        (float(np.floor(term + rng.uniform(0, 12) * DAY)) // DAY * DAY, int(rng.integers(30, 201)))
        for term in TERMS
        for _ in range(int(rng.integers(1, 3)))
    )


def moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)
