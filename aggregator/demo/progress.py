"""What a demo tells whoever started it: bars on a terminal, lines elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


@dataclass(frozen=True, slots=True)
class Show:
    """Where a demo speaks."""

    console: Console
    began: float = field(default_factory=time.monotonic)

    def say(self, text: str) -> None:
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def done(self, what: str) -> None:
        """One thing is finished, and when it was."""
        self.say(f"{time.monotonic() - self.began:6.1f} s  {what}")

    @contextmanager
    def counting(self, what: str, total: int) -> Iterator[Callable[[], None]]:
        """A bar for so many steps; call what it gives after each. Off a terminal there is only the line at the end."""
        with self._bar() as progress:
            task = progress.add_task(what, total=total)
            yield lambda: progress.advance(task)
        self.done(what)

    @contextmanager
    def growing(self, what: str) -> Iterator[Callable[[int, int], None]]:
        """A bar for work that turns out to be more; tell what it gives how many steps are done, and of how many."""
        with self._bar() as progress:
            task = progress.add_task(what, total=None)
            yield lambda done, total: progress.update(task, completed=done, total=total)
        self.done(what)

    def _bar(self) -> Progress:
        columns = (TextColumn("         {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        return Progress(*columns, console=self.console, transient=True, disable=not self.console.is_terminal)
