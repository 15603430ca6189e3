"""The key with which user names are hashed, in a file that is made when it is first needed.

Hashes are kept instead of names, so that a copy of the database names nobody; whoever has the key can still find out
whether a name they know is there. A key that is lost makes everybody a new person.
"""

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from aggregator.errors import BadConfig

LENGTH = 32
HASH_LENGTH = 16


@dataclass(frozen=True, slots=True)
class PeopleKey:
    """A secret; its `mark` may be shown and tells it from other keys."""

    secret: bytes

    def __repr__(self) -> str:
        return f"PeopleKey({self.mark})"

    @property
    def mark(self) -> str:
        return self.hash_of("").hex()[:12]

    def hash_of(self, name: str) -> bytes:
        """16 bytes that stand for a user name, the same for the same name (JupyterHub's are lower case) everywhere."""
        return hmac.new(self.secret, name.lower().encode(), hashlib.sha256).digest()[:HASH_LENGTH]


def key_for(file: Path, mark: str | None) -> PeopleKey:
    """The key in the file that hashes with this mark were made with; without a mark there are none, and it may be made."""
    if mark is None:
        return people_key(file)
    if not file.exists():
        raise BadConfig(
            f"people_key_file {file} is not there, and the hashes in the database were made with it ({mark}): "
            "put it back; with another key everybody would be a new person"
        )
    key = known_key(file)
    meet(key, mark)
    return key


def meet(key: PeopleKey, mark: str) -> None:
    """Raises BadConfig unless the key has this mark."""
    if key.mark != mark:
        raise BadConfig(
            f"people_key_file holds another key ({key.mark}) than the hashes in the database were made with ({mark}): "
            "put that key back; all replicas need the same one"
        )


def people_key(file: Path) -> PeopleKey:
    """The key in the file, which is made if it is not there; raises BadConfig where it cannot be used."""
    if file.exists():
        return known_key(file)
    try:
        _make(file)
        return _read(file)
    except OSError as error:
        raise BadConfig(f"people_key_file {file} is not there and cannot be made: {error.strerror}") from None


def known_key(file: Path) -> PeopleKey:
    """The key in the file, which has to be there: with a new one nobody would be found."""
    try:
        return _read(file)
    except OSError as error:
        raise BadConfig(f"people_key_file {file}: {error.strerror}") from None


def _read(file: Path) -> PeopleKey:
    try:
        secret = bytes.fromhex(file.read_text(encoding="ascii").strip())
    except ValueError:
        secret = b""
    if len(secret) != LENGTH:
        raise BadConfig(f"people_key_file {file}: holds no key; a key is {2 * LENGTH} hexadecimal digits")
    return PeopleKey(secret)


def _make(file: Path) -> None:
    """Whole or not at all, and by one process only: another one that made it first has made the key."""
    fresh = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as opened:
            opened.write(secrets.token_hex(LENGTH) + "\n")
            opened.flush()
            os.fsync(opened.fileno())
        try:
            file.hardlink_to(fresh)
        except FileExistsError:
            return
    finally:
        fresh.unlink()
