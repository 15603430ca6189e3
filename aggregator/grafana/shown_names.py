"""What series are called in a panel: with their cluster, where they would look alike."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from aggregator.series import CLUSTER

_CLUSTER = re.compile(r"\{\{\s*cluster\s*\}\}")
_AUTOMATIC = ("", "__auto")
Told = tuple[str, str]
"""`changed` or `look at`, and words."""

_ANCHORED = "looks for the beginning of a name, where the cluster now stands: {}"


def with_cluster(target: dict[str, Any]) -> tuple[str, str] | None:
    """Puts the cluster in front of the legend; gives the legend before and after, None where it says all by itself."""
    legend = target.get("legendFormat") or ""
    if legend in _AUTOMATIC or target.get("format") == "table" or _CLUSTER.search(legend):
        return None
    target["legendFormat"] = f"{{{{{CLUSTER}}}}} {legend}"
    return legend, target["legendFormat"]


def renamed(panel: dict[str, Any], legends: Sequence[tuple[str, str]], *, is_each: bool) -> Iterator[Told]:
    """Makes what names series by their legends name them by the new ones, and says so."""
    config = panel.get("fieldConfig") or {}
    defaults = config.get("defaults") or {}
    if is_each and defaults.get("displayName") and CLUSTER not in defaults["displayName"]:
        defaults["displayName"] = f"${{__field.labels.{CLUSTER}}} {defaults['displayName']}"
        yield "changed", "display name"
    before = {legend for legend, _ in legends}
    for override in config.get("overrides") or ():
        yield from _matcher(override.get("matcher") or {}, before)
    for override in panel.get("seriesOverrides") or ():
        yield from _alias(override, before)


def _matcher(matcher: dict[str, Any], before: set[str]) -> Iterator[Told]:
    named = matcher.get("options")
    if matcher.get("id") == "byName" and named in before:
        matcher |= {"id": "byRegexp", "options": _ending(str(named))}
        yield "changed", f"an override for {named!r}"
    elif matcher.get("id") == "byRegexp" and before and str(named).lstrip("/").startswith("^"):
        yield "look at", _ANCHORED.format(f"an override for {named}")


def _alias(override: dict[str, Any], before: set[str]) -> Iterator[Told]:
    alias = override.get("alias")
    if alias in before:
        override["alias"] = _ending(str(alias))
        yield "changed", f"an override for {alias!r}"
    elif before and str(alias).startswith("/^"):
        yield "look at", _ANCHORED.format(f"an override for {alias}")


def _ending(name: str) -> str:
    """Any cluster, and the name behind it; escaped for JavaScript, in which a slash ends the expression."""
    escaped = re.sub(r"[.*+?^${}()|\[\]\\/]", lambda found: f"\\{found[0]}", name)
    return f"/.+ {escaped}$/"
