"""What the replies of clusters mean for a query as a whole."""

from typing import Any

import pytest

from aggregator.errors import (
    BadExpression,
    CannotExecute,
    ClusterFailed,
    ClusterRefused,
    CrosshubError,
    FailureKind,
    Unavailable,
)
from aggregator.federation.question import Answered, Reply
from aggregator.query.replies import Settled, demand_enough, settle, words_of

A, B, C = "lisbon", "oslo", "porto"


def down(cluster: str, reason: str = "connection refused") -> ClusterFailed:
    return ClusterFailed(cluster, FailureKind.CONNECT, reason)


def refused(cluster: str, status: int = 400, error: str = "no") -> ClusterRefused:
    return ClusterRefused(cluster, status, "bad_data", error)


def unsupported(cluster: str, words: str = "no") -> ClusterFailed:
    return ClusterFailed(cluster, FailureKind.UNSUPPORTED, f"it refused the query: {words}")


SETTLED: dict[str, tuple[list[Reply[Any]], Settled[Any]]] = {
    "nobody asked": ([], Settled((), ())),
    "all answered": ([Answered(A, 1), Answered(B, 2)], Settled(((0, A, 1), (1, B, 2)), ())),
    "one failed": ([Answered(A, 1), down(B)], Settled(((0, A, 1),), (down(B),))),
    "all failed": ([down(A), down(B)], Settled((), (down(A), down(B)))),
    "half an answer": ([Answered(A, 1), Answered(B, 2), Answered(A, 3), down(B)], Settled(((0, A, 1), (2, A, 3)), (down(B),))),
    "failed twice": ([down(A, "first"), down(A, "second"), Answered(B, 1)], Settled(((2, B, 1),), (down(A, "first"),))),
    "one refused": ([Answered(A, 1), refused(B)], Settled(((0, A, 1),), (unsupported(B),))),
    "refused a half": ([Answered(A, 1), refused(A), Answered(B, 2)], Settled(((2, B, 2),), (unsupported(A),))),
    "some failed and all others refused": ([down(A), refused(B)], Settled((), (down(A), unsupported(B)))),
    "an answer that is falsy": ([Answered(A, 0)], Settled(((0, A, 0),), ())),
}  # fmt: skip


@pytest.mark.parametrize("case", SETTLED)
def test_what_is_answered_and_who_is_missing(case: str) -> None:
    replies, settled = SETTLED[case]

    assert settle(replies) == settled


RAISED: dict[str, tuple[list[Reply[Any]], type[CrosshubError], str]] = {
    "a 422": ([Answered(A, 1), refused(B, 422, "duplicates")], CannotExecute, "duplicates"),
    "a 422 among failures": ([down(A), refused(B, 422, "duplicates")], CannotExecute, "duplicates"),
    "all refused": ([refused(A, error="1:1: parse error"), refused(B)], BadExpression, "1:1: parse error"),
    "one refused both halves": ([refused(A, error="x"), refused(A, error="y")], BadExpression, "x"),
    "what an answer shows to be impossible": ([Answered(A, CannotExecute("histograms")), down(B)], CannotExecute, "histograms"),
}  # fmt: skip


@pytest.mark.parametrize("case", RAISED)
def test_what_the_query_as_a_whole_fails_with(case: str) -> None:
    replies, kind, words = RAISED[case]

    with pytest.raises(kind) as failed:
        settle(replies)

    assert str(failed.value) == words


@pytest.mark.parametrize(
    ("missing", "asked", "partial", "enough"),
    [
        ([], [A, B], True, True),
        ([], [A, B], False, True),
        ([], [], True, True),
        ([A], [A, B], True, True),
        ([A], [A, B], False, False),
        ([A, B], [A, B], True, False),
        ([B, A], [A], True, False),
    ],
)
def test_some_may_be_missing_but_not_all(missing: list[str], asked: list[str], partial: bool, enough: bool) -> None:  # noqa: FBT001
    failed = {cluster: down(cluster) for cluster in missing}

    if enough:
        demand_enough(failed, asked, partial=partial)
        return
    with pytest.raises(Unavailable, match=f'cluster "{missing[0]}": connection refused'):
        demand_enough(failed, asked, partial=partial)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ('invalid parameter "query": 1:5: parse error: unexpected "}"', '1:5: parse error: unexpected "}"'),
        ('invalid parameter "match[]": 1:1: parse error', "1:1: parse error"),
        ('1:5: parse error: unexpected "x": in it', '1:5: parse error: unexpected "x": in it'),
        ("anything", "anything"),
    ],
)
def test_the_parameter_is_not_part_of_the_words(error: str, words: str) -> None:
    assert words_of(refused(A, error=error)) == words
