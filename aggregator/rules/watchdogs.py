"""Watchdogs from look to look: only of one that is told of regularly, while somebody listened, silence says something. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from aggregator.events.fingerprint import fingerprint
from aggregator.rules.evidence import Sight, Watchdog
from aggregator.rules.probe_rows import Key, Probe

WATCHDOG = "watchdog"

PATIENCE = timedelta(minutes=10)
"""A Watchdog that is not heard for so long has stopped."""


def followed(
    dogs: Iterable[Watchdog], before: Mapping[Key, Probe], at: datetime
) -> tuple[tuple[Watchdog, ...], dict[Key, Probe]]:
    """The Watchdogs, with whether they are told of regularly, and what is to be remembered of each until the next look."""
    known = [(dog, _after(dog, before.get(_key(dog)), at)) for dog in dogs]
    told = tuple(replace(dog, regular=probe.sight is Sight.OK) for dog, probe in known)
    return told, {probe.key: probe for _, probe in known}


def _key(dog: Watchdog) -> Key:
    return "", f"{dog.origin} {fingerprint(dog.labels)}", WATCHDOG


def _after(dog: Watchdog, before: Probe | None, at: datetime) -> Probe:
    """`since` is when it was heard last, at the time of the look."""
    return Probe(*_key(dog), _rhythm(dog, before, at), "", 1, dog.heard_at, at)


def _rhythm(dog: Watchdog, before: Probe | None, at: datetime) -> Sight:
    # Whoever is asked each minute needs to tell it once.
    if before is None:
        return Sight.OK if dog.teller else Sight.UNKNOWN
    if at - before.looked_at > PATIENCE:
        return Sight.UNKNOWN  # it may have been told while nobody was here to hear it
    if dog.heard_at == before.since:
        return before.sight
    return Sight.OK if dog.teller or dog.heard_at - before.since <= PATIENCE else Sight.UNKNOWN
