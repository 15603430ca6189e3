"""`crosshub silence`: times in which nobody is told of what matchers match."""

from typing import Annotated

import typer

from aggregator.cli.chosen import chosen_config

silence = typer.Typer(no_args_is_help=True, help="Silences: what nobody is told of for a while, and why.")


@silence.command()
def add(
    context: typer.Context,
    matchers: Annotated[
        list[str], typer.Argument(metavar="MATCHER...", help="""All must match: 'cluster="lisbon"'.""")
    ],
    *,
    length: Annotated[str, typer.Option("--for", metavar="LENGTH", help="How long: 2h, 30m, 1d.")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; whoever looks at it later reads this.")],
    author: Annotated[str | None, typer.Option(metavar="NAME", help="Who; else whoever is logged in.")] = None,
    preview: Annotated[bool, typer.Option("--preview", help="Only show what it would silence.")] = False,
) -> None:
    """Silence the alerts that fulfil all matchers, from now on, and show which are open now."""
    config = chosen_config(context)

    from aggregator.cli.silencing import add_silence, asked_for

    add_silence(config, asked_for(matchers, length, reason, author), preview=preview)


@silence.command(name="list")
def list_(
    context: typer.Context,
    *,
    all_: Annotated[bool, typer.Option("--all", help="Also those that are over.")] = False,
) -> None:
    """List the silences: of the command, of the web pages; and what the configuration silences now."""
    config = chosen_config(context)

    from aggregator.cli.silencing import list_silences

    list_silences(config, everything=all_)


@silence.command()
def expire(
    context: typer.Context, name: Annotated[str, typer.Argument(metavar="ID", help="As `list` has it.")]
) -> None:
    """End a silence now."""
    config = chosen_config(context)

    from aggregator.cli.silencing import expire_silence

    expire_silence(config, name)
