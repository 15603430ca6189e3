"""`crosshub explain`: what goes to which cluster, and what is done here."""

from typing import Annotated

import typer

from aggregator.cli.chosen import chosen_config


def explain(
    context: typer.Context,
    expression: Annotated[str, typer.Argument(metavar="EXPR", help="PromQL.")],
    *,
    time: Annotated[str | None, typer.Option(metavar="WHEN", help="2026-11-22T14:00:00Z or seconds; else now.")] = None,
    range_: Annotated[str | None, typer.Option("--range", metavar="SPAN", help="Over so long until then: 6h.")] = None,
    step: Annotated[str | None, typer.Option(metavar="SPAN", help="With --range, how far apart: 1m.")] = None,
) -> None:
    """Show how a query would be answered, without answering it."""
    config = chosen_config(context)

    from aggregator.cli.ask import plan_of
    from aggregator.cli.when import steps_of
    from aggregator.planning.explain import explanation
    from aggregator.query.request import Request

    plan = plan_of(config, Request(expression, steps_of(time, range_, step)))
    typer.echo(explanation(plan, len(config.clusters)))
