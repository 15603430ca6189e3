"""A letter as the mail to one recipient, as it is on the wire."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from aggregator.delivery.letter_mail import letter_mail
from aggregator.outbox.letter import Addressed, File, Letter, Parts, Picture

LINK = f"https://crosshub.example.org/stop/{'a' * 24}.{'b' * 32}"
SENDER = "Crosshub <crosshub@example.org>"
LETTER = Letter(
    "Universidade de Lisboa, semana 47: 42 pessoas (+14\u00a0%), uma interrup\u00e7\u00e3o",
    "Para deixar de receber: STOP\n",
    f"<p>{'a' * 2000}</p><a href='STOP'>stop</a><img src='cid:days'>",
    Parts((Picture("days", b"png"),), (File("lisbon.csv", "text/csv", b"a,b\r\n"),)),
    "STOP",
)
TO_ANA = Addressed("x", "ana@example.org", "s", datetime(2026, 11, 23, tzinfo=UTC), "slot", "report/lisbon", LINK)


def parsed(content: bytes) -> EmailMessage:
    mail = message_from_bytes(content, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def test_the_link_to_stop_stands_in_its_header_as_it_is() -> None:
    head = bytes(letter_mail(LETTER, TO_ANA, SENDER)).partition(b"\r\n\r\n")[0].decode("ascii").split("\r\n")

    assert f"List-Unsubscribe: <{LINK}>" in head
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in head


def test_every_part_arrives_as_it_was_and_every_line_is_one_that_servers_take() -> None:
    content = bytes(letter_mail(LETTER, TO_ANA, SENDER))
    mail = parsed(content)

    text, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert mail["Subject"] == LETTER.subject.replace("\u00a0", " ")
    assert text is not None
    assert html is not None
    assert text.get_content().rstrip() == f"Para deixar de receber: {LINK}"
    assert html.get_content().rstrip() == LETTER.html.replace("STOP", LINK)
    found = {part.get_content_type(): part for part in mail.walk()}
    assert found["image/png"]["Content-ID"] == "<days>"
    assert found["image/png"].get_content() == b"png"
    (table,) = mail.iter_attachments()
    assert (table.get_filename(), table.get_content()) == ("lisbon.csv", "a,b\r\n")
    assert all(len(line) <= 998 for line in content.split(b"\r\n"))
    content.decode("ascii")


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("", (None, None)),
        ("http://127.0.0.1:9099/stop/a.b", ("<http://127.0.0.1:9099/stop/a.b>", None)),
        (LINK, (f"<{LINK}>", "List-Unsubscribe=One-Click")),
    ],
)
def test_one_click_is_offered_over_https_only(url: str, headers: tuple[str | None, str | None]) -> None:
    addressed = Addressed("x", "ana@example.org", "s", TO_ANA.at, "slot", "report/lisbon", url)
    mail = parsed(bytes(letter_mail(LETTER, addressed, SENDER)))

    assert (mail["List-Unsubscribe"], mail["List-Unsubscribe-Post"]) == headers


def test_a_hostile_subject_brings_no_header_of_its_own() -> None:
    hostile = Letter("Lisbon\r\nBcc: eva@example.org", "", "", Parts(), "STOP")

    mail = parsed(bytes(letter_mail(hostile, TO_ANA, SENDER)))

    assert mail["Bcc"] is None
    assert mail["Subject"] == "Lisbon Bcc: eva@example.org"
