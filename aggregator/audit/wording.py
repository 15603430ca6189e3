"""Counts and lists in words."""

from collections.abc import Sequence

MOST = 3


def listed(names: Sequence[str], joint: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`, `a, b and 5 more`."""
    shown = list(names) if len(names) <= MOST else [*names[: MOST - 1], f"{len(names) - MOST + 1} more"]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} {joint} {shown[-1]}"


def joined(parts: Sequence[str]) -> str:
    """All of them, with `and` before the last."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def many(number: int, one: str) -> str:
    """`1 admin`, `3 admins`."""
    return f"1 {one}" if number == 1 else f"{number} {one}s"


def sentence(words: str) -> str:
    """The words with a capital in front."""
    return words[:1].upper() + words[1:]
