"""What is remembered of a hub from look to look, and what is shown of the last one."""

from aggregator.access.evidence import Known, NotAsked, Outside, Unseen
from aggregator.access.remembering import known_now, sight_of
from tests.access.sightings import DAY, DUMMY, NOON, OAUTH, account, measured, seen, server, told

HASHES = {"ana": "a1", "eve": "e1"}
ANA, EVE = account("ana", admin=True), account("eve", admin=True)


def test_the_first_look_dates_nothing() -> None:
    assert known_now(None, told(ANA), HASHES, NOON) == Known(OAUTH, "", None, {"a1": None})


def test_another_class_and_another_admin_have_the_date_of_their_look() -> None:
    first = known_now(None, told(ANA), HASHES, NOON)

    then = known_now(first, told(ANA, EVE, authenticator=DUMMY), HASHES, NOON + DAY)
    later = known_now(then, told(ANA, EVE, authenticator=DUMMY), HASHES, NOON + 2 * DAY)

    assert then == later == Known(DUMMY, OAUTH, NOON + DAY, {"a1": None, "e1": NOON + DAY})


def test_an_admin_who_is_gone_is_forgotten() -> None:
    first = known_now(None, told(ANA, EVE), HASHES, NOON)

    assert known_now(first, told(EVE), HASHES, NOON + DAY).admins == {"e1": None}


def test_who_is_not_seen_is_remembered() -> None:
    first = known_now(None, told(ANA), HASHES, NOON)

    assert known_now(first, Unseen("its API cannot be reached"), {}, NOON + DAY) == first
    assert known_now(None, NotAsked("it has no url"), {}, NOON) == Known()


def test_a_look_is_shown_as_what_was_observed_and_from_where() -> None:
    sighting = seen(
        told=told(account("ana", age=400 * DAY), account("eve")),
        measured=measured(servers=[server("ana")]),
        outside=Outside(password_form=True),
    )

    sight = sight_of(sighting)

    assert sight.observed == (
        "GitHubOAuthenticator 17.4.0, JupyterHub 6.1.1",
        "2 accounts, 1 new in 7 days",
        "1 server",
        "its login page asks for a password of its own",
    )
    assert sight.sides == ("REST API", "pages", "Prometheus")


def test_what_could_not_be_seen_is_shown_with_its_reason() -> None:
    sighting = seen(
        told=NotAsked("it has no api_token"), measured=Unseen("the cluster's Prometheus: no answer in 20 s")
    )

    assert sight_of(sighting).sides == (
        "REST API: not asked, it has no api_token",
        "pages: not asked, it has no url",
        "Prometheus: not seen, the cluster's Prometheus: no answer in 20 s",
    )
