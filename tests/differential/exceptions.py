"""Where Crosshub means to differ from one Prometheus 2.42: each with its reason, each as narrow as it can be said."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.differential.heard import Heard, Question


@dataclass(frozen=True, slots=True)
class Excused:
    """`applies` is given the question and both answers, and only where they differ."""

    name: str
    reason: str
    applies: Callable[[Question, Heard, Heard], bool]


EXCEPTIONS: tuple[Excused, ...] = ()


def excused(question: Question, union: Heard, ours: Heard) -> str | None:
    """The name of the exception that covers this difference."""
    return next((each.name for each in EXCEPTIONS if each.applies(question, union, ours)), None)
