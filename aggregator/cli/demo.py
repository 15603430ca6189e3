"""`crosshub demo`: real Prometheus servers with made-up hubs, and Crosshub in front of them."""

from pathlib import Path
from typing import Annotated

import typer

_MANY = 8  # clusters; with more, a day in full has to do


def demo(
    *,
    clusters: Annotated[int, typer.Option(min=1, max=100, help="How many clusters.")] = 4,
    hubs: Annotated[int, typer.Option(min=1, max=100, help="How many hubs each cluster has.")] = 3,
    seed: Annotated[int, typer.Option(min=0, help="Another number is another fleet.")] = 1,
    directory: Annotated[Path, typer.Option(help="Where data is kept: a new or empty directory, or a demo's.")] = Path(
        ".demo"
    ),
    weeks: Annotated[int, typer.Option(min=0, max=7, help="How far back hubs are told of.")] = 5,
    detail: Annotated[
        int | None, typer.Option(min=1, max=168, help="Hours with all series; 48, or 24 for more than 8 clusters.")
    ] = None,
    people: Annotated[float, typer.Option(min=0.05, max=20, help="Hubs that many times as large.")] = 1.0,
    only_clusters: Annotated[bool, typer.Option("--only-clusters", help="Leave Crosshub out.")] = False,
) -> None:
    """Start Prometheus servers full of made-up hubs, and Crosshub in front of them, until Ctrl-C."""
    from rich.console import Console

    from aggregator.demo.blocks import Recipe
    from aggregator.demo.progress import Show
    from aggregator.demo.run import Demand, run

    show = Show(Console())
    if detail is None and clusters > _MANY:
        show.say(
            f"{clusters} clusters: all series for the last 24 hours, not 48, to be quick. --detail says otherwise."
        )
    hours = detail or (24 if clusters > _MANY else 48)
    try:
        run(Demand(clusters, Recipe(seed, hubs, people), directory, hours, weeks, not only_clusters), show)
    except KeyboardInterrupt:
        show.say("\nEverything that was started is ended.")
