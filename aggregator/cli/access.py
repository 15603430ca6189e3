"""`crosshub access`: who may log in to the hubs."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from aggregator.cli.chosen import chosen_config

access = typer.Typer(no_args_is_help=True, help="Who may log in to the hubs, and who is meant to.")
window = typer.Typer(no_args_is_help=True, help="Times in which a hub is open to all, such as a workshop.")
access.add_typer(window, name="window")


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


@access.command()
def status(
    context: typer.Context,
    *,
    hub: Annotated[
        list[str] | None, typer.Option("--hub", metavar="CLUSTER/HUB", help="Only this one; may be repeated.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Say of every hub what is declared, what was observed, by what evidence and when, and what was found."""
    config = chosen_config(context)

    import msgspec

    from aggregator.cli.access_status import as_json, lines_of, statuses

    found, now = statuses(config, hub or ())
    if json:
        typer.echo(msgspec.json.format(msgspec.json.encode(as_json(found, now)), indent=2))
        return
    for line in lines_of(found, config, now):
        typer.echo(line)


@access.command()
def accept(
    context: typer.Context,
    hub: Annotated[str, typer.Argument(metavar="CLUSTER/HUB", help="The hub.")],
    kind: Annotated[str, typer.Argument(metavar="KIND", help="What was found, as `status` has it.")],
    *,
    until: Annotated[str, typer.Option(metavar="DAY", help="Until the end of that day in the hub's zone: 2027-01-15.")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; whoever looks at it later reads this.")],
    author: Annotated[str | None, typer.Option(metavar="NAME", help="Who; else whoever is logged in.")] = None,
) -> None:
    """Live with a finding for a while: nobody is told of it until then."""
    config = chosen_config(context)

    from aggregator.cli.accepting import Accepting, accept_finding

    accept_finding(config, Accepting(hub, kind, until, reason, author))


@access.command()
def reopen(
    context: typer.Context,
    hub: Annotated[str, typer.Argument(metavar="CLUSTER/HUB", help="The hub.")],
    kind: Annotated[str, typer.Argument(metavar="KIND", help="What was accepted.")],
) -> None:
    """Live with a finding no longer."""
    config = chosen_config(context)

    from aggregator.cli.accepting import reopen_finding

    reopen_finding(config, hub, kind)


@window.command()
def add(
    context: typer.Context,
    hub: Annotated[str, typer.Argument(metavar="CLUSTER/HUB", help="The hub that is open to all.")],
    *,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="What for.")],
    since: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="In the hub's zone: 2026-12-01T09:00; else now.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="TIME", help="Likewise, or the end of a day; without it it is a finding.")
    ] = None,
    people: Annotated[int | None, typer.Option(metavar="N", min=0, help="How many are expected.")] = None,
    author: Annotated[str | None, typer.Option(metavar="NAME", help="Who; else whoever is logged in.")] = None,
) -> None:
    """Declare that a hub is open to all for a while, as for a workshop."""
    config = chosen_config(context)

    from aggregator.cli.access_windows import Asked, add_window

    add_window(config, Asked(hub, since, until, people, reason, author))


@window.command()
def end(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="ID", help="As `list` has it.")],
    *,
    author: Annotated[str | None, typer.Option(metavar="NAME", help="Who; else whoever is logged in.")] = None,
) -> None:
    """End a window now."""
    config = chosen_config(context)

    from aggregator.cli.access_windows import end_window

    end_window(config, name, author)


@window.command(name="list")
def list_(
    context: typer.Context, *, all_: Annotated[bool, typer.Option("--all", help="Also those that are over.")] = False
) -> None:
    """List the windows that are open or to come: those of the configuration, and those of the command."""
    config = chosen_config(context)

    from aggregator.cli.access_windows import list_windows

    list_windows(config, everything=all_)
