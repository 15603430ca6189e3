"""`crosshub grafana`: what a Grafana reads from Crosshub, as files or brought to it; others' dashboards made fit for it."""

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


Url = Annotated[
    str | None, typer.Option(help="Where Grafana reaches Crosshub; else external_url of the configuration.")
]
Interval = Annotated[str | None, typer.Option(help="The slowest at which clusters scrape; 1m if not said.")]
TokenFile = Annotated[
    Path | None,
    typer.Option(help="A file here with the token that Grafana is to send to Crosshub; else it sends none."),
]
People = Annotated[bool | None, typer.Option("--people/--no-people", help="Whether panels may name single people.")]
Connect = Annotated[bool, typer.Option("--connect", help="Ask the clusters how often they scrape.")]
EachCluster = Annotated[bool, typer.Option("--each-cluster", help="A data source for each cluster, too.")]
Prune = Annotated[bool, typer.Option("--prune", help="Delete what Crosshub made and is wanted no more.")]
HomeOption = Annotated[
    bool | None,
    typer.Option("--home/--no-home", help="Open with the fleet; if not said, only where no home is chosen."),
]


@grafana.command()
def plan(
    context: typer.Context,
    *,
    url: Url = None,
    interval: Interval = None,
    token_file: TokenFile = None,
    people: People = None,
    connect: Connect = False,
    each_cluster: EachCluster = False,
    prune: Prune = False,
    home: HomeOption = None,
) -> None:
    """Say what `apply` would change in the Grafana of the configuration (grafana.url, grafana.token_file); writes nothing.

    Ends with 0 when there is nothing to do, with 3 when there are changes, and with 1 when Grafana cannot be asked or
    something stands in the way that is not Crosshub's to change.
    """
    from aggregator.cli.applying import shown_plan, task_of

    chosen = (url, interval, people, connect, each_cluster)
    raise typer.Exit(shown_plan(task_of(chosen_config(context), chosen, token_file, prune=prune, home=home)))


@grafana.command()
def apply(
    context: typer.Context,
    *,
    url: Url = None,
    interval: Interval = None,
    token_file: TokenFile = None,
    people: People = None,
    connect: Connect = False,
    each_cluster: EachCluster = False,
    prune: Prune = False,
    home: HomeOption = None,
) -> None:
    """Bring the Grafana of the configuration (grafana.url, grafana.token_file) to what `render` would provision.

    Writes only what differs, and never over what is not Crosshub's. Ends with 0 when all is as wanted and every data source
    works, with 1 otherwise; it can be run again at any time.
    """
    from aggregator.cli.applying import shown_apply, task_of

    chosen = (url, interval, people, connect, each_cluster)
    raise typer.Exit(shown_apply(task_of(chosen_config(context), chosen, token_file, prune=prune, home=home)))


@grafana.command("import")
def import_dashboard(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A dashboard's JSON, as Grafana exports it.")],
    *,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="Where it is written; else it is printed.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
) -> None:
    """Rewrite a dashboard for one Prometheus so that it works across clusters. Needs no network, and no Grafana.

    What was changed, and what could not be, stands on stderr. Ends with 0 when all was understood, with 3 when something
    has to be looked at by hand, and with 2 when the file is no dashboard that can be read, or is there already.
    """
    from aggregator.cli.rewriting import imported

    raise typer.Exit(imported(file, output, force=force))
