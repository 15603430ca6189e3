"""How alerts read in Slack, within what Slack takes."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block, ContextBlock, SectionBlock

from aggregator.delivery.slack_blocks import MOST_BLOCKS, MOST_CHARACTERS, SlackText, escaped, resolved_text, slack_text
from aggregator.outbox.notice import Notice, Page
from tests.delivery.making import LIST_URL
from tests.outbox.notices import MINUTE, NEW, NOW, item, notice, page

MANY = settings(max_examples=80, deadline=None, derandomize=True, database=None)

RUNBOOK = "<https://crosshub.example.org/runbooks/hub-down|Runbook>"
GRAFANA = "<https://grafana.example.org/d/hub?var-cluster=lisbon&amp;var-hub=prod|Grafana>"
SILENCE = "<https://crosshub.example.org/alerts/silence|Silence for 1 h>"


def lines(form: SlackText) -> list[str]:
    """The text of all blocks, line by line."""
    return [line for block in form.blocks for line in _text(block).splitlines()]


def _text(block: dict[str, Any]) -> str:
    return str(block["text"]["text"]) if "text" in block else str(block["elements"][0]["text"])


def has_what_slack_takes(form: SlackText) -> bool:
    """Whether slack-sdk's own validators let it through, and the bounds that Slack does not document are kept to."""
    for block in form.blocks:
        model = Block.parse(block)
        assert isinstance(model, SectionBlock | ContextBlock)
        model.to_dict()
        assert 0 < len(_text(block)) <= 3000
    written = json.dumps(form.blocks, ensure_ascii=False)
    return len(form.blocks) <= MOST_BLOCKS and len(written) <= MOST_CHARACTERS and 0 < len(form.text) <= 4000


def test_an_outage_reads_as_it_should() -> None:
    form = slack_text(notice(), LIST_URL)

    assert lines(form) == [
        ":red_circle: *University of Lisbon (lisbon/prod) is down* — page",
        "Since 14:02, for 3 minutes. 41 people had servers there.",
        "• its health page: 502, three times",
        "• `up` of the hub: 0 since 14:01",
        "• the cluster's Prometheus answers",
        f"{RUNBOOK} · {GRAFANA} · {SILENCE}",
    ]
    assert form.text == "1 firing: University of Lisbon (lisbon/prod) is down"
    assert has_what_slack_takes(form)


@pytest.mark.parametrize(
    ("said", "line"),
    [
        pytest.param(notice(item(status="resolved")), ":large_green_circle: *University of Lisbon (lisbon/prod) is back.*",
                     id="over"),
        pytest.param(notice(item(status="resolved", evidence=("its rule was removed",))), "• its rule was removed",
                     id="why it ended"),
        pytest.param(notice(item(status="resolved")), "It lasted 3 minutes, 14:02 to 14:05.", id="how long it was"),
        pytest.param(notice(zone="Asia/Kathmandu"), "Since 19:47, for 3 minutes. 41 people had servers there.",
                     id="the reader's zone"),
        pytest.param(notice(item(people=1, since=NOW - timedelta(days=33, hours=2))),
                     "Since 23 Oct 12:05, for 33 days. 1 person had servers there.", id="long ago"),
        pytest.param(notice(item(people=None, since=NOW - timedelta(minutes=130))), "Since 11:55, for 2 hours 10 minutes.",
                     id="nobody counted"),
        pytest.param(notice(item(severity="ticket")), ":large_orange_circle: *University of Lisbon (lisbon/prod) is down* — ticket",
                     id="a ticket"),
        pytest.param(notice(item(labels=(("kind", "access"),), severity="critical", title="14 accounts")),
                     ":unlock: *14 accounts* — critical", id="access"),
        pytest.param(notice(item(held="no data since 14:04.")), "Not known whether it is over: no data since 14:04.",
                     id="held"),
        pytest.param(notice(item(evidence=tuple("abcdefgh"))), "2 more are left out here.", id="much evidence"),
        pytest.param(notice(may_be_repeat=True),
                     ":repeat: Possible repeat: sending was interrupted, and this may have been said before.", id="a repeat"),
        pytest.param(page("Good morning", "• one", "• two `a*b`"), "• two `a*b`", id="a page"),
    ],
)  # fmt: skip
def test_a_line_of_a_message(said: Notice | Page, line: str) -> None:
    form = slack_text(said, LIST_URL)

    assert line in lines(form)
    assert has_what_slack_takes(form)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("<!channel>", "&lt;!channel&gt;"),
        ("<@U012AB3CD> & <https://evil.example|Runbook>", "&lt;@U012AB3CD&gt; &amp; &lt;https://evil.example|Runbook&gt;"),
        ("*bold* _slanted_ ~gone~ `code`", "∗bold∗ ˍslantedˍ ∼gone∼ ˋcodeˋ"),
        ("jupyter_hub_prod", "jupyter_hub_prod"),
    ],
)  # fmt: skip
def test_what_a_stranger_calls_himself_does_nothing(name: str, shown: str) -> None:
    form = slack_text(notice(item(title=f"{name} is down")), LIST_URL)

    assert escaped(name) == shown
    assert lines(form)[0] == f":red_circle: *{shown} is down* — page"


def test_a_name_cannot_begin_a_line_or_turn_the_text_around() -> None:
    form = slack_text(notice(item(title="a\n*b*\r\x00\u202ec")), LIST_URL)

    assert lines(form)[0] == ":red_circle: *a ∗b∗ c* — page"


def test_a_thousand_alerts_are_as_many_as_fit_and_a_link_to_the_rest() -> None:
    form = slack_text(notice(*(item(f"hub{number}") for number in range(1000))), LIST_URL)

    shown = sum(":red_circle:" in line for line in lines(form))
    assert 10 < shown < 40
    assert lines(form)[-1] == f"{1000 - shown} more are left out here. <{LIST_URL}|See all of them>"
    assert form.text == "1000 firing: University of Hub0 (hub0/prod) is down, and 999 more"
    assert has_what_slack_takes(form)


def test_a_thread_says_what_changed() -> None:
    said = notice(item("porto"), item(status="resolved", evidence=("its rule was removed",)), reason=NEW)

    assert resolved_text(said).splitlines() == [
        ":red_circle: *University of Porto (porto/prod) is down* Since 14:02, for 3 minutes. 41 people had servers there.",
        ":large_green_circle: *University of Lisbon (lisbon/prod) is back.* It lasted 3 minutes, 14:02 to 14:05.",
        "• its rule was removed",
    ]


TEXTS = st.text(st.sampled_from("a&<>*_`|~ \n\u202eé\x00!@#"), max_size=4000)
ITEMS = st.builds(
    lambda title, text, evidence, severity, minutes: replace(
        item(), title=title, text=text, evidence=tuple(evidence), severity=severity, since=NOW - minutes * MINUTE
    ),
    TEXTS, TEXTS, st.lists(TEXTS, max_size=8), TEXTS, st.integers(-5, 10**6),
)  # fmt: skip
PAGES = st.builds(lambda subject, lines: Page(subject, tuple(lines), NOW), TEXTS, st.lists(TEXTS, max_size=60))


@MANY
@given(st.lists(ITEMS, min_size=1, max_size=60).map(lambda items: notice(*items)) | PAGES, st.booleans())
def test_whatever_is_said_slack_takes_it(said: Notice | Page, may_be_repeat: bool) -> None:  # noqa: FBT001
    form = slack_text(replace(said, may_be_repeat=may_be_repeat), LIST_URL)

    assert has_what_slack_takes(form)
    assert "<!" not in f"{form.blocks}{form.text}"
