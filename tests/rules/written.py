"""Rule files and configurations as tests write them."""

from datetime import UTC, datetime
from pathlib import Path

from aggregator.access.kinds import KINDS
from aggregator.clusters.config import line_of, load
from aggregator.rules.files import Groups, read_rules
from aggregator.rules.lint import Checked

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
ABOUT_ACCESS = {kind.name: kind.severity for kind in KINDS.values()}
CLUSTERS = """\
clusters:
  - name: lisbon
    prometheus: {url: http://127.0.0.1:1}
    hubs:
      - name: prod
        %s
  - name: oslo
    prometheus: {url: http://127.0.0.1:2}
"""


def rules_in(folder: Path, text: str, name: str = "own.yaml") -> Groups:
    """The groups of a file with that text."""
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return read_rules([file])


def rule(expr: str, name: str = "Odd", labels: str = "{severity: ticket}") -> str:
    """A file with one group of one rule."""
    return (
        f"groups:\n  - name: own\n    rules:\n      - alert: {name}\n        expr: '{expr}'\n        labels: {labels}\n"
    )


def checked(folder: Path, rules: str, config: str, hub: str = "title: Prod") -> Checked:
    """What a check sees of such rules and such a configuration, whose clusters are lisbon and oslo."""
    file = folder / "crosshub.yaml"
    file.write_text(CLUSTERS % hub + config, encoding="utf-8")
    return Checked(
        load(file), rules_in(folder, rules), file.name, line_of(file.read_bytes(), folder), NOON, ABOUT_ACCESS
    )
