"""What is asked of one cluster, and what comes back: an answer, a refusal in Prometheus' words, or a failure."""

from collections.abc import Callable, Sequence
from typing import Generic, Literal, Protocol, TypeVar

import msgspec

from aggregator.errors import ClusterFailed, ClusterRefused

T = TypeVar("T")

Form = tuple[tuple[str, str], ...]


class Question(msgspec.Struct, Generic[T], frozen=True):
    """One request to one cluster. `path` stands below `/api/v1/`; `decode` turns the body of a 200 into the answer
    and raises `NotPrometheus` for a body it cannot read.
    """

    cluster: str
    path: str
    form: Form
    decode: Callable[[bytes], T]
    method: Literal["GET", "POST"] = "POST"


class Answered(msgspec.Struct, Generic[T], frozen=True):
    """What a cluster answered with 200."""

    cluster: str
    value: T


Reply = Answered[T] | ClusterRefused | ClusterFailed


class NotPrometheus(ValueError):
    """A body that is not what a Prometheus answers."""


UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What reading a body as JSON raises for nonsense; nonsense may be nested deeper than the decoder goes."""


class Fleet(Protocol):
    """Anything that can put questions to clusters."""

    async def ask(self, questions: Sequence[Question[T]], deadline: float) -> tuple[Reply[T], ...]:
        """One reply a question, in the order of the questions; never raises for what a cluster does.

        `deadline` is a moment of `time.monotonic()`; who has not answered by then has failed.
        """
        ...
