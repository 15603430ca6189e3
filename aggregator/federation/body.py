"""The body of an answer as it comes in, chunk by chunk, held against the largest that is taken."""

from typing import Protocol, cast

from isal import isal_zlib

GZIP = 31
# The library's own annotation calls the class an instance.
NOT_GZIP = cast("type[Exception]", isal_zlib.error)


class TooLarge(Exception):
    """More than is taken."""


class Broken(Exception):
    """Not what its header says it is."""


class Body(Protocol):
    """What chunks are put into; `whole` gives the body once the last has come."""

    def add(self, chunk: bytes) -> None: ...

    def whole(self) -> bytes: ...


class Plain:
    """A body sent as it is."""

    __slots__ = ("_chunks", "_room")

    def __init__(self, largest: int) -> None:
        self._chunks: list[bytes] = []
        self._room = largest

    def add(self, chunk: bytes) -> None:
        self._room -= len(chunk)
        if self._room < 0:
            raise TooLarge
        self._chunks.append(chunk)

    def whole(self) -> bytes:
        return self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)


class Gzipped:
    """A body sent with gzip. What it unfolds to is what must not be too large: a kilobyte can hold a gigabyte."""

    __slots__ = ("_inflate", "_plain", "_room")

    def __init__(self, largest: int) -> None:
        self._inflate = isal_zlib.decompressobj(wbits=GZIP)
        self._plain = Plain(largest)
        self._room = largest

    def add(self, chunk: bytes) -> None:
        try:
            # One byte more than there is room for, so that too large shows.
            plain = self._inflate.decompress(chunk, self._room + 1)
        except NOT_GZIP:
            raise Broken("is no gzip, though it says so") from None
        if self._inflate.unused_data:
            raise Broken("goes on behind the end of its gzip")
        self._room -= len(plain)
        self._plain.add(plain)

    def whole(self) -> bytes:
        if not self._inflate.eof:
            raise Broken("broke off in its gzip")
        return self._plain.whole()
