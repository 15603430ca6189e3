"""What is seen of a hub at one moment, from each side from which it can be looked at; and what was seen before. Pure values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from aggregator.access.policy import Policy

Where = tuple[str, str]
"""(cluster, namespace)"""


@dataclass(frozen=True, slots=True)
class Unseen:
    """Somebody looked, and saw nothing: why."""

    reason: str


@dataclass(frozen=True, slots=True)
class NotAsked:
    """Nobody looks from this side, and what it would take: it is no sign of anything."""

    reason: str


@dataclass(frozen=True, slots=True)
class Account:
    """One account of a hub, as its REST API tells it; what the token may not read is None."""

    name: str
    created: datetime | None = None
    last_activity: datetime | None = None
    admin: bool | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What a hub tells of itself: accounts in the order of their making, the newest if they are too many to read all."""

    version: str = ""
    authenticator: str = ""
    authenticator_version: str = ""
    accounts: tuple[Account, ...] = ()
    total: int = 0


@dataclass(frozen=True, slots=True)
class Outside:
    """What anybody sees who asks with GET and without credentials; None is not known."""

    sign_up: bool | None = None
    password_form: bool | None = None
    metrics: bool | None = None


@dataclass(frozen=True, slots=True)
class Server:
    """A user's server: whose, since when, and the share of its CPU limit that it used over half an hour.

    `with_account` says that an account was made in the hour in which it began: newcomers start a server at once.
    """

    user: str
    since: datetime | None = None
    cpu: float | None = None
    with_account: bool = False


@dataclass(frozen=True, slots=True)
class Measured:
    """What a cluster's Prometheus tells of a hub.

    `accounts` is how many there are; `grown` how many were new in each of the last days, the latest last, each of 24 hours
    that end now; `growing` is the share of hours in which any were. `logins` were made in the last hour. `denied_before` were refused in a week until yesterday, `denied_now`
    and `let_in_now` in the last day. None is not known.
    """

    accounts: int | None = None
    grown: tuple[int, ...] = ()
    growing: float = 0.0
    servers: tuple[Server, ...] = ()
    logins: int | None = None
    denied_before: int | None = None
    denied_now: int | None = None
    let_in_now: int | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """What a rule says of a hub, or of its cluster where it cannot say of which hub (`here` is false then)."""

    name: str
    words: str
    here: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What is remembered of a hub: its class and since when it is this one, and its admins, by what stands for a name.

    `was` is the class before; `since` of None is longer than it was looked at. Admins who were there at the first look
    have no date.
    """

    authenticator: str = ""
    was: str = ""
    since: datetime | None = None
    admins: Mapping[str, datetime | None] | None = None


@dataclass(frozen=True, slots=True)
class Sighting:
    """Everything that is seen of one hub. `called` is how people say where it is, `effects` what rules say of its cluster.

    `cluster_open` says that its Prometheus answers without credentials. `hashed` has what stands for each admin's name.
    """

    where: Where
    hub: str
    title: str
    called: str
    zone: ZoneInfo
    at: datetime
    policy: Policy
    told: Told | Unseen | NotAsked
    measured: Measured | Unseen
    outside: Outside | Unseen | NotAsked = field(default_factory=lambda: NotAsked("it has no url"))
    cluster_open: bool | Unseen | NotAsked = field(default_factory=lambda: NotAsked("it has no credentials"))
    effects: tuple[Effect, ...] = ()
    known: Known = field(default_factory=Known)
    hashed: Mapping[str, str] = field(default_factory=dict)

    @property
    def accounts(self) -> tuple[Account, ...]:
        """Those that the hub tells of; none where it does not."""
        return self.told.accounts if isinstance(self.told, Told) else ()

    @property
    def servers(self) -> tuple[Server, ...]:
        return self.measured.servers if isinstance(self.measured, Measured) else ()
