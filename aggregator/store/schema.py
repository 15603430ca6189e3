"""Every table there is, for whoever creates, compares or counts them."""

from aggregator.store import access_tables, alert_tables, report_tables, tables
from aggregator.store.metadata import metadata

__all__ = ["access_tables", "alert_tables", "metadata", "report_tables", "tables"]
