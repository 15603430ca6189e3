"""`crosshub rules`: rules and routes checked, tested, and written for the clusters' own Prometheus servers."""

from pathlib import Path
from typing import Annotated

import typer

from aggregator.cli.chosen import chosen_config, chosen_file

rules = typer.Typer(no_args_is_help=True, help="Alerting rules: checked, tested, exported to the clusters.")


@rules.command()
def check(
    context: typer.Context,
    connect: Annotated[bool, typer.Option("--connect", help="Also ask the clusters which metrics there are.")] = False,
) -> None:
    """Are rules and routes right, each for itself and together? Ends with 1 when there is a fault; warnings may be meant."""
    config = chosen_config(context)

    from aggregator.cli.rules_checking import checked_rules

    if not checked_rules(config, chosen_file(context), connect=connect):
        raise typer.Exit(1)


@rules.command()
def export(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where the files go; made where it is missing.")],
) -> None:
    """Write one rule file a cluster, and a configuration for their Alertmanagers. Says what these cannot do."""
    config = chosen_config(context)

    from aggregator.cli.rules_exporting import write_files

    write_files(config, folder)


@rules.command("test")
def run(
    context: typer.Context,
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE]...", help="Tests of promtool; else those in `tests` beside the rules."),
    ] = None,
) -> None:
    """Run the rules' unit tests with promtool."""
    from aggregator.cli.rules_testing import run_tests, tests_beside
    from aggregator.rules.files import rule_files

    if not files:
        # The shipped rules can be tested before there is a configuration.
        patterns = chosen_config(context).rules if chosen_file(context).exists() else None
        files = tests_beside(rule_files(patterns))
    if not run_tests(files):
        raise typer.Exit(1)
