"""Choices for the grammar, drawn at random; and the vectors that the grammar builds with them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Vector:
    """The text of an instant vector, and what is known of its answer.

    `labels` are the names that tell its series apart; `values` are some that are likely to occur. It is `single` when
    its text can stand beside an operator without brackets.
    """

    text: str
    labels: tuple[str, ...]
    values: tuple[float, ...]
    single: bool = True

    @property
    def operand(self) -> str:
        return self.text if self.single else f"({self.text})"


@dataclass(frozen=True, slots=True)
class Dice:
    """Draws, and builds what stands below: `vector` and `scalar` are one level less deep."""

    random: Random
    vector: Callable[[], Vector]
    scalar: Callable[[], str]

    def pick(self, options: Sequence[T]) -> T:
        return self.random.choice(options)

    def weighted(self, options: Mapping[T, int]) -> T:
        (chosen,) = self.random.choices(list(options), list(options.values()))
        return chosen

    def chance(self, percent: int) -> bool:
        return self.weighted({False: 100 - percent, True: percent})

    def some(self, options: Sequence[T], most: int = 3) -> tuple[T, ...]:
        """None to `most` of them, each once, in the order drawn."""
        wanted = self.pick(range(min(most, len(options)) + 1))
        left = list(options)
        return tuple(left.pop(self.pick(range(len(left)))) for _ in range(wanted))
