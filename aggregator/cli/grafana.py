"""`crosshub grafana`: what a Grafana reads from Crosshub, as files."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from aggregator.cli.chosen import chosen_config

grafana = typer.Typer(no_args_is_help=True, help="Grafana: data sources and dashboards over all hubs.")


@grafana.callback()
def _grafana() -> None:
    """A command with one command of its own is still named with both."""


class Shape(StrEnum):
    """What is written."""

    FILES = "files"
    CONFIG_MAPS = "configmaps"
    OPERATOR = "operator"


USUAL = {
    Shape.FILES: Path("dashboards/grafana"),
    Shape.CONFIG_MAPS: Path("configmaps"),
    Shape.OPERATOR: Path("operator"),
}
"""Where each is written, if nobody says."""


@grafana.command()
def render(
    context: typer.Context,
    *,
    output: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where the files go; dashboards/grafana, if they are Grafana's own."),
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; end with 1 when files are stale.")] = False,
    shape: Annotated[
        Shape, typer.Option("--as", help="Grafana's own provisioning files, or objects of Kubernetes.")
    ] = Shape.FILES,
    configured: Annotated[
        bool, typer.Option("--configured", help="With the address and the choices of the configuration.")
    ] = False,
    connect: Annotated[
        bool, typer.Option("--connect", help="Ask the clusters how often they scrape. Implies --configured.")
    ] = False,
    each_cluster: Annotated[
        bool, typer.Option("--each-cluster", help="A data source for each cluster, too. Implies --configured.")
    ] = False,
    url: Annotated[
        str | None, typer.Option(help="Where Grafana reaches Crosshub; else $CROSSHUB_URL of Grafana's environment.")
    ] = None,
    interval: Annotated[str | None, typer.Option(help="The slowest at which clusters scrape; 1m if not said.")] = None,
    token_file: Annotated[
        str | None, typer.Option(help="The file that Grafana reads its token for Crosshub from.")
    ] = None,
    token: Annotated[bool, typer.Option("--token/--no-token", help="Whether Grafana sends a token.")] = True,
    place: Annotated[str | None, typer.Option(help="Where Grafana finds the directory.")] = None,
    people: Annotated[
        bool | None, typer.Option("--people/--no-people", help="Whether panels may name single people.")
    ] = None,
    contact_point: Annotated[
        bool, typer.Option("--contact-point", help="Crosshub as a contact point for Grafana's own alerts.")
    ] = False,
) -> None:
    """Write data sources, folders and dashboards as Grafana reads them at its start; the same bytes each time."""
    from aggregator.cli.rendering import Asked, rendered, report

    needs_config = configured or connect or each_cluster
    config = chosen_config(context) if needs_config else None
    asked = Asked(shape, url, interval, token_file, token, place, people, contact_point, connect, each_cluster)
    if not report(rendered(asked, config), output or USUAL[shape], check=check):
        raise typer.Exit(1)
