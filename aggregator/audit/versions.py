"""Which JupyterHub and OAuthenticator a chart brings, and what hangs on their versions."""

import re
from dataclasses import dataclass

Release = tuple[int, ...]

# Zero to JupyterHub: chart, JupyterHub, OAuthenticator; read from its tags.
CHARTS = """
0.9.0 1.1.0 0.11.0
0.10.6 1.2.2 0.12.1
0.11.1 1.3.0 0.12.3
1.0.0 1.4.1 14.0.0
1.1.0 1.4.2 14.1.0
1.2.0 1.5.0 14.2.0
2.0.0 3.0.0 15.1.0
3.0.0 4.0.2 16.0.4
3.1.0 4.0.2 16.1.0
3.2.1 4.0.2 16.2.1
3.3.8 4.1.6 16.3.1
4.0.0 5.2.1 17.1.0
4.1.0 5.2.1 17.3.0
4.2.0 5.3.0 17.3.0
4.3.0 5.4.0 17.3.0
4.3.2 5.4.3 17.3.0
4.3.5 5.4.6 17.4.0
4.4.0 5.5.0 17.4.0
"""
EXPLICIT_JUPYTERHUB = (5,)
EXPLICIT_OAUTHENTICATOR = (16,)
# Up to here the chart had settings of its own, under `auth`.
LAST_OF_AUTH = (0, 9, 999)


@dataclass(frozen=True, slots=True)
class Versions:
    """What runs, as far as it is known."""

    chart: str | None = None
    jupyterhub: Release | None = None
    oauthenticator: Release | None = None

    def as_json(self) -> dict[str, str | None]:
        """The three, as texts."""
        return {
            "chart": self.chart,
            "jupyterhub": dotted(self.jupyterhub),
            "oauthenticator": dotted(self.oauthenticator),
        }


def release(text: str) -> Release:
    """The numbers at the beginning of a version; a ValueError where there are none."""
    if not (found := re.match(r"v?(\d+(?:\.\d+)*)", text)):
        raise ValueError(text)
    return tuple(int(part) for part in found[1].split("."))


def dotted(version: Release | None) -> str | None:
    """`4.1.6`."""
    return None if version is None else ".".join(str(part) for part in version)


def versions_of(chart: str | None, jupyterhub: Release | None, oauthenticator: Release | None) -> Versions:
    """What runs: what is said of it wins over what the chart brings.

    Whoever replaces JupyterHub may have replaced OAuthenticator too, so nothing is known of the latter then.
    """
    brought = _brought_by(chart)
    if jupyterhub is not None:
        return Versions(chart, jupyterhub, oauthenticator)
    return Versions(chart, brought[0], oauthenticator or brought[1])


def _brought_by(chart: str | None) -> tuple[Release | None, Release | None]:
    """The newest row that is not newer than the chart. What comes before a release may still bring the old versions."""
    try:
        wanted = release(chart or "")
    except ValueError:
        return None, None
    before = bool(re.match(r"v?[\d.]+-", chart or ""))
    rows = [tuple(release(cell) for cell in line.split()) for line in CHARTS.split("\n") if line]
    fitting = [row for row in rows if row[0] < wanted or (row[0] == wanted and not before)]
    return (fitting[-1][1], fitting[-1][2]) if fitting else (None, None)


def must_be_allowed(versions: Versions, *, oauth: bool) -> bool | None:
    """Whether nobody is let in who is not allowed by a rule; None where that hangs on a version that is not known."""
    hub, package = versions.jupyterhub, versions.oauthenticator
    if hub is not None and hub >= EXPLICIT_JUPYTERHUB:
        return True
    if not oauth:
        return None if hub is None else False
    if package is not None:
        return package >= EXPLICIT_OAUTHENTICATOR
    return None
