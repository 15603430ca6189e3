"""Values files read from the disk: as trees, or as the reason why they were not seen."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from aggregator.audit.trees import Map, Place, Value, at_path, tree_in
from aggregator.clusters.yaml_lines import Broken, tree_of
from aggregator.errors import BadConfig

ENCRYPTED = "is encrypted"
MOST_KEPT = 256


@dataclass(frozen=True, slots=True)
class Read:
    """What a file says, and the keys that stand there twice."""

    values: Map
    twice: tuple[tuple[Place, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Unseen:
    """A file that says something nobody could read here, and why."""

    at: Place
    why: str


def read_values(path: Path) -> Read | Unseen:
    """The values in a file. Raises BadConfig for one that is no YAML, or no mapping."""
    whole = Place(str(path), 0)
    if not path.is_file():
        return Unseen(whole, "is not there")
    if path.suffix == ".jsonnet":
        return Unseen(whole, "is a Jsonnet program")
    return _read(str(path), _content(path))


# Hubs of a cluster share their largest files.
@lru_cache(maxsize=MOST_KEPT)
def _read(file: str, content: bytes) -> Read | Unseen:
    whole = Place(file, 0)
    if _says_nothing(content):
        return Read(Map(whole))
    try:
        tree, faults = tree_of(content)
    except Broken as broken:
        raise BadConfig(f"{file}:{broken.fault.line}: {broken.fault.words}") from None
    values = tree_in(file, tree)
    if not isinstance(values, Map):
        raise BadConfig(f"{file}:1: a mapping is wanted")
    if _is_encrypted(values):
        return Unseen(whole, ENCRYPTED)
    twice = tuple((Place(file, fault.line), str(fault)) for fault in faults if "is there twice" in fault.words)
    return Read(values, twice)


def read_map(path: Path) -> Map:
    """The same for a file that has to be there and to be read."""
    read = read_values(path)
    if isinstance(read, Unseen):
        raise BadConfig(f"{path}: {read.why}")
    return read.values


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadConfig(f"{path}: {error.strerror or 'cannot be read'}") from None


def _says_nothing(content: bytes) -> bool:
    """Comments alone are values that set nothing, for Helm."""
    lines = (line.strip() for line in content.removeprefix(b"\xef\xbb\xbf").splitlines())
    return all(not line or line.startswith(b"#") or line == b"---" for line in lines)


def _is_encrypted(values: Map) -> bool:
    """As sops leaves it: its own record stands beside the values."""
    record: Value | None = at_path(values, ("sops",))
    return isinstance(record, Map) and bool({"mac", "version", "lastmodified"} & set(record.entries))
