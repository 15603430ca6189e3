"""Hubs in files and folders: values files, a chart of one's own, and trees as 2i2c has them, today's and that of 2021."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from aggregator.audit.charts import FOLDERS, Chart, chart_in, chart_named
from aggregator.audit.deployments import Deployment
from aggregator.audit.trees import Items, Leaf, Map, Place, at_path, map_at, text_at, texts
from aggregator.audit.values_files import Read, Unseen, read_map, read_values
from aggregator.errors import BadConfig

# A file with hubs, seen from the root of a tree, from its `config`, and from the folder of one cluster.
TREES = (
    "config/clusters/*/cluster.yaml",
    "config/hubs/*.cluster.yaml",
    "clusters/*/cluster.yaml",
    "hubs/*.cluster.yaml",
    # The first months of 2022 were on their way from the one to the other.
    "config/clusters/*.cluster.yaml",
    "config/clusters/*/*.cluster.yaml",
    "clusters/*.cluster.yaml",
    "clusters/*/*.cluster.yaml",
    "*.cluster.yaml",
    "cluster.yaml",
)
HOW = "give values files, a folder with a chart, or one with config/clusters/*/cluster.yaml"
HOW_CLUSTERS = "give a folder with config/clusters/*/cluster.yaml or config/hubs/*.cluster.yaml"


@dataclass(frozen=True, slots=True)
class Listed:
    """A hub as the file of its cluster lists it, and what Helm is given for it."""

    entry: Map
    deployment: Deployment


@dataclass(frozen=True, slots=True)
class ClusterFile:
    """A file that lists the hubs of one cluster, and all that it says."""

    file: Path
    name: str
    said: Map
    hubs: tuple[Listed, ...]


def clusters_in(path: Path) -> tuple[ClusterFile, ...]:
    """Every cluster of a tree, in the order of the files' names. Raises BadConfig where there is no tree."""
    if not path.exists():
        raise BadConfig(f"{path}: no such file or folder; {HOW_CLUSTERS}")
    files = _files_in(path) if path.is_dir() else [path] if _is_tree(path) else []
    if not files:
        raise BadConfig(f"{path}: no clusters are listed here; {HOW_CLUSTERS}")
    return tuple(_cluster_in(file) for file in files)


def deployments_in(paths: Sequence[Path], name: tuple[str, str] | None = None) -> tuple[Deployment, ...]:
    """All hubs that stand there. Several files are one hub, named by `name` or else by the last of them."""
    if missing := next((path for path in paths if not path.exists()), None):
        raise BadConfig(f"{missing}: no such file or folder; {HOW}")
    if len(paths) == 1 and paths[0].is_dir():
        return _in_folder(paths[0], name)
    if folder := next((path for path in paths if path.is_dir()), None):
        raise BadConfig(f"{folder}: a folder is audited by itself, without other files")
    if len(paths) == 1 and _is_tree(paths[0]):
        return tuple(_hubs_of(paths[0]))
    return (_plain(paths, name or ("", _stem(paths[-1]))),)


def _in_folder(folder: Path, name: tuple[str, str] | None) -> tuple[Deployment, ...]:
    if files := _files_in(folder):
        return tuple(hub for file in files for hub in _hubs_of(file))
    if (folder / "Chart.yaml").is_file():
        return (_plain((), name or ("", folder.name), chart_in(folder)),)
    raise BadConfig(f"{folder}: no hubs are deployed from here; {HOW}")


def _files_in(folder: Path) -> list[Path]:
    return sorted({file for pattern in TREES for file in folder.glob(pattern)})


def _plain(files: Sequence[Path], name: tuple[str, str], chart: Chart | None = None) -> Deployment:
    at = Place(str(files[0] if files else name[1]), 0)
    return _deployment(name, _Given(tuple(files), at), chart)


def _is_tree(file: Path) -> bool:
    read = read_values(file)
    return isinstance(read, Read) and isinstance(read.values.entries.get("hubs"), Items)


def _hubs_of(file: Path) -> Iterator[Deployment]:
    """The hubs that a file of a cluster lists."""
    for hub in _cluster_in(file).hubs:
        yield hub.deployment


def _cluster_in(file: Path) -> ClusterFile:
    said = read_map(file)
    name = text_at(said, ("name",)) or file.name.removesuffix(".cluster.yaml")
    found = said.entries.get("hubs")
    entries = [hub for hub in (found.items if isinstance(found, Items) else ()) if isinstance(hub, Map)]
    return ClusterFile(file, name, said, tuple(Listed(hub, _listed_hub(file, name, hub)) for hub in entries))


def _listed_hub(file: Path, cluster: str, hub: Map) -> Deployment:
    template = text_at(hub, ("helm_chart",)) or text_at(hub, ("template",)) or "basehub"
    instead = text_at(hub, ("chart_override",))
    chart = chart_named(_root_of(file), template, file.parent / instead if instead else None)
    files = tuple(file.parent / each for each in texts(at_path(hub, ("helm_chart_values_files",))))
    given = _Given(files, _place_of(hub), map_at(hub, ("config",)), _connection(hub))
    return _deployment((cluster, text_at(hub, ("name",)) or ""), given, chart)


@dataclass(frozen=True, slots=True)
class _Given:
    """What Helm is given for one hub beside its chart: files, and what stands in the list of hubs."""

    files: tuple[Path, ...]
    at: Place
    own: Map | None = None
    provider: str | None = None


def _deployment(name: tuple[str, str], given: _Given, chart: Chart | None) -> Deployment:
    """The layers in Helm's order: the chart's own values, then the files, then what stands in the list of hubs."""
    reads = [read_values(file) for file in given.files]
    seen = [read for read in reads if isinstance(read, Read)]
    defaults = (chart.values,) if chart else ()
    return Deployment(
        cluster=name[0],
        hub=name[1],
        layers=(*defaults, *(read.values for read in seen), *((given.own,) if given.own else ())),
        at=given.at,
        chart=chart.version if chart else None,
        prefix=chart.prefix if chart else None,
        provider=given.provider,
        unseen=tuple((read.at, read.why) for read in reads if isinstance(read, Unseen)),
        twice=tuple(fault for read in seen for fault in read.twice),
    )


def _connection(hub: Map) -> str | None:
    enabled = at_path(hub, ("auth0", "enabled"))
    if isinstance(enabled, Leaf) and enabled.value is False:
        return None
    return text_at(hub, ("auth0", "connection"))


def _place_of(hub: Map) -> Place:
    name = hub.entries.get("name")
    return name.at if name is not None else hub.at


def _root_of(file: Path) -> Path:
    """The folder that holds the charts."""
    above = file.resolve().parents
    found = next(
        (index for index, each in enumerate(above) if any((each / folder).is_dir() for folder in FOLDERS)), None
    )
    return file.parent if found is None else _up(file, found)


def _up(file: Path, steps: int) -> Path:
    """So many folders up, in words that still begin where the caller's do."""
    folder = file.parent
    for _ in range(steps):
        folder = folder.parent if folder.name not in {"", ".."} else folder / ".."
    return folder


def _stem(file: Path) -> str:
    return file.name.split(".", 1)[0]
