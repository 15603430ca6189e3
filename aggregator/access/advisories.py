"""Versions that are known to let in whom they should not, as data from their makers' advisories."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import msgspec

from aggregator.audit.versions import Release, release


@dataclass(frozen=True, slots=True)
class Hole:
    """An advisory that concerns a hub; `mended` are the first versions without it, one for each line of releases."""

    id: str
    package: str
    version: str
    mended: tuple[str, ...]
    what: str


def holes(jupyterhub: str, authenticator: str, oauthenticator: str) -> tuple[Hole, ...]:
    """The holes of a JupyterHub and of the class that it uses; versions that are not known have none."""
    here = {"jupyterhub": jupyterhub}
    if authenticator.startswith("oauthenticator."):
        here["oauthenticator"] = oauthenticator
    return tuple(_holes(here, authenticator))


def _holes(here: dict[str, str], authenticator: str) -> Iterator[Hole]:
    for each in _advisories():
        version = here.get(each.package, "")
        if version and authenticator.startswith(each.module) and is_before(version, each.mended):
            yield Hole(each.id, each.package, version, each.mended, each.what)


def is_before(version: str, mended: tuple[str, ...]) -> bool:
    """Whether a version is older than the first mended one of its line; what stands before the last line and is in none is not.

    `4.1.6` and `5.1.0`: 4.1.5 and 5.0.0 are not mended, 4.1.6 and 5.1.0 are, and so is 4.2.
    """
    try:
        here = release(version)
    except ValueError:
        return False
    fixes = sorted(map(release, mended))
    of_line = [fix for fix in fixes if fix[0] == here[0]]
    return _padded(here) < _padded(of_line[0]) if of_line else here[0] < fixes[-1][0]


def _padded(numbers: Release) -> Release:
    return (*numbers, 0, 0, 0)[:3]


class _Advisory(msgspec.Struct):
    id: str
    package: str
    mended: tuple[str, ...]
    what: str
    module: str = ""


@cache
def _advisories() -> tuple[_Advisory, ...]:
    text = files(__package__).joinpath("advisories.json").read_bytes()
    return msgspec.json.decode(text, type=tuple[_Advisory, ...])
