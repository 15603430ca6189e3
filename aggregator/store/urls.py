"""URLs of databases: with the driver we speak through, and as people are shown them."""

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from aggregator.errors import BadDatabase

DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg"}
IN_MEMORY = {None, "", ":memory:"}


def driver_url(text: str) -> URL:
    """The URL for SQLAlchemy of `sqlite:///file.db` or `postgresql://user@host/name`."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise BadDatabase("the URL of the database cannot be read: a port may be no number") from None
    if url.drivername not in DRIVERS:
        raise BadDatabase("the URL of the database begins with neither sqlite:/// nor postgresql://")
    return url.set(drivername=DRIVERS[url.drivername])


def is_there(text: str) -> bool:
    """Whether there can be a database at a URL: the file, where it would be one."""
    return has_file(driver_url(text))


def has_file(url: URL) -> bool:
    """Whether the file is there; nothing else but SQLite needs one."""
    return url.get_backend_name() != "sqlite" or url.database in IN_MEMORY or Path(str(url.database)).is_file()


def shown(url: URL) -> str:
    """The URL without what may be a secret."""
    bare = url.set(drivername=url.get_backend_name(), query={})
    # Set to None it would be left as it is.
    return URL.create(bare.drivername, bare.username, None, bare.host, bare.port, bare.database).render_as_string()
