"""Instants as they are kept: whole milliseconds since 1970, in UTC, the same in every database."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, Dialect
from sqlalchemy.types import TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


class Instant(TypeDecorator[datetime]):
    """A column of aware datetimes. What is finer than a millisecond is cut off; a naive datetime is refused."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        return None if value is None else milliseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else EPOCH + value * MILLISECOND


def utc_now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


def milliseconds(instant: datetime) -> int:
    """Whole milliseconds since 1970."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant.isoformat()} has no time zone, so it is no instant; keep an aware datetime")
    return (instant - EPOCH) // MILLISECOND
