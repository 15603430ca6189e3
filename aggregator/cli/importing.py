"""`crosshub import`: a configuration made from what deploys the hubs."""

from pathlib import Path
from typing import Annotated

import typer

importing = typer.Typer(no_args_is_help=True, help="Make a configuration from the files that deploy the hubs.")


@importing.callback()
def together() -> None:
    """Make a configuration from the files that deploy the hubs."""


@importing.command("2i2c")
def from_2i2c(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A tree as 2i2c has it, its config, or one cluster.")],
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="Where it is written; else it is printed.")
    ] = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
) -> None:
    """Make a crosshub.yaml from a tree as 2i2c has it, today's or that of 2021. Needs no network, and reads no secrets.

    What no file says is a TODO there, and a sentence on stderr. Ends with 1 when no cluster has an address, so that the
    file cannot be used yet, with 2 when the tree cannot be read or the file is there already.
    """
    from aggregator.audit.config_text import config_text
    from aggregator.audit.importing import imported
    from aggregator.audit.layouts import clusters_in
    from aggregator.audit.unknown import counted, unknown
    from aggregator.cli.files import write_new
    from aggregator.errors import printable

    found = imported(clusters_in(path))
    text = config_text(found)
    if output is None:
        typer.echo(text, nl=False)
    else:
        write_new(output, text, force=force)
        typer.echo(f"wrote {output}")
    typer.echo(f"{counted(found)}. What is not known:", err=True)
    for words in unknown(found):
        typer.echo(f"  {printable(words)}", err=True)
    if not any(cluster.address for cluster in found.clusters):
        raise typer.Exit(1)
