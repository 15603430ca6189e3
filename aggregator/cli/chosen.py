"""The configuration that a command works with: the file that was chosen, and what the environment says instead."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from aggregator.clusters.values import Config

USUAL = Path("crosshub.yaml")


def chosen_file(context: typer.Context) -> Path:
    """`--config`, else `CROSSHUB_CONFIG`, else `crosshub.yaml` where one stands."""
    from aggregator.settings import settings_in

    given = context.find_root().params.get("config")
    return given if isinstance(given, Path) else settings_in(os.environ).config or USUAL


def chosen_config(context: typer.Context) -> "Config":
    """The whole configuration; raises BadConfig."""
    from aggregator.clusters.config import load, with_environment
    from aggregator.settings import settings_in

    return with_environment(load(chosen_file(context)), settings_in(os.environ), Path.cwd())
