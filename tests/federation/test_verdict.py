"""What an answer that is not 200 means, as a table of statuses and bodies."""

from http import HTTPStatus

import orjson
import pytest

from aggregator.errors import ClusterFailed, ClusterRefused, FailureKind
from aggregator.federation.response import Received
from aggregator.federation.verdict import reply
from tests.federation.asking import question

KIND = FailureKind
FORBIDDEN = (
    'services "http:prometheus-server:80" is forbidden: User "system:serviceaccount:monitoring:crosshub" '
    'cannot create resource "services/proxy" in API group "" in the namespace "monitoring"'
)


def prometheus(error: str, error_type: str = "execution") -> bytes:
    return orjson.dumps({"status": "error", "errorType": error_type, "error": error})


def replied(status: int, body: bytes, location: str = "") -> object:
    return reply(question(), Received(status, body, len(body), location), None)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, 'invalid parameter "query": 1:4: parse error: unexpected end of input'),
        (400, "exceeded maximum resolution of 11,000 points per timeseries."),
        (422, "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)"),
        (422, "vector cannot contain metrics with the same labelset"),
        (400, "a query about context deadline exceeded"),
    ],
)
def test_an_error_about_the_query_is_a_refusal_word_for_word(status: int, error: str) -> None:
    assert replied(status, prometheus(error)) == ClusterRefused("lisbon", status, "execution", error)


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (422, "query processing would load too many samples into memory in query execution", KIND.LIMIT),
        (422, "expanding series: context deadline exceeded", KIND.TIMEOUT),
        (503, "query timed out in expression evaluation", KIND.TIMEOUT),
        (503, "query timed out in query queue", KIND.TIMEOUT),
        (422, "fetch series: exceeded series limit: limit 1000 violated (got 1001)", KIND.LIMIT),
        (
            422,
            "the query exceeded the maximum number of chunks (limit: 2000000 chunks) (err-mimir-max-chunks-per-query)",
            KIND.LIMIT,
        ),
        (
            422,
            "the number of matching timeseries exceeds 30000; increase -search.maxUniqueTimeseries",
            KIND.LIMIT,
        ),
        (503, "not enough memory for processing 1000 series", KIND.LIMIT),
    ],
)
def test_an_error_about_the_limits_of_the_server_is_a_failure(status: int, error: str, kind: FailureKind) -> None:
    assert replied(status, prometheus(error)) == ClusterFailed("lisbon", kind, error)


@pytest.mark.parametrize(
    ("status", "body", "kind", "reason"),
    [
        (500, prometheus("disk\nfull\x1b[31m"), KIND.STATUS, "500: disk full [31m"),
        (500, prometheus("x" * 500), KIND.STATUS, f"500: {'x' * 119}…"),
        (503, b"", KIND.STATUS, "503: Service Unavailable"),
        (400, b"<html>", KIND.STATUS, "400: Bad Request"),
        (422, b'{"status":"error"}', KIND.STATUS, f"422: {HTTPStatus(422).phrase}"),
        (204, b"", KIND.STATUS, "204: No Content"),
        (599, b"", KIND.STATUS, "599: no status of HTTP"),
        (502, b'{"error":', KIND.STATUS, "502: Bad Gateway"),
        (500, b"\xff\xfe", KIND.STATUS, "500: Internal Server Error"),
        (404, prometheus("no such endpoint", "not_found"), KIND.STATUS, "404: no such endpoint"),
        (
            403,
            orjson.dumps({"kind": "Status", "status": "Failure", "message": FORBIDDEN}),
            KIND.AUTH,
            f"403: it does not let us ask: {FORBIDDEN[:119]}…",
        ),
    ],
)
def test_everything_else_is_a_failure_with_its_status(status: int, body: bytes, kind: FailureKind, reason: str) -> None:
    assert replied(status, body) == ClusterFailed("lisbon", kind, reason)


@pytest.mark.parametrize(
    ("location", "host"),
    [
        ("https://user:hunter2@sso.example.org/login?token=x", "sso.example.org"),
        ("/login", "another path"),
        ("", "another path"),
        ("http://[", "nowhere"),
    ],
)
def test_of_a_redirect_only_the_host_is_told(location: str, host: str) -> None:
    reason = f"307: it redirects to {host}; redirects are not followed"

    assert replied(307, b"", location) == ClusterFailed("lisbon", KIND.STATUS, reason)
