"""`crosshub grafana render`: what is wanted, from options and the configuration; and what came of it."""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

import typer

from aggregator.cli.grafana import Shape
from aggregator.clusters.times import positive_duration
from aggregator.clusters.values import Config
from aggregator.errors import BadQuery
from aggregator.federation.fanout import open_fleet
from aggregator.grafana.files import Files, provisioning
from aggregator.grafana.intervals import slowest
from aggregator.grafana.kubernetes import config_maps, operator_resources
from aggregator.grafana.wanted import TOKEN_FILE, Wanted
from aggregator.grafana.writing import stale, write
from aggregator.query.collecting import Terms
from aggregator.query.targets import Targets, targets

SHAPES = {Shape.FILES: provisioning, Shape.CONFIG_MAPS: config_maps, Shape.OPERATOR: operator_resources}


@dataclass(frozen=True, slots=True)
class Asked:
    """The options as they were given; None is for one that was not."""

    shape: Shape
    url: str | None
    interval: str | None
    token_file: str | None
    token: bool
    place: str | None
    people: bool | None
    contact_point: bool
    connect: bool
    each_cluster: bool


def rendered(asked: Asked, config: Config | None) -> Files:
    """The files. Raises BadQuery for an option that makes no sense."""
    return SHAPES[asked.shape](wanted(asked, config))


def wanted(asked: Asked, config: Config | None) -> Wanted:
    """What a Grafana is to be given: options win over the configuration."""
    usual = Wanted()
    return Wanted(
        url=asked.url or (config.external_url if config else usual.url),
        interval=_interval(asked, config) or usual.interval,
        token_file=(asked.token_file or TOKEN_FILE) if asked.token else None,
        place=asked.place or usual.place,
        clusters=tuple(each.name for each in config.clusters) if config and asked.each_cluster else (),
        with_people=(config is None or config.grafana.user_dashboards) if asked.people is None else asked.people,
        with_contact_point=asked.contact_point,
    )


def report(files: Files, directory: Path, *, check: bool) -> bool:
    """Says what is stale, or makes it right and says that; false when something is stale and stays so."""
    if not check:
        changed = write(files, directory)
        typer.echo(f"{directory}: {len(files)} files, {len(changed)} of them changed")
        return True
    found = stale(files, directory)
    for words in found:
        typer.echo(f"{directory}/{words}", err=True)
    if found:
        typer.echo("Write them again: make dashboards, or crosshub grafana render with the same options.", err=True)
    return not found


def _interval(asked: Asked, config: Config | None) -> str | None:
    if asked.interval is not None:
        try:
            positive_duration(asked.interval)
        except ValueError:
            raise BadQuery(f"--interval {asked.interval} is no duration such as 30s") from None
        return asked.interval
    if config is None or not asked.connect:
        return None
    found = asyncio.run(_targets(config))
    for warning in found.warnings:
        typer.echo(f"{warning}; how often it scrapes is not known", err=True)
    return slowest(found.active)


async def _targets(config: Config) -> Targets:
    async with open_fleet(config.clusters) as fleet:
        names = [cluster.name for cluster in config.clusters]
        terms = Terms(time.monotonic() + config.query.deadline, partial=True)
        return await targets(fleet, names, (("state", "active"),), terms)
