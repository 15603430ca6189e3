"""What a cluster says about a text: it knows Prometheus' own words, and the position of what is wrong."""

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from aggregator.errors import ClusterRefused
from aggregator.federation.question import Answered, Fleet, Form, Question
from aggregator.promql.guard import guard
from aggregator.query.replies import words_of

T = TypeVar("T")

# It is a matter of words only: nobody waits longer for them.
PATIENCE = 5.0


async def words_against(fleet: Fleet, clusters: Sequence[str], path: str, form: Form) -> str | None:
    """What the first cluster that answers has against a request, without the name of the parameter; None: nothing."""
    answer = await first_word(fleet, clusters, path, form, lambda _: None)
    return words_of(answer) if isinstance(answer, ClusterRefused) else None


async def first_word(
    fleet: Fleet, clusters: Sequence[str], path: str, form: Form, decode: Callable[[bytes], T]
) -> Answered[T] | ClusterRefused | None:
    """The answer or refusal of the first cluster that does not fail; None when all do.

    Raises TooComplex for a text that nobody should have to read.
    """
    for _, text in form:
        guard(text)
    until = time.monotonic() + PATIENCE
    for cluster in clusters:
        (reply,) = await fleet.ask([Question(cluster, path, form, decode)], until)
        if isinstance(reply, Answered | ClusterRefused):
            return reply
    return None
