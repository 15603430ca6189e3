"""Configuration files as tests write them."""

from pathlib import Path

from aggregator.clusters.config import load
from aggregator.errors import BadConfig

EXAMPLE = Path(__file__).parents[2] / "docs" / "crosshub.example.yaml"
LISBON = "clusters:\n  - name: lisbon\n    prometheus: {url: http://lisbon}\n"


def write(folder: Path, text: str) -> Path:
    """A configuration file with that text."""
    file = folder / "crosshub.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def faults_of(folder: Path, text: str) -> list[str]:
    """The faults that are listed for a file with that text, one string each, without the file's name."""
    try:
        load(write(folder, text))
    except BadConfig as bad:
        return [line.strip() for line in str(bad).splitlines()[1:]]
    return []
