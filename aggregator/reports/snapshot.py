"""A report as JSON and back, without loss: what is frozen when a report is made, and read again years later."""

import msgspec

from aggregator.reports.values import Report


def frozen(report: Report) -> bytes:
    """The report as JSON; the same one gives the same bytes."""
    return msgspec.json.encode(report, order="deterministic")


def thawed(text: bytes) -> Report:
    """The report that these bytes hold."""
    return msgspec.json.decode(text, type=Report)
