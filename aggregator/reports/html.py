"""The mail as HTML: tables for numbers and bars, so that it is whole without images; styles inline where mail clients need it."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from aggregator.reports.layout import Mail
from aggregator.reports.palette import DARK, LIGHT

CID = "days"


def html_of(mail: Mail) -> str:
    """The HTML part; its one picture is `cid:days`."""
    return _template().render(mail=mail, light=LIGHT, dark=DARK, cid=CID, arrow={1: "▲", -1: "▼"})


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("aggregator.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html")
