"""`crosshub access audit`: files in, a report out, as a table or for other programs."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import typer

from aggregator.audit.audit import audit, policies_in
from aggregator.audit.findings import Report
from aggregator.audit.layouts import deployments_in
from aggregator.audit.machine_formats import as_json, as_sarif
from aggregator.audit.read_hub import Given
from aggregator.audit.versions import Release, release
from aggregator.cli.access import Format
from aggregator.cli.audit_lines import lines_of
from aggregator.cli.chosen import chosen_config, chosen_file
from aggregator.clusters.config import load
from aggregator.clusters.values import Config
from aggregator.errors import BadConfig


@dataclass(frozen=True, slots=True)
class Asked:
    """What is audited: files, the hub that they are, versions, and the file with the policies."""

    paths: tuple[Path, ...]
    hub: str | None
    given: Given
    config: Path | None


def report_on(context: typer.Context, asked: Asked) -> Report:
    """The report; raises BadConfig for what cannot be read."""
    hubs = deployments_in(asked.paths, _name(asked.hub))
    policies = policies_in(load(asked.config) if asked.config else _usual_config(context))
    return audit(hubs, policies, asked.given, datetime.now(UTC))


def versions_given(jupyterhub: str | None, oauthenticator: str | None, chart: str | None) -> Given:
    """What the caller knows of versions."""
    if chart is not None:
        _release(chart, "--chart-version")
    return Given(
        _release(jupyterhub, "--jupyterhub-version"), _release(oauthenticator, "--oauthenticator-version"), chart
    )


def written(report: Report, kind: Format) -> str:
    """The report in one of the formats."""
    match kind:
        case Format.JSON:
            return json.dumps(as_json(report), indent=2, ensure_ascii=False)
        case Format.SARIF:
            return json.dumps(as_sarif(report, version("crosshub")), indent=2, ensure_ascii=False)
        case Format.TABLE:
            return "\n".join(lines_of(report))


def _usual_config(context: typer.Context) -> Config | None:
    """The configuration that every command uses, where there is one; deployment files can be audited without."""
    chosen = context.find_root().params.get("config") is not None
    return chosen_config(context) if chosen or chosen_file(context).exists() else None


def _name(hub: str | None) -> tuple[str, str] | None:
    if hub is None:
        return None
    cluster, slash, name = hub.partition("/")
    if not slash or not cluster or not name:
        raise BadConfig(f"--hub: {hub!r} is not of the form lisbon/prod")
    return cluster, name


def _release(text: str | None, option: str) -> Release | None:
    try:
        return None if text is None else release(text)
    except ValueError:
        raise BadConfig(f"{option}: {text!r} is not a version such as 4.1.6") from None
