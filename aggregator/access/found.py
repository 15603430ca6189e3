"""What a detector gives: what it found, that it could not look, or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from aggregator.access.evidence import Unseen

SHOWN = 12
"""So many names are named; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Found:
    """Something that contradicts a policy.

    `head` is a sentence without its full stop that begins with the number, `{hub}` standing for where. `evidence` names
    nobody; `names` are the accounts that it is about, for operators only.
    """

    head: str
    evidence: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    value: float | None = None


Outcome = Found | Unseen | None
"""None: somebody looked, and it is not so, or it does not concern this hub."""


def masked(name: str) -> str:
    """What may be shown of a name to those who are not told it: `a…@ulisboa.pt`, `m…`."""
    before, at, after = name.partition("@")
    return f"{before[:1]}…{at}{after}"


def counted(number: int, thing: str, things: str = "") -> str:
    """`1 account`, `14 accounts`."""
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"


def listed(names: Sequence[str], most: int = SHOWN) -> str:
    """`ana, rui and 3 more`."""
    shown, rest = list(names[:most]), len(names) - most
    return ", ".join(shown) + (f" and {rest} more" if rest > 0 else "")
