"""A PostgreSQL that is stopped and started again while somebody uses it."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.postgresql import PREFIX, Postgresql, _binaries, _make, _running


@dataclass(frozen=True, slots=True)
class Restartable:
    """A server in this directory, whose only database is the one that is there from the beginning."""

    directory: Path
    user: str | None
    _process: ExitStack = field(default_factory=ExitStack)

    @property
    def url(self) -> str:
        return Postgresql(self.directory).url("postgres")

    def start(self) -> None:
        self._process.enter_context(_running(_binaries() / "postgres", self.directory, self.user))

    def stop(self) -> None:
        """Sends everybody away."""
        self._process.close()


@contextmanager
def restartable_postgresql() -> Iterator[Restartable]:
    """A server that runs, and is gone when the block ends."""
    user = "postgres" if os.geteuid() == 0 else None
    directory = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    server = Restartable(directory, user)
    try:
        if user:
            shutil.chown(directory, user, user)
        _make(_binaries() / "initdb", directory, user)
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(directory)
