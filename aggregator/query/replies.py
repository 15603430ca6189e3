"""What the replies of the clusters mean for the whole query: an answer, an answer with warnings, or an error."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Generic, TypeVar

import msgspec

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
from aggregator.federation.wording import short

T = TypeVar("T")


class Settled(msgspec.Struct, Generic[T], frozen=True):
    """The answers, in the order of the questions, of the clusters that answered all that they were asked.

    `answers` are (number of the question, cluster, value); `failed` the clusters that are missing.
    """

    answers: tuple[tuple[int, str, T], ...]
    failed: tuple[ClusterFailed, ...]


def settle(replies: Sequence[Reply[T | CrosshubError]]) -> Settled[T]:
    """The answers, less those of clusters that failed a part: half an answer of a cluster would be a wrong one.

    Raises CannotExecute where a cluster could not execute its part, since one Prometheus could not either, and
    BadExpression where every cluster refuses the query.
    """
    answers: list[tuple[int, str, T]] = []
    failed: dict[str, ClusterFailed] = {}
    refused: dict[str, ClusterRefused] = {}
    for number, reply in enumerate(replies):
        if isinstance(reply, Answered):
            if isinstance(reply.value, CrosshubError):
                raise reply.value
            answers.append((number, reply.cluster, reply.value))
        elif isinstance(reply, ClusterFailed):
            failed.setdefault(reply.cluster, reply)
        elif reply.status == HTTPStatus.UNPROCESSABLE_ENTITY:
            raise CannotExecute(reply.error)
        else:
            refused.setdefault(reply.cluster, reply)
    if failed or refused:
        answers = [answer for answer in answers if answer[1] not in failed and answer[1] not in refused]
    if refused and not answers and not failed:
        raise BadExpression(words_of(next(iter(refused.values()))))
    return Settled(tuple(answers), (*failed.values(), *map(_as_failure, refused.values())))


def _as_failure(refusal: ClusterRefused) -> ClusterFailed:
    """Others understood the query, so this cluster is too old for it."""
    return ClusterFailed(refusal.cluster, FailureKind.UNSUPPORTED, f"it refused the query: {short(words_of(refusal))}")


def words_of(refusal: ClusterRefused) -> str:
    """What a cluster has against a request, without the name of the parameter."""
    start, parameter, words = refusal.error.partition('": ')
    return words if parameter and start.startswith('invalid parameter "') else refusal.error


def demand_enough(failed: Mapping[str, ClusterFailed], asked: Sequence[str], *, partial: bool) -> None:
    """Raise Unavailable when a cluster is missing that must not be, or when none answered."""
    if failed and (not partial or set(asked) <= failed.keys()):
        raise Unavailable("; ".join(str(failure) for failure in failed.values()))
