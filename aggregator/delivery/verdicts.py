"""What a channel's answer means for the message and for its receiver; each channel's answers are a table."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal

from aggregator.delivery.wording import plain
from aggregator.series import Labels

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=5)
LONGEST_REST = timedelta(hours=1)
MOST_WORDS = 200


@dataclass(frozen=True, slots=True)
class Sent:
    """It was taken. `told` is what the next message of its lane has to know; `but` says who of several did not get it."""

    told: Labels = ()
    but: str = ""


@dataclass(frozen=True, slots=True)
class Later:
    """Not now. `rest`: the receiver wants to be left alone for so long; otherwise only this message waits.

    `unsure`: it may have been taken nevertheless. `told` is how far it came.
    """

    why: str
    rest: timedelta | None = None
    unsure: bool = False
    told: Labels = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """Never: the message is at fault, the receiver is gone, or there is nobody at the one address it was for."""

    why: str
    whose: Literal["receiver", "message", "address"]


Verdict = Sent | Later | Refused


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered over HTTP; `body` is its beginning."""

    status: int
    body: str = ""
    retry_after: str | None = None


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """What came instead of an answer. `unsure`: the request had gone out."""

    why: str
    unsure: bool = False


Meaning = Literal["receiver", "message", "later"]

# What is in none of them is tried again: whoever is told late is better off than who is never told.
SLACK: Mapping[int, Meaning] = {
    400: "message", 401: "receiver", 403: "receiver", 404: "receiver", 410: "receiver", 413: "message",
}  # fmt: skip
# The address is not the receiver's own, so 404 says nothing about it.
PAGERDUTY: Mapping[int, Meaning] = {400: "message", 401: "receiver", 403: "receiver", 413: "message"}
ALERTMANAGER: Mapping[int, Meaning] = {400: "message", 413: "message", 422: "message"}
# https://github.com/standard-webhooks: all but 410 is to be tried again.
WEBHOOK: Mapping[int, Meaning] = {410: "receiver"}

# Errors in Slack's own words: the text that a webhook answers, the `error` of a bot's call.
SLACK_WORDS: Mapping[str, Meaning] = {
    **dict.fromkeys(
        (
            "account_inactive action_prohibited channel_is_archived channel_not_found ekm_access_denied invalid_auth "
            "invalid_token is_archived missing_scope no_active_hooks no_permission no_service no_service_id no_team "
            "not_allowed_token_type not_authed not_in_channel org_login_required posting_to_general_channel_denied "
            "restricted_action team_access_not_granted team_disabled token_expired token_revoked user_not_found"
        ).split(),
        "receiver",
    ),
    **dict.fromkeys(
        (
            "as_user_not_supported invalid_arguments invalid_blocks invalid_blocks_format invalid_payload "
            "markdown_text_conflict missing_text_or_fallback_or_attachments msg_blocks_too_long msg_too_long no_text "
            "too_many_attachments"
        ).split(),
        "message",
    ),
    **dict.fromkeys(
        "fatal_error internal_error rate_limited ratelimited request_timeout rollup_error service_unavailable".split(),
        "later",
    ),
}  # fmt: skip
PAGERDUTY_WORDS: Mapping[str, Meaning] = {"routing_key": "receiver", "routing key": "receiver"}

# A gateway's word that it heard nothing in time from the server behind it, which may have done its work.
GATEWAY = (502, 504)


def over_http(
    answer: Answer | NoAnswer,
    meanings: Mapping[int, Meaning],
    now: datetime,
    words: Mapping[str, Meaning] | None = None,
) -> Verdict:
    """What an answer means: its own `words` first, where it has known ones, then its status."""
    if isinstance(answer, NoAnswer):
        return Later(answer.why, unsure=answer.unsure)
    if 200 <= answer.status < 300:
        return Sent()
    why = _said(answer)
    if answer.status == 429:
        return Later(why, rest=asked_rest(answer.retry_after, now) or FIRST_WAIT)
    if answer.status >= 500:
        return Later(why, rest=asked_rest(answer.retry_after, now), unsure=answer.status in GATEWAY)
    meaning = _by_words(answer.body, words or {}) or meanings.get(answer.status, "later")
    return Later(why) if meaning == "later" else Refused(why, meaning)


def asked_rest(retry_after: str | None, now: datetime) -> timedelta | None:
    """For how long a server wants to be left alone, by its header `Retry-After`: seconds or a date; an hour at most."""
    if retry_after is None:
        return None
    if retry_after.strip().isdecimal():
        wait = timedelta(seconds=min(int(retry_after), LONGEST_REST.total_seconds()))
    else:
        try:
            until: datetime = parsedate_to_datetime(retry_after)
        except ValueError:
            return None
        if until.tzinfo is None:
            return None
        wait = until - now
    return min(max(wait, timedelta(seconds=1)), LONGEST_REST)


def next_wait(attempts: int, draw: float) -> timedelta:
    """How long a message waits after so many attempts: twice as long each time, up to five minutes.

    `draw`, from 0 to 1, takes off up to a third, so that what failed together does not come back together.
    """
    longest = min(LONGEST_WAIT, FIRST_WAIT * (1 << min(max(attempts - 1, 0), 16)))
    return longest * (1 - draw / 3)


def _by_words(body: str, words: Mapping[str, Meaning]) -> Meaning | None:
    return next((meaning for said, meaning in words.items() if said in body), None)


def _said(answer: Answer) -> str:
    if 300 <= answer.status < 400:
        return f"{answer.status}: a redirect, which is not followed"
    body = plain(answer.body, MOST_WORDS)
    return f"{answer.status}: {body}" if body and "<" not in body else f"{answer.status}"
