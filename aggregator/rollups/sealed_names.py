"""Names of people sealed with the people key, so that a copy of the database names nobody, and whoever is told can read them.

AES-SIV (RFC 5297): the same names give the same text, so that nothing seems to change where nothing does.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from aggregator.rollups.people_key import PeopleKey

PURPOSE = b"names in messages"
MOST = 50
"""So many names are sealed; whoever reads a message does not read more."""


def sealed(key: PeopleKey, names: Sequence[str]) -> str:
    """The names as a text that says nothing without the key; empty where there are none."""
    if not names:
        return ""
    text = msgspec.json.encode(list(names[:MOST]))
    return urlsafe_b64encode(_cipher(key).encrypt(text, None)).decode()


def opened(key: PeopleKey, text: str) -> tuple[str, ...] | None:
    """The names that were sealed; None where it was done with another key, or is no sealed text."""
    try:
        return msgspec.json.decode(_cipher(key).decrypt(urlsafe_b64decode(text), None), type=tuple[str, ...])
    except (InvalidTag, ValueError, msgspec.MsgspecError):
        return None


def _cipher(key: PeopleKey) -> AESSIV:
    # A key of its own: that of the hashes is never used for anything else.
    return AESSIV(hmac.new(key.secret, PURPOSE, hashlib.sha512).digest())
