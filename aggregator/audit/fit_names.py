"""Which texts of a tree can be names in a configuration."""


def fits(text: str) -> bool:
    """Whether a text can be a name as it is."""
    return bool(text) and text.isprintable() and text == text.strip()


def as_title(text: str) -> str:
    """A text for people, on one line; empty where nothing is left of it."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
