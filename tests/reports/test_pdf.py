"""The mail on pages, as a PDF reader finds it."""

import re
import zlib
from dataclasses import replace

import pypdfium2
import pytest

from aggregator.reports.laid_out import laid_out
from aggregator.reports.pdf import pdf_of
from aggregator.reports.render import PDF, rendered
from aggregator.reports.text import text_of
from aggregator.reports.tongue import LOCALES, tongue
from aggregator.reports.values import STOP_LINK, Report
from tests.reports.made import BAD, GOOD, HOSTILES, OPERATORS, SEVERAL


def pdf(report: Report, language: str = "en") -> bytes:
    (file,) = rendered(report, language, pdf=True).attachments
    assert (file.name, file.kind) == (f"{report.name or 'crosshub'}-2026-W47.pdf", PDF)
    return file.content


def words_in(content: bytes) -> str:
    with pypdfium2.PdfDocument(content) as document:
        return " ".join(" ".join(page.get_textpage().get_text_bounded() for page in document).split())


def inside(content: bytes) -> bytes:
    """All of a file, with what is packed in it unpacked."""
    packed = re.findall(rb"/FlateDecode.*?stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL)
    return content + b"".join(zlib.decompressobj().decompress(each) for each in packed)


def numbers_in(text: str) -> set[str]:
    return set(re.findall(r"\d+(?:[.,:]\d+)*", text))


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("report", [GOOD, BAD, SEVERAL, OPERATORS], ids=["good", "bad", "several", "operators"])
def test_pages_say_every_number_that_the_text_says(report: Report, language: str) -> None:
    text = text_of(laid_out(report, tongue(language))).partition("https://")[0]

    assert numbers_in(text) <= numbers_in(words_in(pdf(report, language)))


def test_the_same_report_gives_the_same_bytes() -> None:
    assert pdf(GOOD) == pdf(GOOD)


def test_pages_have_no_link_of_a_recipient_since_everybody_gets_the_same() -> None:
    content = pdf(GOOD)

    assert b"https://crosshub.example.org/reports/" in inside(content)
    assert STOP_LINK.rstrip("/").encode() not in inside(content)
    assert "Pause or stop" not in words_in(content)


def test_what_strangers_wrote_is_text_and_nothing_is_loaded_by_it(tmp_path_factory: pytest.TempPathFactory) -> None:
    secret = tmp_path_factory.mktemp("secret") / "secret.txt"
    secret.write_text("hunter2")
    html = f'<p>before</p><img src="file://{secret}"><object data="file://{secret}"></object><link rel="attachment" href="file://{secret}">'

    content = pdf_of(html, ())

    assert words_in(content) == "before"
    assert b"hunter2" not in inside(content)
    assert "<script>alert(1)</script>" in words_in(pdf(replace(HOSTILES, name="x")))
