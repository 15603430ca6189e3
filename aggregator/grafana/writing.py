"""Rendered files and a directory: what is not as it should be, and making it so."""

from collections.abc import Iterator
from pathlib import Path

from aggregator.errors import CrosshubError
from aggregator.grafana.files import HEAD, HEADED, OURS, Files


class CannotRender(CrosshubError):
    """The directory cannot be read or written."""


def stale(files: Files, directory: Path) -> tuple[str, ...]:
    """What is missing, differs, or should be gone, each with a word for it."""
    try:
        return (*_differing(files, directory), *(f"{path}: is no more" for path in left_over(files, directory)))
    except OSError as error:
        raise CannotRender(f"{directory}: {error.strerror or 'cannot be read'}") from None


def left_over(files: Files, directory: Path) -> tuple[str, ...]:
    """What we wrote and is no more."""
    headed = (path for place in HEADED for path in directory.glob(place) if _is_headed(path))
    found = (path.relative_to(directory).as_posix() for path in (*directory.glob(OURS), *headed))
    return tuple(sorted(path for path in found if path not in files))


def write(files: Files, directory: Path) -> tuple[str, ...]:
    """Makes the directory as it should be, and gives back what was changed. Each file is there whole or as it was."""
    changed = stale(files, directory)
    try:
        for path in left_over(files, directory):
            (directory / path).unlink()
        for path, text in files.items():
            _put(directory / path, text)
    except OSError as error:
        raise CannotRender(f"{directory}: {error.strerror or 'cannot be written'}") from None
    return changed


def _is_headed(file: Path) -> bool:
    with file.open(encoding="utf-8", errors="replace") as opened:
        return opened.read(len(HEAD)) == HEAD


def _differing(files: Files, directory: Path) -> Iterator[str]:
    for path, text in files.items():
        place = directory / path
        if not place.is_file():
            yield f"{path}: is missing"
        elif place.read_text(encoding="utf-8", errors="replace") != text:
            yield f"{path}: differs"


def _put(place: Path, text: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    making = place.with_name(f".{place.name}.making")
    making.write_text(text, encoding="utf-8")
    making.replace(place)
