"""A few simulated hub-years: incidents of every kind are seen, and a workshop that is declared is not told of."""

from collections.abc import Sequence
from typing import Any

import httpx
import msgspec
import pytest

from aggregator.access.evidence import Told, Unseen
from aggregator.access.hub_told import told_by_hub
from aggregator.access.measuring import QUERIES, measured_by_all
from aggregator.clusters.secrets import Secret
from aggregator.federation.question import Answered, Question
from aggregator.rollups.hub_api import Api
from tests.access.replay.attack import DRIP, attack
from tests.access.replay.emitted import NAMESPACE, OAUTHENTICATOR, VERSION, Answers, Emitting, class_of
from tests.access.replay.life import life
from tests.access.replay.outcome import KINDS, can_happen, first_told
from tests.access.replay.place import DAY, HOUR, START, Place, Workshop, moment, place
from tests.access.replay.watched import Span, about_people, watched

AT = START + 60 * DAY + 11 * HOUR
SEED = 7


@pytest.mark.parametrize("kind", KINDS)
def test_an_incident_is_told_of(kind: str) -> None:
    where = _first(kind)
    lived = life(where, SEED)
    planned = attack(where, kind, SEED)
    peace = watched(Emitting(where, lived), Span(planned.begins - 2 * DAY, planned.begins + 9 * DAY))

    told = first_told(where, lived, planned, about_people(peace))

    assert told is not None
    assert told.at - planned.begins < (8 * DAY if kind == DRIP else DAY)


def test_a_declared_workshop_that_keeps_to_its_window_is_not_told_of() -> None:
    where, workshop = _held()
    near = workshop.begins - HOUR, workshop.begins + 2 * HOUR

    told = watched(Emitting(where, life(where, SEED)), Span(near[0] - DAY, workshop.ends + 3 * DAY, near))

    assert workshop.people > 20
    assert about_people(told) == []


async def test_what_a_simulated_hub_tells_is_what_the_readers_make_of_its_pages_and_metrics() -> None:
    where = _lively()
    emitting = Emitting(where, life(where, SEED))

    seen = emitting.sighting(AT)

    async with httpx.AsyncClient(transport=_hub(emitting)) as http:
        told = await told_by_hub(http, Api("http://hub.example", Secret("here", lambda: "token")))
    measured = (await measured_by_all(_Cluster(emitting.answers(AT)), ["cluster"], moment(AT)))["cluster"]
    assert isinstance(told, Told)
    assert told.total > len(told.accounts) > 1000
    assert seen.told == told
    assert not isinstance(measured, Unseen)
    assert seen.measured == measured[NAMESPACE]


def _first(kind: str) -> Place:
    """The first small hub with a token on which it can happen."""
    hubs = (place(SEED, number) for number in range(100))
    return next(each for each in hubs if can_happen(each, kind) and each.has_token and each.people < 40)


def _held() -> tuple[Place, Workshop]:
    """A workshop that is as it was declared, of a hub whose names can be judged."""
    hubs = (place(SEED, number) for number in range(400))
    return next(
        (hub, each)
        for hub in hubs
        for each in hub.workshops
        if hub.has_token and hub.judges_names and _keeps_to_it(each)
    )


def _keeps_to_it(held: Workshop) -> bool:
    window = held.window
    if window is None or window.until is None or window.expected_people is None or held.is_left_open:
        return False
    times = window.since.timestamp(), window.until.timestamp()
    return times == (held.begins, held.ends) and 20 < held.people <= window.expected_people * 1.5


def _lively() -> Place:
    """A hub with a token and more accounts than are read."""
    hubs = (place(SEED, number) for number in range(400))
    return next(each for each in hubs if each.has_token and each.is_oauth and each.people > 1200)


class _Cluster:
    """A Prometheus that answers as the simulation says, as JSON."""

    def __init__(self, answers: Answers) -> None:
        self._bodies = {
            text: msgspec.json.encode({"data": {"result": answers[name]}}) for name, text in QUERIES.items()
        }

    async def ask(self, questions: Sequence[Question[Any]], deadline: float) -> tuple[Any, ...]:
        return tuple(Answered(each.cluster, each.decode(self._bodies[dict(each.form)["query"]])) for each in questions)


def _hub(emitting: Emitting) -> httpx.MockTransport:
    """A hub whose REST API has one page after the other."""
    users = emitting.everybody()
    info = {"version": VERSION, "authenticator": {"class": class_of(emitting.place.mode), "version": OAUTHENTICATOR}}

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/info"):
            return httpx.Response(200, json=info)
        offset, limit = int(request.url.params["offset"]), int(request.url.params["limit"])
        following = {"offset": offset + limit} if offset + limit < len(users) else None
        items = msgspec.to_builtins(users[offset : offset + limit])
        return httpx.Response(200, json={"items": items, "_pagination": {"next": following, "total": len(users)}})

    return httpx.MockTransport(answer)
