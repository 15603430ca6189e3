"""What a mail looks like to programs: its width, its size, what it loads, what is left of it without pictures."""

import re
from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser
from io import BytesIO
from itertools import product

import pytest
from PIL import Image

from aggregator.reports.chart import HEIGHT, SCALE, WIDTH, chart, tick
from aggregator.reports.palette import DARK, GROUNDS, LIGHT, TEXTS, contrast
from aggregator.reports.render import addressed, rendered
from aggregator.reports.snapshot import frozen, thawed
from aggregator.reports.tongue import LOCALES, tongue
from aggregator.reports.values import STOP_LINK, Report
from tests.reports.made import BAD, DAILY, GOOD, IDLE, OPERATORS, REPORTS, SEVERAL, days

EACH = [
    pytest.param(report, language, id=f"{name}-{language}")
    for (name, report), language in product(REPORTS.items(), LOCALES)
]
VOID = {"meta", "img", "br"}


class Page(HTMLParser):
    """The text of a page, its elements, and whatever is not closed in its order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.faults: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def numbers_in(text: str) -> set[str]:
    return set(re.findall(r"\d+(?:[.,:]\d+)*", text))


@pytest.mark.parametrize(("report", "language"), EACH)
def test_lines_of_text_are_at_most_78_columns_but_for_links(report: Report, language: str) -> None:
    for line in rendered(report, language).text.splitlines():
        assert len(line) <= 78 or "https://" in line, line


@pytest.mark.parametrize(("report", "language"), EACH)
def test_pages_are_well_formed_and_say_their_language(report: Report, language: str) -> None:
    page = Page(rendered(report, language).html)

    assert (page.faults, page.open) == ([], [])
    assert dict(page.elements)["html"] == {"lang": language}


@pytest.mark.parametrize(("report", "language"), EACH)
def test_pages_load_nothing_from_anywhere(report: Report, language: str) -> None:
    page = Page(rendered(report, language).html)

    sources = [attrs.get("src") for _, attrs in page.elements if "src" in attrs]
    assert all(source is not None and source.startswith("cid:") for source in sources)
    assert {tag for tag, _ in page.elements} <= {
        "html", "head", "meta", "title", "style", "body", "table", "tr", "td", "th", "p", "h1", "h2", "div", "ul", "li",
        "span", "img", "a",
    }  # fmt: skip
    assert "url(" not in rendered(report, language).html
    assert "@import" not in rendered(report, language).html


@pytest.mark.parametrize(("report", "language"), EACH)
def test_without_images_the_page_says_every_number_that_the_text_says(report: Report, language: str) -> None:
    mail = rendered(report, language)

    assert numbers_in(mail.text.replace(STOP_LINK, "").partition("https://")[0]) <= numbers_in(Page(mail.html).text)


@pytest.mark.parametrize(("report", "language"), EACH)
def test_layout_tables_are_no_tables_to_who_hears_the_page(report: Report, language: str) -> None:
    page = Page(rendered(report, language).html)

    heads = sum(tag == "th" for tag, _ in page.elements)
    tables = [attrs for tag, attrs in page.elements if tag == "table"]
    data = [attrs for attrs in tables if attrs.get("role") != "presentation"]
    assert bool(heads) == bool(data)
    assert all(attrs.get("scope") in {"row", "col"} for tag, attrs in page.elements if tag == "th")


def test_a_picture_says_in_words_what_it_shows() -> None:
    (image,) = rendered(GOOD, "en").images

    assert image.alt == (
        "People by day, 9 weeks: most 33 (Tuesday 17 November), fewest 4 (Sunday 27 September), 6 on the last day."
    )
    assert f'alt="{image.alt}"' in rendered(GOOD, "en").html


@pytest.mark.parametrize(("report", "left"), [(OPERATORS, "110"), (SEVERAL, "130")], ids=["operators", "a community"])
def test_a_hundred_and_fifty_hubs_are_less_than_gmail_cuts_off(report: Report, left: str) -> None:
    hubs = tuple(
        replace(hub, namespace=f"hub-{number}", title=f"The hub of the department of long names, number {number}")
        for number in range(25)
        for hub in OPERATORS.hubs
    )

    for language in LOCALES:
        mail = rendered(replace(report, hubs=hubs), language)
        assert len(mail.html.encode()) <= 80_000
        assert left in mail.text  # so many are in no table, and that is said


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_stands_out_from_every_ground(colours: Mapping[str, str]) -> None:
    for text, ground in product(TEXTS, GROUNDS):
        assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)


def test_colours_are_those_of_the_palette() -> None:
    html = rendered(BAD, "en").html

    assert set(re.findall(r"#[0-9a-f]{6}", html)) <= {*LIGHT.values(), *DARK.values()}


@pytest.mark.parametrize(("most", "step"), [(1, 1), (4, 1), (5, 2), (33, 10), (97, 50), (1200, 500)])
def test_lines_of_a_picture_are_at_round_numbers(most: float, step: float) -> None:
    assert tick(most) == step


def test_bars_of_a_picture_are_as_high_as_their_numbers() -> None:
    png = chart(days((10, 20, 40)), days((10,))[0].date, tongue("en"))
    with Image.open(BytesIO(png)) as opened:
        image = opened.convert("RGB")
    blue = tuple(int(LIGHT["bar"][place : place + 2], 16) for place in (1, 3, 5))

    heights = [
        sum(image.getpixel((column, row)) == blue for row in range(image.height))
        for column in (image.width * part // 6 for part in (1, 3, 5))
    ]

    assert image.size == (WIDTH * SCALE, HEIGHT * SCALE)
    assert heights[1] == pytest.approx(2 * heights[0], abs=3)
    assert heights[2] == pytest.approx(4 * heights[0], abs=6)
    assert len(png) < 20_000


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)
def test_a_report_survives_json_and_gives_the_same_mail_years_later(report: Report) -> None:
    again = thawed(frozen(report))

    assert again == report
    assert frozen(thawed(frozen(again))) == frozen(again)
    assert rendered(again, "pt", csv=True) == rendered(report, "pt", csv=True)


def test_each_recipient_has_a_link_of_their_own() -> None:
    mail = addressed(rendered(GOOD, "en"), "https://crosshub.example.org/stop?t=a&u=b")

    assert "Pause or stop these mails: https://crosshub.example.org/stop?t=a&u=b" in mail.text
    assert 'href="https://crosshub.example.org/stop?t=a&amp;u=b"' in mail.html
    assert STOP_LINK not in mail.text + mail.html


def test_an_idle_hub_gets_a_short_mail() -> None:
    mail = rendered(IDLE, "en")

    assert mail.subject == "Instituto do Mar, week 47: nobody used it"
    assert len(mail.text.splitlines()) < 30
    assert mail.images == ()
    assert not re.search(r"\b0\b", mail.text)


def test_the_worst_thing_stands_in_the_subject() -> None:
    subjects = {name: rendered(report, "en").subject.rpartition(", ")[2] for name, report in REPORTS.items()}

    assert subjects == {
        "good": "one short outage",
        "bad": "1 finding about who may log in",
        "idle": "week 47: nobody used it",
        "several": "one short outage",
        "unseen": "week 47: nothing could be seen",
        "monthly": "down 1 hour 35 minutes",
        "daily": "one short outage",
        "operators": "1 finding about who may log in",
        "hostile": "1 finding about who may log in",
        "none": "week 47: no hubs to tell of",
    }


def test_a_day_has_no_bars_and_a_month_no_thirty_days_beside_it() -> None:
    assert "People by day\n" not in rendered(DAILY, "en").text
    assert "People in 30 days" not in rendered(REPORTS["monthly"], "en").text
    assert "People in 30 days" in rendered(SEVERAL, "en").text
