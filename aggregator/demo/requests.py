"""What a hub is asked: by people each time they do something, and by programs all the while."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aggregator.demo.fleet import HubPlan
from aggregator.demo.truth import LoggedIn, Outcome, Spawn

_PAGES = "jupyterhub.handlers.pages"


@dataclass(frozen=True, slots=True)
class Asked:
    """Requests of one kind, each with when it was answered and how many milliseconds that took."""

    handler: str
    method: str
    code: str
    events: tuple[tuple[int, int], ...]


def asked_by_people(hub: HubPlan, logins: Sequence[LoggedIn], spawns: Sequence[Spawn]) -> Iterator[Asked]:
    """A page before each login, two pages for each start, and its progress, which takes as long as the start does."""
    login = hub.login
    accepted = tuple((x.at, x.took) for x in logins if x.accepted)
    refused = tuple((x.at, x.took) for x in logins if not x.accepted)
    seen = tuple((x.at - 15_000, 30 + x.took // 20) for x in logins)
    asked = tuple((x.asked, 45 + x.took % 60) for x in spawns)
    broken = tuple((x.over, 30 + x.took % 40) for x in spawns if x.outcome is Outcome.FAILED)
    pending = tuple((x.over, 25 + x.took % 50) for x in spawns if x.outcome is not Outcome.FAILED)
    progress = tuple((x.over, x.took) for x in spawns if x.outcome is Outcome.SUCCESS)
    yield Asked(login.handler, login.method, "302", accepted)
    yield Asked(login.handler, login.method, "403", refused)
    yield Asked("jupyterhub.handlers.login.LoginHandler", "GET", "200", seen)
    yield Asked(f"{_PAGES}.SpawnHandler", "GET", "302", asked)
    yield Asked(f"{_PAGES}.SpawnPendingHandler", "GET", "200", pending)
    yield Asked(f"{_PAGES}.SpawnPendingHandler", "GET", "500", broken)
    yield Asked("jupyterhub.apihandlers.users.SpawnProgressAPIHandler", "GET", "200", progress)


@dataclass(frozen=True, slots=True)
class Hum:
    """Requests that come every so many milliseconds while a server runs, or else while the hub does."""

    handler: str
    method: str
    every: int
    took: int
    of_servers: bool = False


HUMS = (
    Hum("jupyterhub.apihandlers.users.ActivityAPIHandler", "POST", 300_000, 24, of_servers=True),
    Hum("jupyterhub.handlers.pages.HealthCheckHandler", "GET", 10_000, 4),
    Hum("jupyterhub.apihandlers.users.UserListAPIHandler", "GET", 600_000, 210),
    Hum("jupyterhub.handlers.metrics.MetricsHandler", "GET", 60_000, 40),
)
