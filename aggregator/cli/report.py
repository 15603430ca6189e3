"""`crosshub report`: what communities are told of a period of their hubs."""

from pathlib import Path
from typing import Annotated

import typer

from aggregator.cli.chosen import chosen_config

report = typer.Typer(no_args_is_help=True, help="What communities are told of their week, day or month.")


@report.callback()
def _group() -> None:
    """A group, though there is one command in it so far."""


@report.command()
def preview(
    context: typer.Context,
    *,
    community: Annotated[
        str | None, typer.Argument(metavar="COMMUNITY", help="Whose report; with --operators nobody's.")
    ] = None,
    period: Annotated[
        str | None,
        typer.Option(metavar="PERIOD", help="2026-W47, 2026-11-16 or 2026-11; else the last week that is over."),
    ] = None,
    operators: Annotated[bool, typer.Option("--operators", help="The report about all hubs.")] = False,
    language: Annotated[str | None, typer.Option(metavar="en|pt", help="Else that of the community.")] = None,
    text: Annotated[
        bool, typer.Option("--text", help="Print the text part; so it is without any other choice.")
    ] = False,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the HTML part, with its picture in it.")
    ] = None,
    csv: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the table of numbers.")] = None,
    show: Annotated[bool, typer.Option("--open", help="Open the HTML part in a browser.")] = False,
) -> None:
    """Show a report as it would be made now from what is kept. Nothing is sent, and nothing is noted."""
    config = chosen_config(context)

    from aggregator.cli.previewing import Choice, preview_of, print_text, show_html, write_csv, write_html

    if operators == (community is not None):
        raise typer.BadParameter("name a community, or say --operators", param_hint="COMMUNITY")
    mail = preview_of(config, Choice(community, period, language))
    if html is not None:
        write_html(mail, html)
    if csv is not None:
        write_csv(mail, csv)
    if show:
        show_html(mail)
    if text or not (html or csv or show):
        print_text(mail)
