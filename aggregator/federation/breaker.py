"""When a server that keeps failing is left alone, as a value and the moves it makes; the clock is an argument."""

from dataclasses import dataclass, replace
from typing import Literal

State = Literal["closed", "open", "half_open"]


@dataclass(frozen=True, slots=True)
class Policy:
    """After `failures` in a row no question is let through for `rest` seconds; then one, to try."""

    failures: int
    rest: float


@dataclass(frozen=True, slots=True)
class Breaker:
    """How often a server failed in a row, since when it rests, and whether a question is trying it out."""

    failures: int = 0
    opened: float | None = None
    trying: bool = False


CLOSED = Breaker()


def state(breaker: Breaker, policy: Policy, now: float) -> State:
    """What people are told: closed is well, open rests, half_open is about to be tried or being tried."""
    if breaker.opened is None:
        return "closed"
    return "half_open" if breaker.trying or rest_left(breaker, policy, now) <= 0 else "open"


def rest_left(breaker: Breaker, policy: Policy, now: float) -> float:
    """The seconds until a question is let through again; 0 or less if it would be now."""
    return 0.0 if breaker.opened is None else breaker.opened + policy.rest - now


def admit(breaker: Breaker, policy: Policy, now: float) -> Breaker | None:
    """The breaker once a question has been let through, or None if it must not be."""
    if breaker.opened is None:
        return breaker
    if breaker.trying or rest_left(breaker, policy, now) > 0:
        return None
    return replace(breaker, trying=True)


def failed(breaker: Breaker, policy: Policy, now: float) -> Breaker:
    """After a question failed. One asked before the rest began does not make the rest longer."""
    count = breaker.failures + 1
    if breaker.opened is not None and not breaker.trying:
        return replace(breaker, failures=count)
    return Breaker(count, now if breaker.trying or count >= policy.failures else None)


def succeeded(_: Breaker) -> Breaker:
    """After any answer: whoever answers is well."""
    return CLOSED


def abandoned(breaker: Breaker) -> Breaker:
    """After a question was given up before it showed anything: another may try."""
    return replace(breaker, trying=False)
