"""Links by which a recipient stops their reports: signed, without the address, good for ever."""

import hashlib
import hmac

from aggregator.rollups.people_key import PeopleKey

PURPOSE = b"links in mails"
LENGTH = 32


def stop_url(external_url: str, key: PeopleKey, subscription: str) -> str:
    """The link of one recipient."""
    return f"{external_url.rstrip('/')}/stop/{token(key, subscription)}"


def token(key: PeopleKey, subscription: str) -> str:
    """What stands in the link: the id of a subscription, and what only the holder of the key can say of it."""
    return f"{subscription}.{_signature(key, subscription)}"


def subscription_in(key: PeopleKey, text: str) -> str | None:
    """The id of the subscription; None where nobody here made this token."""
    name, _, signature = text.partition(".")
    return name if hmac.compare_digest(signature.encode(), _signature(key, name).encode()) else None


def _signature(key: PeopleKey, subscription: str) -> str:
    # A key of its own: that of the hashes is never used for anything else.
    own = hmac.new(key.secret, PURPOSE, hashlib.sha256).digest()
    return hmac.new(own, subscription.encode(), hashlib.sha256).hexdigest()[:LENGTH]
