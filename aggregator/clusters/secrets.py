"""Secrets: where one stands, and its text at the moment it is needed. Nothing here ever shows one."""

import os
from collections.abc import Callable
from pathlib import Path

from aggregator.errors import CrosshubError

LARGEST = 64 * 1024


class SecretUnreadable(CrosshubError):
    """A secret that is not there or cannot be used; the message names the place, never the content."""


class Secret:
    """A secret in a file or an environment variable, compared by its place.

    `source` is the place in the words of the configuration, fit to be shown.
    """

    __slots__ = ("_read", "source")

    def __init__(self, source: str, read: Callable[[], str]) -> None:
        self.source = source
        self._read = read

    @staticmethod
    def in_file(file: Path, source: str | None = None) -> "Secret":
        """The content of a file, less one newline at its end; read again when the file has changed."""
        return Secret(source or str(file), _FileText(file, source or str(file)))

    @staticmethod
    def in_env(name: str) -> "Secret":
        """The value of an environment variable."""
        return Secret(f"${name}", lambda: _usable(os.environ.get(name, ""), f"${name}"))

    def read(self) -> str:
        """The secret itself, as it stands now; raises SecretUnreadable."""
        return self._read()

    def __repr__(self) -> str:
        return f"Secret({self.source})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self.source == other.source

    def __hash__(self) -> int:
        return hash(self.source)


class _FileText:
    """The text of one file, kept for as long as the file is the same by inode, size and time of change."""

    __slots__ = ("_file", "_kept", "_source")

    def __init__(self, file: Path, source: str) -> None:
        self._file = file
        self._source = source
        self._kept: tuple[tuple[int, int, int, int], str] | None = None

    def __call__(self) -> str:
        try:
            # One look before the content: a change in between shows as a difference the next time.
            now = self._file.stat()
            identity = (now.st_dev, now.st_ino, now.st_size, now.st_mtime_ns)
            if self._kept is None or self._kept[0] != identity:
                self._kept = (identity, _usable(_content(self._file, self._source), self._source))
        except OSError as error:
            raise SecretUnreadable(f"{self._source}: {error.strerror or 'cannot be read'}") from None
        return self._kept[1]


def _content(file: Path, source: str) -> str:
    with file.open("rb") as opened:
        content = opened.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise SecretUnreadable(f"{source}: larger than 64 KiB; that is no secret")
    # Not with the strict decoder: its error carries the content along.
    text = content.decode(errors="replace")
    if "\N{REPLACEMENT CHARACTER}" in text:
        raise SecretUnreadable(f"{source}: not UTF-8")
    return text.removesuffix("\n").removesuffix("\r")


def _usable(text: str, source: str) -> str:
    if not text:
        raise SecretUnreadable(f"{source}: {'not set' if source.startswith('$') else 'empty'}")
    if any(ord(character) < 32 or ord(character) == 127 for character in text):
        # A line break or NUL would end up in an HTTP header.
        raise SecretUnreadable(f"{source}: holds a line break or another control character")
    return text
