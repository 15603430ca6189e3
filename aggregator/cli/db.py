"""`crosshub db`: how the database stands, and its tables brought to those of this Crosshub."""

import typer

from aggregator.cli.chosen import chosen_config

db = typer.Typer(no_args_is_help=True, help="The database: how it stands, and its upgrade.")


@db.command()
def upgrade(context: typer.Context) -> None:
    """Bring the tables to those of this Crosshub, in a new database where there is none; the service does so at its start."""
    config = chosen_config(context)

    import asyncio

    from aggregator.store.database import open_database
    from aggregator.store.migrating import migrate

    async def applied() -> tuple[str, ...]:
        async with open_database(config.database) as database:
            return await migrate(database)

    revisions = asyncio.run(applied())
    typer.echo(f"applied {', '.join(revisions)}" if revisions else "nothing to do")


@db.command()
def status(context: typer.Context) -> None:
    """Tell the revision, what is still to be applied, the size, and the rows of each table."""
    config = chosen_config(context)

    import asyncio

    from aggregator.store.migrating import database_as_it_is
    from aggregator.store.status import Status
    from aggregator.store.status import status as status_of

    async def told() -> tuple[str, Status]:
        async with database_as_it_is(config.database) as database:
            return str(database), await status_of(database)

    name, found = asyncio.run(told())
    lines = [
        ("database", name),
        ("revision", found.revision or "none"),
        ("pending", ", ".join(found.pending) or "nothing"),
        ("size", f"{found.size / 2**20:,.2f} MiB"),
        *((table, f"{rows:,} rows") for table, rows in found.rows),
    ]
    width = max(len(what) for what, _ in lines)
    for what, text in lines:
        typer.echo(f"{what:<{width}}  {text}")
