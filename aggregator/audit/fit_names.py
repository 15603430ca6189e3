"""Which texts of a tree can be names and addresses in a configuration."""

from aggregator.clusters.addresses import url
from aggregator.clusters.faults import Unfit


def fits(text: str) -> bool:
    """Whether a text can be a name as it is."""
    return bool(text) and text.isprintable() and text == text.strip()


def as_title(text: str) -> str:
    """A text for people, on one line; empty where nothing is left of it."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def as_address(host: str) -> str | None:
    """The URL of a host; None for what is none."""
    try:
        return url(f"https://{host}") if fits(host) else None
    except Unfit:
        return None
