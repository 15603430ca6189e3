"""`crosshub check`: is the configuration right, and does what it names answer?"""

from typing import Annotated

import typer

from aggregator.cli.chosen import chosen_config, chosen_file


def check(
    context: typer.Context,
    connect: Annotated[bool, typer.Option("--connect", help="Ask every cluster and every hub as well.")] = False,
) -> None:
    """Is the configuration right? With --connect: do clusters and hubs answer, and what do they lack?"""
    config = chosen_config(context)

    from aggregator.rules.files import rules_of

    rules_of(config.rules)
    if any(each.pdf for community in config.communities for each in community.reports):
        from aggregator.reports.pdf import what_draws

        what_draws()
    from aggregator.clusters.notes import notes_on

    if connect:
        from aggregator.cli.connect import ask_everything

        all_answered = ask_everything(config)
    else:
        from aggregator.clusters.tables import counts

        all_answered = True
        typer.echo(f"{chosen_file(context)}: {counts(config)}, no faults")
    for note in notes_on(config):
        typer.echo(f"note: {note}")
    if not all_answered:
        raise typer.Exit(1)
