"""Where a question goes, and what is written there."""

from functools import lru_cache
from urllib.parse import quote, quote_plus

from yarl import URL

from aggregator.federation.question import Form


def encoded(form: Form) -> bytes:
    """The form as it travels."""
    return "&".join([f"{_quoted(name)}={_quoted(value)}" for name, value in form]).encode()


# What panels ask differs in its times only.
_quoted = lru_cache(maxsize=4096)(quote_plus)


@lru_cache(maxsize=4096)
def address(base: str, path: str) -> URL:
    """The URL of a path below `/api/v1/`, or, when it begins with a slash, below the base itself."""
    if ".." in path.split("/"):
        raise ValueError("a path does not climb")
    below = path if path.startswith("/") else f"/api/v1/{path}"
    root = URL(base)
    # What is percent-encoded already stays as it is: label names may hold slashes.
    return root.with_path(root.raw_path.rstrip("/") + quote(below, safe="/%:~"), encoded=True)


def with_query(url: URL, form: bytes) -> URL:
    """The URL of a GET; its parameters are not parsed again."""
    return URL(f"{url}?{form.decode()}", encoded=True) if form else url
