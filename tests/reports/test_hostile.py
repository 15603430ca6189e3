"""Titles, names and summaries come from whoever may write them, and do no harm in any part of a mail."""

import csv
import unicodedata
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from io import StringIO
from itertools import product

import pytest

from aggregator.reports.render import rendered
from aggregator.reports.tongue import LOCALES
from aggregator.reports.values import Report
from tests.reports.made import GOOD, HOSTILES, LISBON, OPERATORS
from tests.reports.test_form import Page

ODD = (
    "</title><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}{% raw %}",
    "{number} {0} {hubs.__class__} %(x)s",
    "Lisbon\r\nBcc: everybody@example.org\r\n\r\nhello",
    "\x1b]0;owned\x07\x1b[2J\x00\x7f\x85",
    "\u202egpj.exe\u2066\u200b",
    "\ud800\udfff\ue000\U000e0001",
    "=cmd|'/c calc'!A0",
    "cid:days https://stop.crosshub.invalid/",
    "x" * 5000,
    " \t\n ",
)
EACH = [pytest.param(title, language) for title, language in product(ODD, LOCALES)]


def of_hub_called(title: str) -> Report:
    hub = replace(LISBON, title=title, images={title: 3.0, f"quay.io/{title}:1": 2.0})
    return replace(GOOD, title=title, hubs=(hub, replace(hub, namespace=title)))


@pytest.mark.parametrize(("title", "language"), EACH)
def test_a_subject_is_one_short_line_that_any_mail_can_have(title: str, language: str) -> None:
    mail = rendered(of_hub_called(title), language)

    message = EmailMessage(policy=SMTP)
    message["Subject"] = mail.subject
    message["To"] = "ana@example.org"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    read = message_from_bytes(message.as_bytes(), policy=SMTP)

    assert set(read.keys()) == {"Subject", "To", "MIME-Version", "Content-Type"}
    assert len(mail.subject) < 200


@pytest.mark.parametrize(("title", "language"), EACH)
def test_text_holds_nothing_that_a_terminal_obeys(title: str, language: str) -> None:
    mail = rendered(of_hub_called(title), language)

    for char in mail.text + mail.subject:
        assert char == "\n" or unicodedata.category(char) not in {"Cc", "Cs", "Co", "Cn"}
        assert char not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@pytest.mark.parametrize(("title", "language"), EACH)
def test_html_has_the_elements_that_it_has_for_anybody(title: str, language: str) -> None:
    plain, odd = (Page(rendered(of_hub_called(each), language).html) for each in ("Lisbon", title))

    assert [tag for tag, _ in odd.elements] == [tag for tag, _ in plain.elements]
    assert [sorted(attrs) for _, attrs in odd.elements] == [sorted(attrs) for _, attrs in plain.elements]
    assert odd.faults == []


@pytest.mark.parametrize("title", ODD)
def test_a_spreadsheet_computes_no_cell(title: str) -> None:
    (table,) = rendered(of_hub_called(title), "en", csv=True).attachments

    rows = list(csv.reader(StringIO(table.content.decode("utf-8-sig", "strict"), newline="")))
    assert len({len(row) for row in rows}) == 1
    for row in rows:
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) for cell in row)


@pytest.mark.parametrize("name", ["=HYPERLINK", "../../etc/passwd", "a\r\nb", "", ".hidden", "ção"])
def test_a_file_has_a_name_that_is_only_a_name(name: str) -> None:
    (table,) = rendered(replace(GOOD, name=name), "en", csv=True).attachments

    assert table.name.endswith("-2026-W47.csv")
    assert not table.name.startswith((".", "-"))
    assert set(table.name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")
    assert "/" not in table.name


@pytest.mark.parametrize("language", LOCALES)
def test_what_alerts_and_windows_say_is_no_better_trusted(language: str) -> None:
    page = Page(rendered(HOSTILES, language).html)

    assert "script" not in {tag for tag, _ in page.elements}
    assert "<script>alert(1)</script>" in page.text


def test_hubs_of_one_title_are_told_apart_by_their_place() -> None:
    twins = (replace(LISBON, title="Prod"), replace(LISBON, title="Prod", cluster="oslo"))

    text = rendered(replace(OPERATORS, hubs=twins), "en").text

    assert "Prod (lisbon/prod)" in text
    assert "Prod (oslo/prod)" in text
