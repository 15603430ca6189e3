"""A message that is to go out, one that is going out right now, and those that it may go to."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from aggregator.series import Labels

Kind = Literal["notice", "page", "report"]


@dataclass(frozen=True, slots=True)
class Message:
    """What is to be said to a receiver. Of two with one `key` the later is nothing new.

    Those of one `lane` go out in their order. `body` is what `outbox/notice.py` wrote, or `outbox/letter.py`.
    """

    key: str
    receiver: str
    lane: str
    kind: Kind
    body: str


@dataclass(frozen=True, slots=True)
class Leased:
    """A message that is ours to send until its lease is over, or somebody has it with a higher fence.

    `attempts` counts this one. `told` is what the channel noted about it in earlier attempts, `told_before` about the
    last message of its lane that was sent. `age` is how long it has been waiting.
    """

    id: int
    fence: int
    key: str
    receiver: str
    lane: str
    kind: Kind
    body: str
    attempts: int
    may_be_repeat: bool
    age: timedelta
    told: Labels = ()
    told_before: Labels = ()


@dataclass(frozen=True, slots=True)
class Retry:
    """Why a message is to be tried again, and after how long. `unsure`: it may have been taken nevertheless.

    `told` is how far it came.
    """

    why: str
    wait: timedelta
    unsure: bool = False
    told: Labels = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """A receiver that may be sent so many messages now, and is then left alone for a while.

    Behind a `server` that several receivers share, none of them is sent anything while that has its own pause.
    """

    receiver: str
    most: int
    pause: timedelta = timedelta(0)
    server: str = ""
    server_pause: timedelta = timedelta(0)

    @property
    def is_paced(self) -> bool:
        """Whether it has one message a turn, and one turn for all replicas."""
        return bool(self.pause or self.server)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a receiver stands. `mark` tells one configuration of it from another."""

    name: str
    mark: str
    disabled_at: datetime | None = None
    error: str | None = None
    not_before: datetime | None = None
    last_sent_at: datetime | None = None
