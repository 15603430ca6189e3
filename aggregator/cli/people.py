"""`crosshub people`: what is kept about single people."""

from typing import Annotated

import typer

from aggregator.cli.chosen import chosen_config

people = typer.Typer(no_args_is_help=True, help="What is kept about people: only hashes of their names.")


@people.callback()
def _group() -> None:
    """A group, though there is one command in it so far."""


@people.command()
def forget(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The user name, as hubs have it.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask whether this is meant.")] = False,
) -> None:
    """Take every hash of a person away, on all hubs, and keep none for 36 days; counts that were made before stay."""
    config = chosen_config(context)

    import asyncio

    from aggregator.rollups.buckets import DAY
    from aggregator.rollups.due import FORGOTTEN
    from aggregator.rollups.people_key import known_key
    from aggregator.rollups.people_rows import forget_person, keep_mark
    from aggregator.store.instants import MILLISECOND, utc_now
    from aggregator.store.migrating import database_there

    if not name.strip():
        raise typer.BadParameter("a user name is wanted")
    key = known_key(config.people_key_file)
    if not yes:
        typer.confirm(f"Forget on which days {name!r} used which hub?", abort=True)

    async def forgotten() -> int:
        async with database_there(config.database) as database, database.writing() as connection:
            await keep_mark(connection, key)
            return await forget_person(connection, key.hash_of(name), utc_now() + FORGOTTEN * MILLISECOND)

    days = asyncio.run(forgotten())
    if days:
        typer.echo(f"{days} {'day' if days == 1 else 'days'} on hubs of {name!r} removed; counts made before stay.")
    else:
        typer.echo(f"nothing is kept about {name!r}")
    typer.echo(f"Whatever clusters tell of {name!r} in the next {FORGOTTEN // DAY} days is not kept either.")
