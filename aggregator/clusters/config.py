"""The configuration file: read, checked, and handed out whole or not at all."""

from dataclasses import replace
from pathlib import Path

from aggregator.clusters.addresses import database, listen
from aggregator.clusters.checks import LineOf, faults_between
from aggregator.clusters.faults import Fault, Unfit, listing
from aggregator.clusters.kinds import Place
from aggregator.clusters.reading import Reading
from aggregator.clusters.settle import settled
from aggregator.clusters.values import UTC, Breaker, Config, Defaults, Prometheus
from aggregator.clusters.yaml_lines import Broken, Entry, Table, Tree, tree_of
from aggregator.errors import BadConfig
from aggregator.settings import Settings


def load(path: Path) -> Config:
    """The configuration in a file; raises BadConfig, which lists every fault."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise BadConfig(f"{path}: no such file; say which with --config or CROSSHUB_CONFIG") from None
    except (OSError, ValueError) as error:
        raise BadConfig(f"{path}: {getattr(error, 'strerror', None) or 'cannot be read'}") from None
    config, faults = parse(content, path.parent.absolute())
    if faults:
        raise BadConfig(listing(str(path), faults))
    return config


def parse(content: bytes, folder: Path) -> tuple[Config, list[Fault]]:
    """What a file says that stands in `folder`, and its faults; with any, the configuration is only a draft."""
    try:
        draft, reading = _read(content, folder)
    except Broken as broken:
        return Config(()), [broken.fault]
    return draft, reading.faults


def line_of(content: bytes, folder: Path) -> LineOf:
    """Tells on which line of a file a path such as `clusters[0].hubs[1].alerts` stands."""
    try:
        return _read(content, folder)[1].line_of
    except Broken:
        return lambda _: 1


def _read(content: bytes, folder: Path) -> tuple[Config, Reading]:
    tree, faults = tree_of(content)
    place = Place(folder, UTC)
    reading = Reading(_stand_ins(tree, place), faults)
    draft = settled(reading.mapping(Config, tree, "", place), reading.lines, folder)
    for path, words in faults_between(draft, reading.line_of):
        reading.fault(path, words)
    return draft, reading


def with_environment(config: Config, settings: Settings, folder: Path) -> Config:
    """The configuration with what the environment says instead; `folder` is the one its paths are relative to."""
    try:
        if settings.database is not None:
            config = replace(config, database=database(settings.database, folder))
    except Unfit as unfit:
        raise BadConfig(f"CROSSHUB_DATABASE: {unfit}") from None
    try:
        if settings.listen is not None:
            config = replace(config, listen=listen(settings.listen))
    except ValueError:
        raise BadConfig("CROSSHUB_LISTEN: is not host and port such as 127.0.0.1:9099") from None
    return config


def _stand_ins(tree: Tree, place: Place) -> dict[type, object]:
    """What `defaults` says instead of the classes' own. Its faults are listed when it is read in its own place."""
    entry = tree.entries.get("defaults") if isinstance(tree, Table) else None
    if not isinstance(entry, Entry):
        return {}
    defaults = Reading().mapping(Defaults, entry.value, "defaults", place)
    return {Prometheus: defaults, Breaker: defaults.breaker}
