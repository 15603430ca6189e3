"""A real PostgreSQL for tests: Debian's binaries, a directory of its own, nothing left of it afterwards."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

from aggregator.demo.processes import dies_with_parent, last_words

PREFIX = "crosshub-postgresql-"
# Nothing in it has to outlive the tests, and only who may open its directory reaches it.
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "jit": "off",
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "32MB",
}
# It sends clients away, and leaves no shared memory behind.
ENDS = signal.SIGINT
_TO_START = 600
_BETWEEN_LOOKS = 0.05
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Postgresql:
    """A server that listens on a socket in this directory and believes everybody."""

    directory: Path

    def url(self, name: str) -> str:
        """Where one of its databases is."""
        return f"postgresql://postgres@/{name}?host={self.directory}"

    def create(self, template: str = "template1") -> str:
        """The name of a new database, made like another one that nobody is connected to."""
        name = f"test_{next(_numbers)}"
        # Many are made: copying files is half the work of writing each page to the log, as PostgreSQL 15 does otherwise.
        self._tell(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        return name

    def drop(self, name: str) -> None:
        self._tell(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _tell(self, words: sql.Composed) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(words)


@contextmanager
def started_postgresql() -> Iterator[Postgresql]:
    """A server that is gone when the block ends, and when this process does, in whatever way."""
    _remove_left_behind()
    binaries = _binaries()
    # It refuses to run as root.
    user = "postgres" if os.geteuid() == 0 else None
    directory = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    try:
        if user:
            shutil.chown(directory, user, user)
        _make(binaries / "initdb", directory, user)
        with _running(binaries / "postgres", directory, user):
            yield Postgresql(directory)
    finally:
        shutil.rmtree(directory)


def _make(initdb: Path, directory: Path, user: str | None) -> None:
    command = [f"{initdb}", f"--pgdata={directory / 'data'}", "--auth=trust", "--username=postgres", "--no-sync"]
    made = subprocess.run(
        [*command, "--locale=C.UTF-8"],
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
        user=user,
        group=user,
        extra_groups=_none(user),
    )
    assert made.returncode == 0, last_words(made.stderr)


@contextmanager
def _running(postgres: Path, directory: Path, user: str | None) -> Iterator[None]:
    settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
    with (directory / "log").open("wb") as log:
        process = subprocess.Popen(
            [postgres, "-D", directory / "data", "-k", directory, *settings],
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            process_group=0,  # Ctrl-C is for us; we end it
            user=user,
            group=user,
            extra_groups=_none(user),
            preexec_fn=dies_with_parent(ENDS),  # noqa: PLW1509 - it takes no lock and allocates nothing
        )
    try:
        _await_ready(process, directory)
        yield
    finally:
        process.send_signal(ENDS)
        process.wait()


def _await_ready(process: subprocess.Popen[bytes], directory: Path) -> None:
    for _ in range(_TO_START):
        with suppress(psycopg.OperationalError):
            psycopg.connect(Postgresql(directory).url("postgres")).close()
            return
        with suppress(subprocess.TimeoutExpired):
            process.wait(_BETWEEN_LOOKS)
            break
    raise AssertionError(f"PostgreSQL did not start: {last_words((directory / 'log').read_text())}")


def _none(user: str | None) -> list[str] | None:
    """No groups beyond that of another user; those that we have where we stay who we are."""
    return [] if user else None


def is_installed() -> bool:
    """Whether there is a PostgreSQL to start."""
    return bool(_found())


def _binaries() -> Path:
    found = _found()
    assert found, "PostgreSQL is missing: make postgresql"
    return found[-1].parent


def _found() -> list[Path]:
    """Debian keeps a folder for each version, none of them in PATH."""
    return sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[4]))


def _remove_left_behind() -> None:
    """The directories of test runs that were killed; their servers ended with them."""
    for directory in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        if not Path("/proc", directory.name.removeprefix(PREFIX).partition("-")[0]).exists():
            shutil.rmtree(directory, ignore_errors=True)
