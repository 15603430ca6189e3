"""What can go wrong, as types: errors to raise at the reader, and failures of the outside as values."""

from dataclasses import dataclass
from enum import StrEnum


class CrosshubError(Exception):
    """The base of every error whose words are meant for the reader."""


class BadConfig(CrosshubError):
    """The configuration cannot be used; the message names file, line and fault, and how to mend it."""


class BadRules(BadConfig):
    """Rule files cannot be used; the message names each file with line and fault, and how to mend it."""


class BadDatabase(CrosshubError):
    """The database cannot be used as it is; the message says why and what to do, and holds no password."""


class BadQuery(CrosshubError):
    """The request itself is wrong: Prometheus answers 400 `bad_data`."""


class BadExpression(BadQuery):
    """The text of a query is not PromQL, or is what no cluster knows."""


class TooComplex(BadExpression):
    """The text of a query is too long or too deep to be read at all, here or in a cluster."""


class CannotExecute(CrosshubError):
    """The query is well-formed, its execution is not possible: Prometheus answers 422 `execution`."""


class TimedOut(CrosshubError):
    """The deadline of the whole query passed: Prometheus answers 503 `timeout`."""


class NotFound(CrosshubError):
    """What is asked for is not there, or not for who asks: 404 `not_found`."""


class Unavailable(CrosshubError):
    """Clusters that had to answer did not: 503 `unavailable`."""


class FailureKind(StrEnum):
    """Why a cluster did not answer, as the label `kind` of Crosshub's own metrics says it."""

    TIMEOUT = "timeout"
    CONNECT = "connect"
    TLS = "tls"
    RESET = "reset"
    STATUS = "status"
    AUTH = "auth"
    NOT_PROMETHEUS = "not_prometheus"
    TOO_LARGE = "too_large"
    LIMIT = "limit"
    BREAKER = "breaker"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class ClusterFailed:
    """A cluster that gave no answer, and why, in words fit for a warning: `no answer in 20 s`."""

    cluster: str
    kind: FailureKind
    reason: str

    def __str__(self) -> str:
        return f'cluster "{self.cluster}": {self.reason}'


@dataclass(frozen=True, slots=True)
class ClusterRefused:
    """A cluster that read the question and answered with an error of Prometheus' own (400 or 422)."""

    cluster: str
    status: int
    error_type: str
    error: str


def printable(text: str) -> str:
    """A text of a cluster as a terminal or a log may be sent it: names of users could hold its commands."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


# Spreadsheets take what begins so for a formula, and names come from whoever may log in.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def harmless(text: str) -> str:
    """A text that no spreadsheet computes."""
    return f"'{text}" if text.startswith(FORMULA) else text
