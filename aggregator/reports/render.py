"""A report in a language: subject, text, HTML, picture and table. The same report gives the same bytes."""

from dataclasses import replace
from html import escape

from aggregator.reports.chart import chart
from aggregator.reports.html import CID, html_of
from aggregator.reports.laid_out import laid_out
from aggregator.reports.pdf import pdf_of
from aggregator.reports.table_csv import csv_of
from aggregator.reports.text import text_of
from aggregator.reports.tongue import tongue
from aggregator.reports.values import STOP_LINK, Attachment, Image, Rendered, Report

CSV, PDF = "text/csv", "application/pdf"


def rendered(report: Report, language: str, *, csv: bool = False, pdf: bool = False) -> Rendered:
    """All parts of the mail, but for each recipient's own link. Raises NoPdf where one is wanted and none can be drawn."""
    spoken = tongue(language)
    mail = laid_out(report, spoken)
    images = (Image(CID, mail.picture, chart(report.past, report.period.first, spoken)),) if mail.picture else ()
    name = _file_name(f"{report.name or 'crosshub'}-{report.period.name}")
    files = [Attachment(f"{name}.csv", CSV, csv_of(report))] if csv else []
    if pdf:
        # It is the same for everybody who gets it, so it has no recipient's own link.
        paper = replace(mail, links=tuple(each for each in mail.links if each.url != STOP_LINK))
        files.append(Attachment(f"{name}.pdf", PDF, pdf_of(html_of(paper), images)))
    return Rendered(mail.subject, text_of(mail), html_of(mail), images, tuple(files))


def addressed(mail: Rendered, stop_link: str) -> Rendered:
    """The mail of one recipient: with their link to pause or stop in the place that was left for it."""
    return replace(
        mail, text=mail.text.replace(STOP_LINK, stop_link), html=mail.html.replace(STOP_LINK, escape(stop_link))
    )


def _file_name(text: str) -> str:
    return "".join(char if char.isascii() and (char.isalnum() or char in "-_.") else "-" for char in text).lstrip(".-")
