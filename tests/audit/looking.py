"""Values files audited, written in a few words."""

from datetime import UTC, datetime
from pathlib import Path

from aggregator.audit.audit import audit
from aggregator.audit.findings import Finding, Report
from aggregator.audit.layouts import deployments_in
from aggregator.audit.read_hub import Given
from aggregator.audit.versions import release
from aggregator.clusters.values import Access

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
NAME = ("lisbon", "prod")
# JupyterHub and OAuthenticator of Zero to JupyterHub 1.2.0, 2.0.0, 3.3.8 and 4.3.5, and what comes after.
HUB_1, HUB_3, HUB_4, HUB_5, HUB_6 = "1.5.0/14.2.0", "3.0.0/15.1.0", "4.1.6/16.3.1", "5.4.6/17.4.0", "6.1.1/17.4.0"
OLDEST, INCIDENT, NEITHER = "1.1.0/0.11.0", "4.1/15", ""


def versions(text: str) -> Given:
    """`4.1.6/16.3.1` is JupyterHub and OAuthenticator; nothing is nothing known."""
    hub, _, package = text.partition("/")
    return Given(release(hub) if hub else None, release(package) if package else None)


def report_on(folder: Path, *files: str, given: Given, access: Access | None = None, now: datetime = NOON) -> Report:
    """What an audit says of one hub, whose values files stand in the order of Helm."""
    paths = [folder / f"{index}.yaml" for index, _ in enumerate(files)]
    for path, text in zip(paths, files, strict=True):
        path.write_text(text)
    return audit(deployments_in(paths, NAME), {NAME: access} if access else {}, given, now)


def told(report: Report) -> list[Finding]:
    """The findings, without the one that says that there is no policy."""
    return [finding for finding in report.findings if finding.kind != "no-policy"]


def config(text: str) -> str:
    """A values file whose `hub.config` is this."""
    return f"hub:\n  config: {text}\n"
