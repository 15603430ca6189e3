"""What the configuration says about communities and their reports; a schema as `values.py` is."""

from dataclasses import dataclass
from typing import Annotated, Literal

from aggregator.clusters.alerting import Slack
from aggregator.clusters.forms import Key
from aggregator.clusters.kinds import Address, Cron, Name, Seconds, Sender, Zone, whole
from aggregator.clusters.secrets import Secret

THREE_DAYS = 3 * 86400.0


@dataclass(frozen=True, slots=True)
class Report:
    """One report and when it is due. Without a cron: each day, Mondays, or the first of the month, at 8:00.

    Without a time zone it follows the first hub of its community; in a Config that was loaded both are filled in.
    """

    kind: Literal["daily", "weekly", "monthly"]
    cron: Cron = ""
    timezone: Zone | None = None
    csv: bool = False
    pdf: bool = False
    catch_up: Literal["skip", "latest", "all"] = "latest"
    max_lateness: Seconds = THREE_DAYS


@dataclass(frozen=True, slots=True)
class Community:
    """The people who own some hubs."""

    name: Name
    title: Name = ""
    recipients: tuple[Address, ...] = ()
    language: Literal["en", "pt"] = "en"
    reports: tuple[Report, ...] = (Report("weekly"),)
    slack: Slack | None = None
    draft: bool = False


@dataclass(frozen=True, slots=True)
class Operators:
    """The report for those who run Crosshub."""

    recipients: tuple[Address, ...]
    cron: Cron = "0 7 * * MON"


@dataclass(frozen=True, slots=True)
class Reports:
    """Where drafts go, and the operators' own report."""

    test_address: Address | None = None
    operators: Operators | None = None


@dataclass(frozen=True, slots=True)
class Smtp:
    """The server that takes our mail."""

    sender: Annotated[Sender, Key("from")]
    host: Name = "localhost"
    port: Annotated[int, whole(1, 65535)] = 25
    tls: Literal["none", "starttls", "implicit"] = "none"
    username: str = ""
    password: Secret | None = None
    per_minute: Annotated[int, whole(1)] = 60
