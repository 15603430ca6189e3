"""What the made-up fleet consists of: clusters and hubs that follow from a seed and two numbers."""

from dataclasses import dataclass
from enum import StrEnum

from aggregator.demo import draws

# name, university, time zone, domain of its addresses
PLACES = (
    ("lisbon", "University of Lisbon", "Europe/Lisbon", "ulisbon"),
    ("oslo", "University of Oslo", "Europe/Oslo", "uoslo"),
    ("quito", "Andean University", "America/Guayaquil", "uandes"),
    ("nairobi", "Rift Valley University", "Africa/Nairobi", "rvu"),
    ("kyoto", "Kyoto Institute", "Asia/Tokyo", "kyoto-i"),
    ("pune", "Deccan University", "Asia/Kolkata", "deccan"),
    ("toronto", "Lakeshore University", "America/Toronto", "lakeshore"),
    ("sydney", "Harbour University", "Australia/Sydney", "harbour"),
    ("tallinn", "Baltic University", "Europe/Tallinn", "baltic"),
    ("accra", "Volta University", "Africa/Accra", "uvolta"),
    ("bogota", "University of Bogota", "America/Bogota", "ubogota"),
    ("kathmandu", "Himalaya University", "Asia/Kathmandu", "uhimal"),
    ("dublin", "Liffey College", "Europe/Dublin", "liffey"),
    ("denver", "Front Range University", "America/Denver", "frontrange"),
    ("hanoi", "Red River University", "Asia/Ho_Chi_Minh", "redriver"),
    ("cairo", "Nile University", "Africa/Cairo", "unile"),
    ("auckland", "Southern Cross Institute", "Pacific/Auckland", "sci"),
    ("lima", "University of the Coast", "America/Lima", "ucosta"),
    ("berlin", "Spree University", "Europe/Berlin", "uspree"),
    ("boston", "Charles River Institute", "America/New_York", "charlesriver"),
)
_HUBS = ("prod", "staging", "workshop", "climate", "biology", "ocean", "statistics", "geo", "physics", "history")


class Login(StrEnum):
    """How people log in to a hub, which decides the handler that its metrics name."""

    EMAIL = "email"
    GITHUB = "github"
    PASSWORD = "password"  # noqa: S105 - a kind of login, not a password

    @property
    def handler(self) -> str:
        if self is Login.PASSWORD:
            return "jupyterhub.handlers.login.LoginHandler"
        return "oauthenticator.oauth2.OAuthCallbackHandler"

    @property
    def method(self) -> str:
        return "POST" if self is Login.PASSWORD else "GET"


@dataclass(frozen=True, slots=True)
class HubPlan:
    """One hub: `people` is about how many use it in a term, `key` is what its draws hang on."""

    namespace: str
    title: str
    timezone: str
    version: str
    login: Login
    domain: str
    people: int
    key: int

    @property
    def splits_reasons(self) -> bool:
        """From version 6 on, spawns carry a `reason`, and what breaks is an `error`, no longer a `failure`."""
        return int(self.version.split(".")[0]) >= 6


@dataclass(frozen=True, slots=True)
class ClusterPlan:
    """One cluster: `lacks` names the exporters it does not run, `phase` the second at which it scrapes."""

    name: str
    index: int
    place: str
    timezone: str
    hubs: tuple[HubPlan, ...]
    lacks: frozenset[str]
    pods_per_node: int
    cpus: int
    gibibytes: int
    phase: int
    key: int


def fleet(seed: int, clusters: int, hubs: int, people: float = 1.0) -> tuple[ClusterPlan, ...]:
    """The first so many clusters of the fleet of a seed; asking for more leaves the first ones as they were."""
    return tuple(cluster_plan(seed, index, hubs, people) for index in range(clusters))


def cluster_plan(seed: int, index: int, hubs: int, people: float = 1.0) -> ClusterPlan:
    """One cluster by its number. `people` makes all its hubs larger or smaller."""
    name, university, timezone, _ = PLACES[index % len(PLACES)]
    if index >= len(PLACES):
        name = f"{name}-{index // len(PLACES) + 1}"
    about = draws.key(seed, name, hubs, people)
    cpus = (8, 16)[index % 2]
    return ClusterPlan(
        name=name,
        index=index,
        place=university,
        timezone=timezone,
        hubs=tuple(_hub(about, index, number, people) for number in range(hubs)),
        lacks=frozenset(({"groups"}, {"dirsize"}, set(), {"groups", "dirsize"})[index % 4]),
        pods_per_node=cpus * 7 // 8,  # whatever they all do, a little of the node is left
        cpus=cpus,
        gibibytes=cpus * 4,
        phase=int(draws.one(about, 1) * 60),
        key=about,
    )


def _hub(about: int, index: int, number: int, people: float) -> HubPlan:
    kind = _HUBS[number % len(_HUBS)]
    # Each cluster's third hub belongs to people elsewhere, in another zone.
    _, university, timezone, domain = PLACES[(index + (7 if number % 4 == 2 else 0)) % len(PLACES)]
    size = {"prod": 140, "staging": 6}.get(kind, 50)
    return HubPlan(
        namespace=kind if number < len(_HUBS) else f"{kind}-{number // len(_HUBS) + 1}",
        title=university if kind == "prod" else f"{university}, {kind}",
        timezone=timezone,
        version="6.1.0" if (index + number) % 2 else "5.4.6",
        login={"prod": Login.EMAIL, "workshop": Login.PASSWORD}.get(kind, Login.GITHUB),
        domain=f"{domain}.example.edu",
        people=max(2, round(size * people)),
        key=draws.key(about, number),
    )
