"""The directory that a demo keeps its data in: it has to be its own, and one demo's at a time."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from aggregator.errors import CrosshubError

MARKER = ".crosshub-demo"
_TEXT = "`crosshub demo` made this directory and writes and deletes in it. It can be deleted when no demo runs.\n"


class NotOurs(CrosshubError):
    """The directory holds what the demo did not put there, or another demo runs in it."""


@dataclass(frozen=True, slots=True)
class Home:
    """A demo's directory."""

    path: Path

    @property
    def blocks(self) -> Path:
        return self.path / "blocks"

    @property
    def config(self) -> Path:
        return self.path / "crosshub.yaml"

    def server(self, cluster: str) -> Path:
        return self.path / "clusters" / cluster

    def log(self, name: str) -> Path:
        return self.path / f"{name}.log"


@contextmanager
def owned(path: Path) -> Iterator[Home]:
    """The directory, made when it is not there, ours alone until the block is left; servers' old data are gone from it."""
    if path.exists() and not (path / MARKER).is_file() and (not path.is_dir() or any(path.iterdir())):
        raise NotOurs(f"{path} is not empty and no demo made it; say where else with --directory")
    try:
        path.mkdir(parents=True, exist_ok=True)
        marker = (path / MARKER).open("w")
    except OSError as error:
        raise NotOurs(f"{path} cannot be used: {error.strerror}; say where else with --directory") from None
    with marker:
        _lock(marker, path)
        marker.write(_TEXT)
        marker.flush()
        shutil.rmtree(path / "clusters", ignore_errors=True)
        yield Home(path.absolute())


def _lock(marker: TextIO, path: Path) -> None:
    """Ours until the file is closed, which the kernel does however we end."""
    try:
        fcntl.flock(marker, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise NotOurs(f"another demo runs in {path}; end it, or say where else with --directory") from None
