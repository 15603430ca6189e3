"""Hubs as they are seen in tests: quiet ones, with what is odd about them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aggregator.access.evidence import Account, Measured, Server, Sighting, Told
from aggregator.access.policy import Policy, Window

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
QUIET = (0, 1, 0, 0, 2, 0, 1) * 5
"""New accounts a day, five weeks of them."""

INSTITUTION = Policy("institution", ("*@uni.example", "ana"), frozenset({"staff"}), owner="ana@uni.example")
ORG = Policy("org", ("github-org:lab",), frozenset({"staff"}))
CLOSED = Policy("closed", ("ana", "rui"), frozenset({"staff"}))
UNNAMED = Policy("closed")
OPEN = Policy("open")
PASSWORD = Policy("shared-password")
NONE = Policy()

OAUTH = "oauthenticator.github.GitHubOAuthenticator"
DUMMY = "jupyterhub.auth.DummyAuthenticator"


def seen(policy: Policy = INSTITUTION, **changes: Any) -> Sighting:
    """A hub on which nothing is odd but what is said."""
    quiet = Sighting(
        where=("lisbon", "prod"),
        hub="prod",
        title="University of Lisbon",
        called="University of Lisbon (lisbon/prod)",
        zone=ZoneInfo("Europe/Lisbon"),
        at=NOON,
        policy=policy,
        told=told(account("ana", age=400 * DAY)),
        measured=measured(),
    )
    return replace(quiet, **changes)


def told(*accounts: Account, authenticator: str = OAUTH, version: str = "6.1.1") -> Told:
    return Told(version, authenticator, "17.4.0", accounts, len(accounts))


def account(name: str, *, age: timedelta = HOUR, active: timedelta | None = None, admin: bool = False) -> Account:
    """An account that was made so long ago, and was active last so long ago."""
    return Account(name, NOON - age, None if active is None else NOON - active, admin)


def measured(grown: Sequence[int] = QUIET, servers: Sequence[Server] = (), **changes: Any) -> Measured:
    return replace(Measured(accounts=40, grown=tuple(grown), servers=tuple(servers)), **changes)


def server(user: str, *, cpu: float | None = None, age: timedelta = HOUR) -> Server:
    return Server(user, NOON - age, cpu)


def window(begins: timedelta, ends: timedelta | None, people: int | None = None) -> Window:
    """A window that began or will begin so long from now, and ends likewise."""
    return Window(NOON + begins, None if ends is None else NOON + ends, people, "Geo workshop", "rui")


def with_windows(policy: Policy, *windows: Window) -> Policy:
    return replace(policy, windows=windows)


def strangers(count: int, *, age: timedelta = HOUR, active: timedelta | None = None) -> tuple[Account, ...]:
    """Accounts that no policy knows."""
    return tuple(
        account(f"{letter}{letter}stranger", age=age, active=active) for letter in "abcdefghijklmnopqrst"[:count]
    )
