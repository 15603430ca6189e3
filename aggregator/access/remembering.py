"""What is remembered of a hub from one look to the next, and what is shown of the last one. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from aggregator.access.arrivals import LATELY
from aggregator.access.evidence import Known, Measured, NotAsked, Outside, Sighting, Told, Unseen, Where
from aggregator.access.found import counted

PROMETHEUS = "Prometheus"
NEVER = "it has no metrics of this hub"


@dataclass(frozen=True, slots=True)
class Sight:
    """The last look at a hub: what is remembered, what was observed, and by which sides, in words."""

    where: Where
    looked_at: datetime
    known: Known
    observed: tuple[str, ...] = ()
    sides: tuple[str, ...] = ()


def known_now(before: Known | None, told: Told | Unseen | NotAsked, hashed: Mapping[str, str], at: datetime) -> Known:
    """What is known after a look; who was there at the first one has no date, whoever came later has that of the look."""
    if not isinstance(told, Told):
        return before or Known()
    known = before or Known()
    admins = {hashed[each.name] for each in told.accounts if each.admin}
    dated = {each: None if known.admins is None else known.admins.get(each, at) for each in sorted(admins)}
    if told.authenticator == known.authenticator or not told.authenticator:
        return Known(known.authenticator, known.was, known.since, dated)
    was, since = (known.authenticator, at) if known.authenticator else ("", None)
    return Known(told.authenticator, was, since, dated)


def sight_of(seen: Sighting) -> Sight:
    """What is kept of a look."""
    return Sight(seen.where, seen.at, seen.known, tuple(_observed(seen)), tuple(_sides(seen)))


def _observed(seen: Sighting) -> Iterator[str]:
    if isinstance(seen.told, Told):
        version = f" {seen.told.authenticator_version}" if seen.told.authenticator_version else ""
        yield f"{seen.told.authenticator.rpartition('.')[2]}{version}, JupyterHub {seen.told.version}"
        new = sum(each.created is not None and seen.at - each.created <= LATELY for each in seen.accounts)
        yield f"{counted(seen.told.total, 'account')}, {new:,} new in 7 days"
    elif isinstance(seen.measured, Measured) and seen.measured.accounts is not None:
        grown = seen.measured.grown[-LATELY.days :]
        lately = f", {sum(grown):,} new in {len(grown)} days" if len(grown) == LATELY.days else ""
        yield f"{counted(seen.measured.accounts, 'account')}{lately}"
    if isinstance(seen.measured, Measured) and seen.measured.servers:
        yield counted(len(seen.measured.servers), "server")
    if isinstance(seen.outside, Outside) and seen.outside.password_form:
        yield "its login page asks for a password of its own"


def was_measured(sight: Sight) -> bool:
    """Whether a Prometheus ever told of a hub, as far as the looks at it are remembered."""
    return any(side.startswith(PROMETHEUS) and side != f"{PROMETHEUS}: not asked, {NEVER}" for side in sight.sides)


def _sides(seen: Sighting) -> Iterator[str]:
    measured = NotAsked(NEVER) if seen.measured == Measured() else seen.measured
    for name, side in (("REST API", seen.told), ("pages", seen.outside), (PROMETHEUS, measured)):
        match side:
            case Unseen(reason=reason):
                yield f"{name}: not seen, {reason}"
            case NotAsked(reason=reason):
                yield f"{name}: not asked, {reason}"
            case _:
                yield name
