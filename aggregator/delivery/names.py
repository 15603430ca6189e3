"""Names of people in messages: operators are told them, and for everybody else nothing is left of them."""

from collections.abc import Callable
from dataclasses import replace

from aggregator.events.values import NAMES
from aggregator.outbox.notice import Item, Notice, Page

Open = Callable[[str], tuple[str, ...] | None]
"""Names that were sealed; None where they cannot be read here."""

SHOWN = 12
UNREADABLE = "whose accounts they are cannot be read with this people_key_file"


def for_reader(said: Notice | Page, open_names: Open | None) -> Notice | Page:
    """The message as its reader is told it; who may not know names has no way to open them."""
    if isinstance(said, Page):
        return said
    return replace(said, items=tuple(_item(item, open_names) for item in said.items))


def _item(item: Item, open_names: Open | None) -> Item:
    names = dict(item.annotations).get(NAMES, "")
    if not names:
        return item
    without = replace(item, annotations=tuple(pair for pair in item.annotations if pair[0] != NAMES))
    if open_names is None or item.status == "resolved":
        return without
    opened = open_names(names)
    line = UNREADABLE if opened is None else f"accounts: {_listed(opened)}"
    # Before the last line, which says since when.
    return replace(without, evidence=(*item.evidence[:-1], line, *item.evidence[-1:]))


def _listed(names: tuple[str, ...]) -> str:
    rest = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {rest} more" if rest > 0 else "")
