"""`crosshub alerts`: what is open, since when, and who is not told of it."""

from typing import Annotated

import typer

from aggregator.cli.chosen import chosen_config


def alerts(
    context: typer.Context,
    matchers: Annotated[
        list[str] | None, typer.Argument(metavar="[MATCHER]...", help="""Only these: 'cluster="lisbon"'.""")
    ] = None,
    *,
    all_: Annotated[bool, typer.Option("--all", help="Also what is pending, and what ended within a day.")] = False,
) -> None:
    """List the alerts that are open, whether or not the service runs."""
    config = chosen_config(context)

    from aggregator.cli.alert_lines import print_alerts
    from aggregator.cli.matchers import conditions_of

    print_alerts(config, conditions_of(matchers or []), everything=all_)
