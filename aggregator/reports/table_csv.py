"""The numbers of a report for spreadsheets: a row for each hub and its whole period, and one for each of its days."""

import csv
from collections.abc import Iterator, Mapping
from io import StringIO

from aggregator.errors import harmless
from aggregator.reports.contents import IMAGES, NUMBERS
from aggregator.reports.images import together
from aggregator.reports.naming import clean
from aggregator.reports.values import HubReport, Report
from aggregator.rollups.images import LONGEST

COLUMNS = ("period", "cluster", "namespace", "title", "zone", "coverage")


def csv_of(report: Report) -> bytes:
    """The file, in UTF-8 with a mark, by which spreadsheets know it. An empty cell is not known, which is not zero."""
    file = StringIO()
    lines = csv.writer(file, lineterminator="\r\n")
    lines.writerow([*COLUMNS, *NUMBERS, IMAGES])
    for hub in report.hubs:
        values = {name: number.value for name, number in hub.numbers.items()}
        lines.writerow([report.period.name, *_of_hub(hub, hub.share), *_numbers(values), _images(hub)])
        counted = "sessions" if hub.ephemeral else "people"
        for day in hub.days if len(hub.days) > 1 else ():
            lines.writerow([day.date.isoformat(), *_of_hub(hub, day.share), *_numbers({counted: day.count}), ""])
    return file.getvalue().encode("utf-8-sig")


def _of_hub(hub: HubReport, share: float) -> Iterator[str]:
    yield from (harmless(clean(each)) for each in (hub.cluster, hub.namespace, hub.title, hub.zone))
    yield f"{share:.4g}"


def _images(hub: HubReport) -> str:
    """All that are known, with their whole names: who wants to count them needs no table of its own."""
    parts = (f"{clean(name, LONGEST) or 'others'}: {hours:.1f} h" for name, hours in together([hub]).items())
    return harmless("; ".join(parts))


def _numbers(values: Mapping[str, float | None]) -> Iterator[str]:
    for name in NUMBERS:
        value = values.get(name)
        yield "" if value is None else f"{value:.0f}" if float(value).is_integer() else repr(float(value))
