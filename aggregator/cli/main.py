"""`crosshub`: its commands, one line each, and the last word on every error.

The modules of commands import what they need inside their functions, so that `crosshub --help` is quick.
"""

import gc
import signal
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from aggregator.cli.access import access
from aggregator.cli.alerts import alerts
from aggregator.cli.check import check
from aggregator.cli.db import db
from aggregator.cli.demo import demo
from aggregator.cli.explain import explain
from aggregator.cli.grafana import grafana
from aggregator.cli.importing import importing
from aggregator.cli.people import people
from aggregator.cli.query import query
from aggregator.cli.report import report
from aggregator.cli.rollup import rollup
from aggregator.cli.rules import rules
from aggregator.cli.serve import serve
from aggregator.cli.silence import silence
from aggregator.errors import BadConfig, CrosshubError

# What is imported stays, and most of what an answer is made of lives until it is sent: to look for cycles in it more often
# only takes time, a tenth of that of most commands.
GC_THRESHOLD = 50_000

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
cli.command()(check)
cli.command()(serve)
cli.command()(query)
cli.command()(explain)
cli.command()(alerts)
cli.command()(demo)
cli.add_typer(access, name="access")
cli.add_typer(db, name="db")
cli.add_typer(importing, name="import")
cli.add_typer(grafana, name="grafana")
cli.add_typer(rollup, name="rollup")
cli.add_typer(people, name="people")
cli.add_typer(report, name="report")
cli.add_typer(rules, name="rules")
cli.add_typer(silence, name="silence")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"crosshub {version('crosshub')}")
        raise typer.Exit


@cli.callback()
def crosshub(
    config: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The configuration; else $CROSSHUB_CONFIG, else crosshub.yaml here."),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """One Prometheus out of the Prometheus servers of many JupyterHub clusters."""


def main() -> None:
    """Runs the command line. An error whose words are for the reader ends in them, and in 1, or 2 for a bad file."""
    gc.set_threshold(GC_THRESHOLD)
    # What a script starts in the background is told to ignore Ctrl-C; whoever sends it to one of these means it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        cli()
    except CrosshubError as error:
        typer.echo(str(error), err=True)
        sys.exit(2 if isinstance(error, BadConfig) else 1)
