"""Amounts and foreign texts as they stand in a warning."""

LONGEST = 120


def span(seconds: float) -> str:
    """A time as people write it: `20 s`, `0.5 s`."""
    return f"{seconds:.0f} s" if seconds >= 10 else f"{max(seconds, 0.01):.2g} s"


def amount(size: int) -> str:
    """A number of bytes as people write it: `64 MiB`."""
    for unit, whole in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if size >= whole:
            return f"{size / whole:.3g} {unit}"
    return f"{size} bytes"


def count(number: int, one: str) -> str:
    """A number of things: `1 failure`, `5 failures`."""
    return f"{number} {one}" if number == 1 else f"{number} {one}s"


def short(text: str) -> str:
    """A text from outside in one line of at most 120 characters."""
    line = " ".join("".join(character if character.isprintable() else " " for character in text).split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
