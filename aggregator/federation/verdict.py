"""What an answer means: the status and body that came back, as the reply the query sees."""

import re
from http import HTTPStatus
from urllib.parse import urlsplit

import msgspec

from aggregator.clusters.values import Basic, Bearer
from aggregator.errors import ClusterFailed, ClusterRefused, FailureKind
from aggregator.federation.credentials import credential
from aggregator.federation.question import UNREADABLE, Answered, NotPrometheus, Question, Reply, T
from aggregator.federation.response import Received
from aggregator.federation.wording import short

# Errors with which a server speaks of its own limits, not of the query. Prometheus first; then Thanos, Mimir, VictoriaMetrics.
OWN_LIMITS = tuple(
    (re.compile(pattern), kind)
    for pattern, kind in (
        (r"query processing would load too many samples into memory", FailureKind.LIMIT),
        (r"query timed out in ", FailureKind.TIMEOUT),
        (r"query was canceled in |query queue", FailureKind.LIMIT),
        (r"context (deadline exceeded|canceled)", FailureKind.TIMEOUT),
        (r"exceeded (series|samples?|chunks?|bytes) limit|limit \d+ violated", FailureKind.LIMIT),
        (r"err-mimir-(max|query|too)-", FailureKind.LIMIT),
        (r"the query (hit|exceeded) the (max|aggregated)", FailureKind.LIMIT),
        (r"-search\.max\w+|not enough memory for processing", FailureKind.LIMIT),
        (r"timeout exceeded", FailureKind.TIMEOUT),
    )
)


# Looking a member of an enumeration up takes longer than all else that is done about an answer that is well.
_OK = HTTPStatus.OK.value


class ErrorBody(msgspec.Struct):
    """An error as Prometheus words it, or (`message`) the Kubernetes API server in front of one."""

    status: str = ""
    error_type: str = msgspec.field(name="errorType", default="")
    error: str = ""
    kind: str = ""
    message: str = ""

    @property
    def is_prometheus(self) -> bool:
        return self.status == "error" and bool(self.error)


def reply(question: Question[T], received: Received, auth: Basic | Bearer | None) -> Reply[T]:
    """What the cluster answered, refused, or failed with."""
    if received.status == _OK:
        return _decoded(question, received.body)
    error = _error(received.body)
    if received.status in {400, 422} and error.is_prometheus and _own_limit(received.status, error.error) is None:
        return ClusterRefused(question.cluster, received.status, error.error_type, error.error)
    return ClusterFailed(question.cluster, *_failure(question.path, received, error, auth))


def _decoded(question: Question[T], body: bytes) -> Reply[T]:
    try:
        return Answered(question.cluster, question.decode(body))
    except NotPrometheus:
        what = "HTML" if body[:512].lstrip().startswith(b"<") else "something else"
        reason = f"what it answers is not Prometheus' JSON but {what}"
        return ClusterFailed(question.cluster, FailureKind.NOT_PROMETHEUS, reason)


def _failure(path: str, received: Received, error: ErrorBody, auth: Basic | Bearer | None) -> tuple[FailureKind, str]:
    status, words = received.status, short(error.error if error.is_prometheus else _of_kubernetes(error))
    limit = _own_limit(status, error.error)
    if limit is not None:
        return limit, words
    if status in {401, 403}:
        return FailureKind.AUTH, _of_access(status, words, auth)
    if 300 <= status < 400:
        return FailureKind.STATUS, f"{status}: it redirects to {_host(received.location)}; redirects are not followed"
    if status == HTTPStatus.NOT_FOUND and not words:
        below = path if path.startswith("/") else f"/api/v1/{path}"
        return FailureKind.STATUS, f"404: there is no {below} at its url"
    return FailureKind.STATUS, f"{status}: {words or _phrase(status)}"


def _own_limit(status: int, text: str) -> FailureKind | None:
    if status not in {422, 503}:
        return None
    return next((kind for pattern, kind in OWN_LIMITS if pattern.search(text)), None)


def _of_access(status: int, words: str, auth: Basic | Bearer | None) -> str:
    shown = credential(auth)
    match status, shown:
        case 401, None:
            told = "401: it wants credentials, and has none configured"
        case 401, "user and password":
            told = "401: user and password were refused"
        case 401, _:
            told = f"401: {shown} was refused"
        case _, None:
            told = "403: it does not let us ask"
        case _:
            told = f"403: {shown} may not ask"
    return f"{told}: {words}" if words else told


def _of_kubernetes(error: ErrorBody) -> str:
    return error.message if error.kind == "Status" else ""


def _error(body: bytes) -> ErrorBody:
    try:
        return msgspec.json.decode(body, type=ErrorBody)
    except UNREADABLE:
        return ErrorBody()


def _host(location: str) -> str:
    try:
        return urlsplit(location).hostname or "another path"
    except ValueError:
        return "nowhere"


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "no status of HTTP"
