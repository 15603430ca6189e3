"""What a notice has to say for one that was never sent, and that it takes the place of."""

from dataclasses import replace

from aggregator.outbox.notice import Item, Notice


def carried(older: Notice, newer: Notice) -> Notice:
    """The newer notice with what only the older one would have told.

    What both speak of is told as the newer one has it: a hub that was down and is back is one sentence, with when. What
    the older one only repeats was told before.
    """
    if is_repeat(older):
        return newer
    known = {item.fingerprint for item in newer.items}
    missing = tuple(_as_it_stood(item, older) for item in older.items if item.fingerprint not in known)
    items = (*newer.items, *missing)
    firing = tuple(item for item in items if item.status == "firing")
    return replace(
        newer,
        status="firing" if firing else "resolved",
        # It says something new, so that it is no mere repetition for the next one either.
        reason=older.reason if is_repeat(newer) else newer.reason,
        items=(*firing, *(item for item in items if item.status == "resolved")),
    )


def is_repeat(notice: Notice) -> bool:
    """Whether all of it was told before."""
    return "repeat" in notice.reason


def _as_it_stood(item: Item, older: Notice) -> Item:
    """An item that the newer notice does not know: it may have been silenced meanwhile, or be over and not be told of."""
    if item.status == "resolved" or item.held:
        return item
    return replace(item, held=f"this is how it stood at {older.at:%Y-%m-%d %H:%M} UTC, and it is not told of any more")
