"""URLs, mail addresses and the like. What might hold a password is never repeated in a fault."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from aggregator.clusters.faults import Unfit


@dataclass(frozen=True, slots=True)
class Listen:
    """Where the service listens."""

    host: str
    port: int


def listen(text: str) -> Listen:
    """Host and port of `127.0.0.1:9099` or `[::1]:9099`."""
    host, _, port = text.rpartition(":")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if not host or not re.fullmatch(r"\d{1,5}", port, re.ASCII) or int(port) > 65535 or (":" in host and bare == host):
        raise ValueError
    return Listen(bare, int(port))


def url(text: str) -> str:
    """A base URL, without a slash at its end."""
    if not text.startswith(("http://", "https://")):
        raise Unfit("begins with neither https:// nor http://")
    parts = _split(text)
    if parts.query or parts.fragment or "?" in text or "#" in text:
        raise Unfit("has a query or a fragment; only scheme, host, port and path belong here")
    return text.rstrip("/")


def proxy(text: str) -> str:
    """The URL of a proxy that needs no password."""
    if not text.startswith(("http://", "socks5://", "socks4://")):
        raise Unfit("begins with none of socks5://, socks4:// and http://")
    parts = _split(text)
    if parts.port is None or parts.path not in {"", "/"} or parts.query:
        raise Unfit("needs host and port, and nothing behind them")
    return text.rstrip("/")


def _split(text: str) -> SplitResult:
    """The parts of a URL; its text is never repeated in a fault, since people put passwords there."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise Unfit("is not a URL") from None
    if not parts.hostname or port == 0 or re.search(r"[\s\x00-\x1f\x7f\\]", text):
        raise Unfit("is not a URL")
    if "@" in parts.netloc:
        raise Unfit("holds a user or password; secrets stand in files or in the environment")
    return parts


def database(text: str, folder: Path) -> str:
    """The URL of a database; a file's path becomes absolute."""
    scheme, separator, rest = text.partition("://")
    if not separator or scheme not in {"sqlite", "postgresql"}:
        raise Unfit("begins with neither sqlite:/// nor postgresql://")
    if scheme == "postgresql":
        return text
    if not rest.startswith("/"):
        raise Unfit("sqlite is followed by three slashes, sqlite:///file.db, four for an absolute path")
    return text if rest == "/:memory:" else f"sqlite:///{folder / rest[1:]}"


def database_without_password(text: str, folder: Path) -> str:
    """The URL of a database as it may stand in a file that people share."""
    user, at, rest = text.partition("://")[2].rpartition("@")
    if (at and ":" in user) or "password=" in rest:
        raise Unfit("holds a password; set CROSSHUB_DATABASE instead, or use ~/.pgpass")
    return database(text, folder)


def mail_address(text: str) -> str:
    """A bare address, `user@host`."""
    if not re.fullmatch(r"[^\s\x00-\x1f\x7f@<>,;:\"()\[\]\\]+@[^\s\x00-\x1f\x7f@<>,;:\"()\[\]\\]+", text):
        raise ValueError
    return text


def sender(text: str) -> str:
    """A bare address, or one with a name, `Name <user@host>`."""
    found = re.fullmatch(r"[^<>\x00-\x1f\x7f]*<([^<>]+)>", text)
    mail_address(found[1] if found else text)
    return text


def health_path(text: str) -> str:
    """The path of a URL."""
    if not re.fullmatch(r"/[!-~]*", text, re.ASCII):
        raise ValueError
    return text


def header_name(text: str) -> str:
    """The name of a header that carries no password, and does not say where a message ends."""
    if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", text, re.ASCII):
        raise ValueError
    if text.lower() in {"authorization", "proxy-authorization", "cookie"}:
        raise Unfit("carries a secret; say `auth` instead")
    if text.lower() in {"connection", "content-length", "content-type", "transfer-encoding"}:
        raise Unfit("belongs to each request by itself; leave it to Crosshub")
    return text
