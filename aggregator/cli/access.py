"""`crosshub access`: who may log in to the hubs."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

access = typer.Typer(no_args_is_help=True, help="Who may log in to the hubs, and who is meant to.")


class Format(StrEnum):
    """How a report is written."""

    TABLE = "table"
    JSON = "json"
    SARIF = "sarif"


class FailOn(StrEnum):
    """From which severity on a finding makes the command fail."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@access.callback()
def together() -> None:
    """Who may log in to the hubs, and who is meant to."""


@access.command()
def audit(
    context: typer.Context,
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH...", help="A tree of clusters, a chart, or values files in the order of Helm."),
    ],
    *,
    hub: Annotated[
        str | None, typer.Option("--hub", metavar="CLUSTER/HUB", help="Which hub the values files are, for its policy.")
    ] = None,
    jupyterhub_version: Annotated[
        str | None, typer.Option(metavar="VERSION", help="What runs, where the chart does not say it.")
    ] = None,
    oauthenticator_version: Annotated[str | None, typer.Option(metavar="VERSION", help="Likewise.")] = None,
    chart_version: Annotated[
        str | None, typer.Option(metavar="VERSION", help="That of Zero to JupyterHub, which brings both.")
    ] = None,
    format: Annotated[Format, typer.Option(help="table, json or sarif.")] = Format.TABLE,  # noqa: A002 - it is the name of the option
    fail_on: Annotated[FailOn, typer.Option(help="Ends with 1 on a finding as bad as this, or worse.")] = FailOn.HIGH,
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The configuration with the policies; else that of crosshub.")
    ] = None,
) -> None:
    """Say who may log in, from deployment files alone. Needs no network, and no Crosshub that runs.

    Ends with 1 when something is wrong, with 2 when the files cannot be read.
    """
    from aggregator.audit.findings import Severity
    from aggregator.cli.auditing import Asked, report_on, versions_given, written

    given = versions_given(jupyterhub_version, oauthenticator_version, chart_version)
    report = report_on(context, Asked(tuple(paths), hub, given, config))
    typer.echo(written(report, format))
    worst = report.worst()
    if worst is not None and worst >= Severity[fail_on.name]:
        raise typer.Exit(1)
