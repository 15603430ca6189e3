"""What each authenticator class can be told, release by release, as the real packages say it.

The table is made by `python -m tests.audit.traits`.
"""

import json
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from aggregator.audit.versions import Release, Versions, release

TABLE = Path(__file__).with_name("traits.json")
JUPYTERHUB, OAUTHENTICATOR = "jupyterhub", "oauthenticator"


@dataclass(frozen=True, slots=True)
class Known:
    """One class: its package's releases, those it is in, the classes above it, and the releases of each trait."""

    package: str
    releases: tuple[Release, ...]
    span: tuple[int, int]
    above: tuple[str, ...]
    traits: Mapping[str, tuple[int, int]]


@cache
def known_classes() -> Mapping[str, Known]:
    """Every class of the table by its name."""
    classes: dict[str, Known] = {}
    for package, told in json.loads(TABLE.read_text()).items():
        releases = tuple(release(text) for text in told["releases"])
        for name, one in told["classes"].items():
            spans = {trait: (first, last) for trait, (first, last) in one["traits"].items()}
            classes[name] = Known(package, releases, tuple(one["in"]), tuple(one["above"]), spans)
    return classes


def sections_of(name: str) -> tuple[str, ...]:
    """The sections of a configuration that a class reads, the most special first."""
    known = known_classes().get(name)
    return (name, *known.above) if known else (name, "Authenticator")


def traits_of(name: str, versions: Versions) -> frozenset[str] | None:
    """All that a class can be told in these versions; None for a class that is not known."""
    classes = known_classes()
    if name not in classes:
        return None
    lines = [classes[each] for each in sections_of(name) if each in classes]
    return frozenset(trait for line in lines for trait in line.traits if _is_there(line, trait, versions))


def _is_there(known: Known, trait: str, versions: Versions) -> bool:
    first, last = known.traits[trait]
    place = _place(known, versions)
    # A package of an unknown version may be any of them.
    return place is None or first <= place <= last or (last == known.span[1] and place > last)


def _place(known: Known, versions: Versions) -> int | None:
    """Which of the table's releases speaks for the version at hand."""
    at_hand = {JUPYTERHUB: versions.jupyterhub, OAUTHENTICATOR: versions.oauthenticator}.get(known.package)
    return None if at_hand is None else max(0, bisect_right(known.releases, at_hand) - 1)
