"""Which images servers ran most, over some hubs, and what they are called where room is short. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import fsum

from aggregator.reports.values import HubReport
from aggregator.rollups.images import OTHERS, Hours

MOST = 3
"""So many are named."""

DIGEST = "sha256:"


def together(hubs: Sequence[HubReport]) -> Hours:
    """Their hours of servers by image, the most first."""
    names = {name for hub in hubs for name in hub.images}
    hours = {name: fsum(hub.images.get(name, 0.0) for hub in hubs) for name in names}
    return dict(sorted(hours.items(), key=lambda pair: (-pair[1], pair[0])))


def shares(hours: Hours) -> Mapping[str, float]:
    """The part of the hours that each image had which had the most; all others are one, and the last."""
    whole = fsum(hours.values())
    named = [name for name in hours if name != OTHERS][:MOST]
    others = fsum(each for name, each in hours.items() if name not in named)
    return {name: hours[name] / whole for name in named} | ({OTHERS: others / whole} if others else {})


def short_names(images: Iterable[str]) -> Mapping[str, str]:
    """What each is called: without registry and tag, where that is no other's name, or as much more as it takes."""
    some = list(images)
    forms = [(_without_tag(_without_registry(name)), _without_registry(name), name) for name in some]
    taken = [Counter(column) for column in zip(*forms, strict=True)]
    return {
        name: next((form for form, count in zip(of, taken, strict=True) if count[form] == 1), name)
        for name, of in zip(some, forms, strict=True)
    }


def _without_registry(name: str) -> str:
    """A registry is a host: its name has a dot or a port, or is the machine itself."""
    host, slash, path = name.partition("/")
    return path if slash and path and ("." in host or ":" in host or host == "localhost") else name


def _without_tag(name: str) -> str:
    if name.startswith(DIGEST):
        return name
    path, slash, last = name.partition("@")[0].rpartition("/")
    return f"{path}{slash}{last.partition(':')[0]}" or name
