"""Why a database cannot be used, in words for people."""

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

from aggregator.errors import BadDatabase
from aggregator.store.urls import shown

# What a driver says, and what people are told instead.
MEANINGS = (
    ("unable to open database file", "its file cannot be opened; is its folder there, and ours to write to?"),
    (
        'database "{database}" does not exist',
        "it is not there: `createdb` makes it, and `crosshub db upgrade` its tables",
    ),
    ("file is not a database", "its file is something else"),
    ("readonly database", "it is read-only"),
    ("read-only transaction", "it is read-only"),
    ("during recovery", "it is a standby, which is read-only"),
    ("database is locked", "another process has been writing to it for too long"),
    ("database or disk is full", "the disk is full"),
)


def bad_database(url: URL, error: Exception) -> BadDatabase:
    """The error to raise instead of one of the driver's; no password is in it, even where the driver repeats one."""
    said = str(error.orig if isinstance(error, DBAPIError) else error).strip()
    reason = next(
        (told for sign, told in MEANINGS if sign.format(database=url.database) in said),
        said.partition("\n")[0] or type(error).__name__,
    )
    for secret in (url.password, url.query.get("password")):
        reason = reason.replace(str(secret), "***") if secret else reason
    return BadDatabase(f"the database {shown(url)} cannot be used: {reason}")
