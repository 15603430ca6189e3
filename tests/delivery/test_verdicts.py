"""What answers mean, and how long one waits."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.delivery.verdicts import (
    PAGERDUTY,
    PAGERDUTY_WORDS,
    SLACK,
    SLACK_WORDS,
    Answer,
    Later,
    Refused,
    Sent,
    Verdict,
    asked_rest,
    next_wait,
    over_http,
)
from tests.outbox.notices import NOW

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (Answer(200, "ok"), Sent()),
        (Answer(400, "invalid_token"), Refused("400: invalid_token", "receiver")),
        (Answer(403, "invalid_token"), Refused("403: invalid_token", "receiver")),
        (Answer(404, "no_service"), Refused("404: no_service", "receiver")),
        (Answer(410, "channel_is_archived"), Refused("410: channel_is_archived", "receiver")),
        (Answer(400, "invalid_blocks"), Refused("400: invalid_blocks", "message")),
        (Answer(400, "<html>a page of somebody else</html>"), Refused("400", "message")),
        (Answer(400, "internal_error"), Later("400: internal_error")),
        (Answer(418, "something else"), Later("418: something else")),
        (Answer(307), Later("307: a redirect, which is not followed")),
        (Answer(429, "", "30"), Later("429", rest=30 * SECOND)),
        (Answer(429), Later("429", rest=5 * SECOND)),
        (Answer(503, "", "60"), Later("503", rest=60 * SECOND)),
        (Answer(504), Later("504", unsure=True)),
        (Answer(500, "x" * 5000), Later(f"500: {'x' * 199}…")),
    ],
)
def test_what_an_answer_of_slack_means(answer: Answer, verdict: Verdict) -> None:
    assert over_http(answer, SLACK, NOW, SLACK_WORDS) == verdict


@pytest.mark.parametrize(
    ("body", "whose"),
    [('{"errors":["Invalid routing key"]}', "receiver"), ('{"errors":["Length of summary"]}', "message")],
)
def test_whose_fault_it_is_that_pagerduty_refuses(body: str, whose: str) -> None:
    verdict = over_http(Answer(400, body), PAGERDUTY, NOW, PAGERDUTY_WORDS)

    assert isinstance(verdict, Refused)
    assert verdict.whose == whose


@pytest.mark.parametrize(
    ("header", "rest"),
    [
        ("30", 30 * SECOND),
        (" 1 ", SECOND),
        ("0", SECOND),
        ("99999999999999999999", timedelta(hours=1)),
        ("Wed, 25 Nov 2026 14:06:00 GMT", 60 * SECOND),
        ("Wed, 25 Nov 2026 13:00:00 GMT", SECOND),
        ("Thu, 25 Nov 2027 14:06:00 GMT", timedelta(hours=1)),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("", None),
        (None, None),
    ],
)
def test_how_long_a_server_wants_to_be_left_alone(header: str | None, rest: timedelta | None) -> None:
    assert asked_rest(header, NOW) == rest


def test_what_a_server_answers_is_noted_without_what_no_database_keeps() -> None:
    verdict = over_http(Answer(400, "no\0 such\nthing"), {400: "message"}, NOW)

    assert verdict == Refused("400: no such thing", "message")


def test_a_message_waits_twice_as_long_each_time_up_to_five_minutes() -> None:
    waits = [next_wait(attempts, 0.0).total_seconds() for attempts in (1, 2, 3, 4, 5, 6, 7, 8, 1000)]

    assert waits == [5, 10, 20, 40, 80, 160, 300, 300, 300]


@given(st.integers(0, 10**9), st.floats(0, 1))
def test_what_chance_takes_off_a_wait_is_at_most_a_third(attempts: int, draw: float) -> None:
    longest = next_wait(attempts, 0.0)

    assert longest * 0.66 < next_wait(attempts, draw) <= longest <= timedelta(minutes=5)
