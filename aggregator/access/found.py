"""What a detector gives: what it found, that it could not look, that it pauses, or nothing."""

from dataclasses import dataclass
from datetime import timedelta

from aggregator.access.evidence import Unseen


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

    def in_words(self, hub: str) -> str:
        """The sentence. What a hub says of itself may stand in it, so it is no template."""
        return self.head.replace("{hub}", hub)


@dataclass(frozen=True, slots=True)
class Pause:
    """It is not so at the moment, as it is by night of what people do: what was found stands until it was quiet for so long."""

    quiet: timedelta


Outcome = Found | Unseen | Pause | None
"""None: somebody looked, and it is not so, or it does not concern this hub."""


def counted(number: int, thing: str, things: str = "") -> str:
    """`1 account`, `14 accounts`."""
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"
