"""How alerts read as a mail."""

from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest

from aggregator.delivery.mail_text import COLUMNS, Envelope, mail
from aggregator.outbox.notice import Notice, Page
from tests.delivery.making import LIST_URL
from tests.outbox.notices import item, notice, page

ENVELOPE = Envelope("Crosshub <crosshub@example.org>", "ana@example.org", "key", "lane")
HOSTILE = '<script>alert(1)</script>\r\nBcc: eve@example.org\u202e"'


def sent(said: Notice | Page, envelope: Envelope = ENVELOPE) -> EmailMessage:
    """The mail as it arrives."""
    return message_from_bytes(mail(said, envelope, LIST_URL).as_bytes(), policy=policy.default)


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def test_the_text_of_a_mail() -> None:
    said = notice(
        item(held="no data since 14:04", text="Look at `kubectl get pods`."),
        item("porto", "resolved", links=(), evidence=("its rule was removed",)),
    )

    assert part(sent(said), "plain").splitlines() == [
        "University of Lisbon (lisbon/prod) is down (page)",
        "Since 14:02, for 3 minutes. 41 people had servers there.",
        "Not known whether it is over: no data since 14:04.",
        "  - its health page: 502, three times",
        "  - up of the hub: 0 since 14:01",
        "  - the cluster's Prometheus answers",
        "Look at kubectl get pods.",
        "Runbook: https://crosshub.example.org/runbooks/hub-down",
        "Grafana: https://grafana.example.org/d/hub?var-cluster=lisbon&var-hub=prod",
        "Silence for 1 h: https://crosshub.example.org/alerts/silence",
        "",
        "University of Porto (porto/prod) is back (resolved)",
        "It lasted 3 minutes, 14:02 to 14:05.",
        "  - its rule was removed",
    ]


def test_the_headers_of_a_mail() -> None:
    message = sent(notice())

    assert {name: str(message[name]) for name in ("From", "To", "Subject", "Date", "Auto-Submitted")} == {
        "From": "Crosshub <crosshub@example.org>",
        "To": "ana@example.org",
        "Subject": "1 firing: University of Lisbon (lisbon/prod) is down",
        "Date": "Wed, 25 Nov 2026 14:05:00 +0000",
        "Auto-Submitted": "auto-generated",
    }
    assert message["Message-ID"].endswith("@example.org>")


def test_its_id_is_the_same_each_time_and_a_group_is_one_thread() -> None:
    again, other = sent(notice(may_be_repeat=True)), sent(notice(), replace(ENVELOPE, key="another"))

    assert sent(notice())["Message-ID"] == again["Message-ID"] != other["Message-ID"]
    assert (
        sent(notice())["References"] == other["References"] != sent(notice(), replace(ENVELOPE, lane="x"))["References"]
    )
    assert part(again, "plain").startswith("Possible repeat: ")
    assert "Possible repeat: " in part(again, "html")


@pytest.mark.parametrize("said", [notice(item(title=HOSTILE, evidence=(HOSTILE,))), page(HOSTILE, HOSTILE)])
def test_what_a_stranger_calls_himself_is_only_text(said: Notice | Page) -> None:
    message = sent(said)
    tags: set[str] = set()

    class Tags(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            tags.add(tag)

    Tags().feed(part(message, "html"))

    assert message["Bcc"] is None
    assert "script" not in tags
    assert "\u202e" not in part(message, "plain")


def test_a_mail_about_a_thousand_alerts_is_small_and_says_what_is_left_out() -> None:
    many = notice(*(item(f"hub{number}", evidence=("x" * 500,) * 20) for number in range(1000)))

    message = sent(many)

    assert len(part(message, "html").encode()) < 80_000
    for kind in ("plain", "html"):
        assert "980 more are left out here." in part(message, kind)
        assert LIST_URL in part(message, kind)


def test_the_text_is_narrow() -> None:
    text = part(sent(page("Good morning", "word " * 100, "• " + "word " * 100)), "plain")

    assert max(map(len, text.splitlines())) <= COLUMNS
    assert text.startswith("Good morning\n\nword word")
