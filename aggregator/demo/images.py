"""Which image somebody's servers run: each hub offers a few, and people stay with theirs."""

from aggregator.demo import draws
from aggregator.demo.fleet import HubPlan

_MADE = (
    "jupyter/scipy-notebook:2026-09-07",
    "jupyter/datascience-notebook:2026-09-07",
    "jupyter/r-notebook:2026-10-05",
    "pangeo/pangeo-notebook:2026.08.21",
)
_FEWEST = 2


def images_of(hub: HubPlan) -> tuple[str, ...]:
    """The two or three images that a hub offers, the one that most people take first."""
    first, more = int(draws.one(hub.key + 60, 0) * len(_MADE)), int(draws.one(hub.key + 60, 1) * 2)
    return tuple(f"quay.io/{_MADE[(first + nth) % len(_MADE)]}" for nth in range(_FEWEST + more))


def image_of(hub: HubPlan, user: str) -> str:
    """The one that somebody runs."""
    offered = images_of(hub)
    return offered[int(draws.one(draws.key(hub.key, "image", user)) ** 2 * len(offered))]
