"""The mail as a PDF for who files it: its HTML part on pages, drawn by WeasyPrint, which the extra `pdf` installs."""

import base64
import logging
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType

from aggregator.errors import CrosshubError
from aggregator.reports.values import Image

INSTALL = (
    "a PDF takes WeasyPrint, and Pango beside it: pip install 'crosshub[pdf]', "
    "apt-get install libpango-1.0-0 libpangoft2-1.0-0 fonts-dejavu-core"
)
PAPER = """
@page { size: A4; margin: 8mm 12mm; }
.page { background: none !important; }
.card { text-align: left; }
h2, tr { break-after: avoid; break-inside: avoid; }
"""


class NoPdf(CrosshubError):
    """What draws PDFs is not installed."""


def pdf_of(html: str, images: Sequence[Image]) -> bytes:
    """The HTML part with its pictures, tagged for who hears it; nothing else is loaded. Raises NoPdf."""
    draws = what_draws()
    for image in images:
        html = html.replace(f"cid:{image.cid}", f"data:image/png;base64,{base64.b64encode(image.png).decode()}")
    page = draws.HTML(string=html, url_fetcher=draws.urls.URLFetcher(allowed_protocols=("data",)))
    written: bytes = page.write_pdf(
        stylesheets=[draws.CSS(string=PAPER)], pdf_variant="pdf/ua-1", presentational_hints=True
    )
    return written


def what_draws() -> ModuleType:
    """WeasyPrint; raises NoPdf. It takes half a second, and few want it."""
    # It warns of what only screens need, each time.
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    try:
        return import_module("weasyprint")
    # Of libraries that are no Python it says so as an OSError.
    except (ImportError, OSError) as error:
        raise NoPdf(f"{INSTALL} ({str(error).partition(chr(10))[0]})") from None
