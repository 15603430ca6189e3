"""Pages about messages that did not get through, for somebody else to read."""

from collections.abc import Sequence
from datetime import datetime

from aggregator.delivery.wording import headline, plain
from aggregator.outbox.notice import Notice, Page

MOST_SHOWN = 20


def switched_off(name: str, why: str, waiting: Sequence[Notice | Page], count: int, at: datetime) -> Page:
    """That a receiver refuses everything, and what waits for it."""
    return Page(
        f"Receiver {name} is switched off: it refuses messages",
        (
            f"It answered: {plain(why)}",
            "It has one message an hour to see whether it takes it, and all that waits once it does.",
            "Alerts that are routed to it alone reach nobody meanwhile.",
            *_unsaid("for it, not sent yet", waiting, count),
        ),
        at,
    )


def not_taken(name: str, why: str, said: Notice | Page, at: datetime) -> Page:
    """That a receiver did not take one message, or not all of it, and what that said."""
    return Page(
        f"A message did not get through to {name}",
        (f"The answer was: {plain(why)}", "It is not tried again. It says:", *_entries(said)),
        at,
    )


def suppressed(address: str, why: str, times: int, at: datetime) -> Page:
    """That no report goes to an address any more."""
    return Page(
        f"No report is sent to {plain(address)} any more: it was refused {times} times in a row",
        (
            f"The last answer was: {plain(why)}",
            "If the address is right again: crosshub report resume COMMUNITY --to ADDRESS",
            "If it is not, take it out of the configuration.",
        ),
        at,
    )


def given_up(name: str, unsaid: Sequence[Notice | Page], count: int, hours: int, at: datetime) -> Page:
    """That messages have waited too long for a receiver, and what they would have said."""
    return Page(
        f"{_many(count)} for {name} could not be sent in {hours} hours",
        ("They are not tried again.", *_unsaid("left unsaid", unsaid, count)),
        at,
    )


def taken_out(name: str, unsaid: Sequence[Notice | Page], count: int, at: datetime) -> Page:
    """That messages waited for a receiver that is configured no more, and what they would have said."""
    return Page(
        f"{_many(count)} for {name} {'is' if count == 1 else 'are'} not sent: it was taken out of the configuration",
        _unsaid("left unsaid", unsaid, count),
        at,
    )


def _unsaid(what: str, said: Sequence[Notice | Page], count: int) -> tuple[str, ...]:
    if not count:
        return ()
    entries = [f"• {headline(each)}" for each in said[:MOST_SHOWN]]
    more = count - len(entries)
    return (f"{_many(count)} {what}:", *entries, *((f"• and {more} more",) if more else ()))


def _entries(said: Notice | Page) -> tuple[str, ...]:
    if isinstance(said, Page):
        return (plain(said.subject), *said.lines)
    return tuple(f"• {item.status}: {plain(item.title)}" for item in said.items[:200])


def _many(number: int) -> str:
    return "1 message" if number == 1 else f"{number:,} messages"
