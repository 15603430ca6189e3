"""A message on its way to a receiver."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["notice", "page"]


@dataclass(frozen=True, slots=True)
class Message:
    """What is to be sent. `key` is the same however often the same thing is to be said; those of a lane keep their order."""

    key: str
    receiver: str
    lane: str
    kind: Kind
    body: str
