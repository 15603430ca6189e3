"""Whom a `username_pattern` lets through, where it says so plainly."""

import re

# To the end of the name: without that JupyterHub looks at its beginning only, which `a@uni.edu.example.org` has too.
WHOLE = re.compile(r"\^?(?:\((?:\?:)?(?P<several>[^()]+)\)|(?P<one>[^()|]+))(?:\$|\\Z)")
AT_A_DOMAIN = re.compile(r"(?:\.[*+]|\[\^@\][*+]|\\w[*+])@(?P<domain>[\w-]+(?:\\?\.[\w-]+)+)", re.ASCII)
A_NAME = re.compile(r"\w(?:[\w@-]|\\?\.|\\[-+@])*", re.ASCII)


def names_in(pattern: str) -> tuple[str, ...]:
    """Names and domains (`*@uni.edu`), as a policy writes them; nothing where a pattern lets through others as well."""
    found = WHOLE.fullmatch(pattern)
    parts = (found["several"] or found["one"]).split("|") if found else [""]
    names = [_name_in(part) for part in parts]
    return tuple(name for name in names if name) if all(names) else ()


def _name_in(part: str) -> str:
    domain = AT_A_DOMAIN.fullmatch(part)
    if domain:
        return f"*@{_plain(domain['domain'])}"
    return _plain(part) if A_NAME.fullmatch(part) else ""


def _plain(text: str) -> str:
    return text.replace("\\", "")
