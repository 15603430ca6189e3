"""Files that a command writes for people."""

from pathlib import Path

from aggregator.errors import BadConfig


def write_new(file: Path, text: str, *, force: bool) -> None:
    """Writes a file, and never over another one without `force`. Raises BadConfig where that cannot be."""
    try:
        with file.open("w" if force else "x", encoding="utf-8") as opened:
            opened.write(text)
    except FileExistsError:
        raise BadConfig(f"{file}: is there already; --force writes over it") from None
    except OSError as error:
        raise BadConfig(f"{file}: {error.strerror or 'cannot be written'}") from None
