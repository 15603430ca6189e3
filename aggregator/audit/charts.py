"""The charts in a tree: which JupyterHub they bring, where it finds its values, and what they set themselves."""

from dataclasses import dataclass, replace
from pathlib import Path

from aggregator.audit.trees import Items, Map, Place, merged, nested, text_at
from aggregator.audit.values_files import Unseen, read_map, read_values

JUPYTERHUB = "jupyterhub"
FOLDERS = ("helm-charts", "hub-templates")
LISTS_OF_NEEDS = ("Chart.yaml", "requirements.yaml")
DEEPEST = 5


@dataclass(frozen=True, slots=True)
class Chart:
    """What a chart brings: the version of Zero to JupyterHub, the keys above its values, and values."""

    values: Map
    version: str | None = None
    prefix: tuple[str, ...] | None = None


def chart_named(root: Path, name: str, instead: Path | None = None) -> Chart | None:
    """The chart of that name in a tree; `instead` is a file that takes the place of its Chart.yaml."""
    # `base-hub` became `basehub` in the course of 2021.
    alike = [
        folder
        for above in FOLDERS
        for folder in sorted((root / above).glob("*"))
        if _plain(folder.name) == _plain(name)
    ]
    return chart_in(alike[0], instead) if alike else None


def chart_in(folder: Path, instead: Path | None = None, depth: int = 0) -> Chart:
    """The chart in a folder, and those in the same tree that it needs."""
    chart = Chart(Map(Place(str(folder), 0)))
    for file in (instead or folder / LISTS_OF_NEEDS[0], folder / LISTS_OF_NEEDS[1]):
        for need in _needs(file) if depth < DEEPEST else ():
            chart = _with(chart, need, folder, depth)
    own = read_values(folder / "values.yaml")
    return chart if isinstance(own, Unseen) else replace(chart, values=merged((chart.values, own.values)))


def _with(chart: Chart, need: Map, folder: Path, depth: int) -> Chart:
    """The chart with what one of its needs brings along."""
    name = text_at(need, ("name",)) or ""
    key = text_at(need, ("alias",)) or name
    version, repository = text_at(need, ("version",)), text_at(need, ("repository",)) or ""
    if name == JUPYTERHUB:
        return replace(chart, version=version, prefix=(key,))
    if not repository.startswith("file://"):
        return chart
    inner = chart_in(folder / repository.removeprefix("file://"), depth=depth + 1)
    values = merged((chart.values, nested((key,), inner.values)))
    if inner.prefix is None:
        return replace(chart, values=values)
    return Chart(values, inner.version, (key, *inner.prefix))


def _needs(file: Path) -> tuple[Map, ...]:
    found = read_map(file).entries.get("dependencies") if file.is_file() else None
    return tuple(item for item in found.items if isinstance(item, Map)) if isinstance(found, Items) else ()


def _plain(name: str) -> str:
    return name.replace("-", "").lower()
