"""Names of people in messages: operators are told them, and for everybody else nothing is left of them."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from aggregator.events.values import NAMES
from aggregator.outbox.notice import Item, Notice, Page

Open = Callable[[str], tuple[str, ...] | None]
"""Names that were sealed; None where they cannot be read here."""

ROOM = 190
"""Letters: so many channels show of one line of evidence, and cut off what is longer."""
LONGEST = 40
"""Letters of one name: whoever chooses a longer one hides nobody behind it."""
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
    # Early, since channels show a few lines only.
    return replace(without, evidence=(*item.evidence[:1], line, *item.evidence[1:]))


def _listed(names: tuple[str, ...]) -> str:
    """As many as there is room for, and how many more there are."""
    short = [name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…" for name in names]
    shown = len(short)
    while shown > 1 and len(_line(short, shown)) > ROOM:
        shown -= 1
    return _line(short, shown)


def _line(names: Sequence[str], shown: int) -> str:
    rest = len(names) - shown
    return ", ".join(names[:shown]) + (f" and {rest} more" if rest else "")
