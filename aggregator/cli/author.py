"""Who gives a command."""

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
