"""Who gives a command, and why."""

import getpass

from aggregator.errors import BadQuery


def author_of(given: str | None) -> str:
    """As `--author` has it, else whoever is logged in; raises BadQuery where that is nobody, as in some containers."""
    if named := (given or "").strip():
        return named
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        raise BadQuery("--author: say who you are; nobody is logged in here") from None


def reason_of(text: str) -> str:
    """Why, as it was said with `--reason`; raises BadQuery where nothing was."""
    if not text.strip():
        raise BadQuery("--reason: say why; whoever looks at it later reads this")
    return text.strip()
