"""Messages to Slack: by an incoming webhook, or by a bot that keeps one message for each group up to date."""

from collections.abc import Mapping
from typing import Any

import msgspec

from aggregator.clusters.alerting import Slack
from aggregator.delivery.posting import posted
from aggregator.delivery.slack_blocks import SlackText, resolved_text, slack_text
from aggregator.delivery.verdicts import SLACK, SLACK_WORDS, Answer, Later, NoAnswer, Refused, Sent, Verdict, over_http
from aggregator.delivery.ways import Outgoing, Ways
from aggregator.outbox.carrying import is_repeat
from aggregator.outbox.notice import Notice
from aggregator.series import Labels

# The message that was to be changed is not there any more, or is not ours to change.
GONE = ("message_not_found", "cant_update_message", "edit_window_closed", "is_inactive", "thread_not_found")
# Slack asks no server of ours for a preview.
QUIET = {"unfurl_links": False, "unfurl_media": False}


async def send(via: Slack, outgoing: Outgoing, ways: Ways) -> Verdict:
    """Says it, by whichever of the two the receiver has."""
    form = slack_text(outgoing.said, ways.list_url)
    if via.webhook is not None:
        answer = await posted(outgoing.http, via.webhook.read(), _json(_content(form) | QUIET), {}, ways.deadline)
        if isinstance(answer, Refused):
            return answer
        return _from_slack(over_http(answer, SLACK, ways.now(), SLACK_WORDS), answer)
    return await _by_bot(via, form, outgoing, ways)


def _from_slack(verdict: Verdict, answer: Answer | NoAnswer) -> Verdict:
    """The verdict, unless it was the page of a proxy in between that said 200."""
    if isinstance(answer, Answer) and isinstance(verdict, Sent) and answer.body.lstrip().startswith("<"):
        return Later(f"{answer.status}, but with a page that is not Slack's", unsure=True)
    return verdict


async def _by_bot(via: Slack, form: SlackText, outgoing: Outgoing, ways: Ways) -> Verdict:
    said, before = outgoing.said, dict(outgoing.held.told_before)
    if not isinstance(said, Notice) or "ts" not in before or before.get("over"):
        return await _new(via, form, outgoing, ways)
    place = {"channel": before["channel"], "ts": before["ts"]}
    changed = await _call(via, "chat.update", place | _content(form), outgoing, ways)
    if isinstance(changed, Refused) and any(word in changed.why for word in GONE):
        return await _new(via, form, outgoing, ways)
    # A message that is edited makes no sound: what is new is said in its thread as well.
    if not isinstance(changed, Sent) or is_repeat(said):
        return _as_told(changed, place, said)
    thread: dict[str, Any] = {"channel": before["channel"], "thread_ts": before["ts"], "text": resolved_text(said)}
    thread |= QUIET | {"reply_broadcast": said.status == "firing"}
    return _as_told(await _call(via, "chat.postMessage", thread, outgoing, ways), place, said)


async def _new(via: Slack, form: SlackText, outgoing: Outgoing, ways: Ways) -> Verdict:
    verdict = await _call(via, "chat.postMessage", {"channel": via.channel} | _content(form) | QUIET, outgoing, ways)
    place = dict(verdict.told) if isinstance(verdict, Sent) else {}
    return _as_told(verdict, place, outgoing.said)


def _as_told(verdict: Verdict, place: Mapping[str, str], said: object) -> Verdict:
    """What was sent, with where the group's message stands, and whether the next one begins a new one."""
    if not isinstance(verdict, Sent):
        return verdict
    over = {"over": "yes"} if isinstance(said, Notice) and said.status == "resolved" else {}
    return Sent(_labels({**place, **over}))


async def _call(via: Slack, method: str, content: Mapping[str, Any], outgoing: Outgoing, ways: Ways) -> Verdict:
    """What a call of the API came to; `ok: false` with status 200 is an error."""
    assert via.bot_token is not None
    headers = {"Authorization": f"Bearer {via.bot_token.read()}"}
    answer = await posted(outgoing.http, f"{ways.slack_api}/{method}", _json(content), headers, ways.deadline / 2)
    if isinstance(answer, Refused):
        return answer
    verdict = over_http(answer, SLACK, ways.now(), SLACK_WORDS)
    return _read(answer.body) if isinstance(verdict, Sent) and isinstance(answer, Answer) else verdict


def _read(body: str) -> Verdict:
    try:
        told = msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeError):
        return Later("200, but not in JSON", unsure=True)
    if told.get("ok") is True:
        return Sent(_labels({name: str(told.get(name, "")) for name in ("channel", "ts")}))
    error = str(told.get("error", "not ok"))[:100]
    meaning = SLACK_WORDS.get(error, "message" if error in GONE else "later")
    return Later(error) if meaning == "later" else Refused(error, meaning)


def _content(form: SlackText) -> dict[str, Any]:
    return {"text": form.text, "blocks": list(form.blocks)}


def _json(content: Mapping[str, Any]) -> bytes:
    return msgspec.json.encode(content)


def _labels(told: Mapping[str, str]) -> Labels:
    return tuple(sorted(told.items()))
