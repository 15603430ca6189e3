"""How one hub stands, from what is seen of it: one table. Two kinds of evidence that fail outvote one. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from aggregator.rules.evidence import HubSeen, Sight, Up


class Standing(StrEnum):
    """*Monitoring*: it works, and its metrics do not come. *Unclear*: what is seen does not agree. *Unseen*: nothing is."""

    WELL = "well"
    DOWN = "down"
    VANISHED = "vanished"
    MONITORING = "monitoring"
    UNCLEAR = "unclear"
    UNSEEN = "unseen"


_COLUMNS = (Up.UP, Up.DOWN, Up.VANISHED, Up.ABSENT, Up.SILENT)
# By health page and REST API. A hub without a url has the last row only, one without metrics the column `absent`.
_ROWS = {
    "ok      ok     ": "well    monitoring monitoring well    well   ",
    "ok      failing": "unclear down       vanished   unclear unclear",
    "ok      unknown": "well    monitoring monitoring well    well   ",
    "failing ok     ": "unclear down       vanished   unclear unclear",
    "failing failing": "down    down       vanished   down    down   ",
    "failing unknown": "down    down       vanished   down    down   ",
    "unknown ok     ": "well    monitoring monitoring well    well   ",
    "unknown failing": "unclear down       vanished   down    down   ",
    "unknown unknown": "well    down       vanished   unseen  unseen ",
}

TABLE: Mapping[tuple[Sight, Sight, Up], Standing] = MappingProxyType(
    {
        (*(Sight(sight) for sight in looks.split()), up): Standing(standing)  # type: ignore[misc]
        for looks, row in _ROWS.items()
        for up, standing in zip(_COLUMNS, row.split(), strict=True)
    }
)

OUT = (Standing.DOWN, Standing.VANISHED)


def standing(hub: HubSeen) -> Standing:
    """How a hub stands."""
    return TABLE[hub.health.sight, hub.rest.sight, hub.up]


def is_out(hub: HubSeen) -> bool:
    """Whether people cannot use it."""
    return standing(hub) in OUT


def is_back(hub: HubSeen) -> bool:
    """Whether it is seen to work: by somebody outside or, where nobody can look from there, by its scrapes.

    That it was down is not over because the look that showed it is missing.
    """
    works = standing(hub) in (Standing.WELL, Standing.MONITORING)
    return works and (answers(hub) or (not hub.url and hub.up is Up.UP))


def answers(hub: HubSeen) -> bool:
    """Whether anything of it answers who asks from outside."""
    return Sight.OK in (hub.health.sight, hub.rest.sight)


def is_refused(hub: HubSeen) -> bool:
    """Whether everything that was asked from outside fails."""
    return Sight.FAILING in (hub.health.sight, hub.rest.sight) and not answers(hub)


def is_sure(hub: HubSeen) -> bool:
    """Whether one look is enough: what is asked from outside was asked more than once."""
    return Sight.FAILING in (hub.health.sight, hub.rest.sight)
