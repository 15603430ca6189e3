"""`crosshub serve`: the service."""

import typer

from aggregator.cli.chosen import chosen_config


def serve(context: typer.Context) -> None:
    """Answer queries over HTTP, as one Prometheus holding all clusters would."""
    config = chosen_config(context)

    import logging

    from aggregator.app import run
    from aggregator.cli.log_lines import write_log_lines

    write_log_lines()
    # Ours says which migrations were applied; Alembic says a line whenever it looks, httpx one a request with its whole
    # URL, and some URLs are secrets.
    for loud in ("alembic", "httpx"):
        logging.getLogger(loud).setLevel(logging.WARNING)
    run(config, lambda: chosen_config(context))
