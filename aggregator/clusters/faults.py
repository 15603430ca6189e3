"""Faults of a configuration: where, what, and the nearest thing that would have been right."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import get_close_matches

MOST = 100


class Unfit(ValueError):
    """A text that is not what it should be; its words follow the path, or the text itself, in a fault."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong. `path` is empty for the file itself."""

    line: int
    path: str
    words: str

    def __str__(self) -> str:
        return f"{self.path}: {self.words}" if self.path else self.words


def listing(file: str, faults: Iterable[Fault]) -> str:
    """Every fault, a line each, in the order of the file; from the hundredth on only their number."""
    ordered = sorted(set(faults))
    width = len(str(ordered[min(len(ordered), MOST) - 1].line))
    lines = [f"{file} has {len(ordered)} fault{'s' if len(ordered) > 1 else ''}:"]
    lines += [f"  line {fault.line:<{width}}  {fault}" for fault in ordered[:MOST]]
    if len(ordered) > MOST:
        lines.append(f"  and {len(ordered) - MOST} more")
    return "\n".join(lines)


def did_you_mean(wrong: str, right: Collection[str], *, everything: str = "") -> str:
    """`; did you mean "auth"?`, or, where nothing is near, all there is behind the words of `everything`."""
    near = nearest(wrong, right)
    if near is not None:
        return f'; did you mean "{near}"?'
    return f"; {everything}{', '.join(right)}" if everything and right else ""


def nearest(wrong: str, right: Collection[str]) -> str | None:
    """The one that looks most alike, if any does."""
    by_letters = {each.lower().replace("-", "_"): each for each in right}
    plain = wrong.lower().replace("-", "_")
    contained = [each for each in by_letters if each in plain.split("_") or plain in each.split("_")]
    typo = get_close_matches(plain, by_letters, n=1, cutoff=0.85)
    found = typo or contained or get_close_matches(plain, by_letters, n=1)
    return by_letters[found[0]] if found else None


def key_words(key: str) -> str:
    """`key "auth"`; a key that looks like none is not repeated, since it may be `user:password`."""
    return f'key "{key}"' if re.fullmatch(r"[A-Za-z][A-Za-z0-9_.-]{0,39}", key, re.ASCII) else "key"


def quoted(text: str) -> str:
    """The text in quotes, on one line and not too long."""
    short = text if len(text) <= 40 else text[:37] + "..."
    clean = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in short)
    return f'"{clean}"'
