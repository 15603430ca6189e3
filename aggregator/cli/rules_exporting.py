"""`crosshub rules export`: the files, and what they cannot say."""

from pathlib import Path

import typer

from aggregator.clusters.file_names import file_name
from aggregator.clusters.values import Config
from aggregator.errors import CrosshubError
from aggregator.rules.alertmanager_file import alertmanager_config
from aggregator.rules.exporting import exported
from aggregator.rules.files import rules_of
from aggregator.rules.verdicts import NAMES
from aggregator.rules.writing import rule_file, yaml_text

HEAD = "# Written by `crosshub rules export`; change the rules or the configuration that it came from, and write it again.\n"
BY_ITSELF = f"alerts that need no rule: {', '.join(NAMES)} and findings about access come from Crosshub only"


def write_files(config: Config, folder: Path) -> None:
    """Writes them, and prints where they are and what is not in them. Raises BadRules and CrosshubError."""
    groups = rules_of(config.rules)
    alertmanager = alertmanager_config(config)
    left_out = []
    texts = {"alertmanager.yml": yaml_text(alertmanager.content)}
    for cluster in config.clusters:
        theirs = exported(groups, cluster)
        texts[f"{file_name(cluster.name)}.rules.yml"] = rule_file(theirs.groups)
        left_out += [f"{cluster.name}: {words}" for words in theirs.left_out]
    if len(texts) <= len(config.clusters):
        raise CrosshubError("two clusters have names that would be the same name of a file")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(HEAD + text, encoding="utf-8")
            typer.echo(f"wrote {folder / name}")
    except OSError as error:
        raise CrosshubError(f"{folder}: {error.strerror or 'cannot be written'}") from None
    typer.echo("Not in these files:")
    for words in (BY_ITSELF, *left_out, *alertmanager.left_out):
        typer.echo(f"  {words}")
