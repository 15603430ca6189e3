"""`crosshub rules check`: everything that is wrong, told with its place and how to mend it."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from aggregator.access.kinds import KINDS
from aggregator.clusters.config import line_of
from aggregator.clusters.values import Config
from aggregator.rules.files import read_rules, rule_files
from aggregator.rules.lint import Checked, Finding, Level, findings, metric_selectors, missing_metrics
from aggregator.rules.promtool import faults_found, is_there
from aggregator.rules.values import Group

if TYPE_CHECKING:
    from aggregator.query.listings import Listed

NO_PROMTOOL = "promtool is not installed, so its checks were left out; Debian's package prometheus has it"


def checked_rules(config: Config, file: Path, *, connect: bool) -> bool:
    """Prints what is found; true when there is no fault. Raises BadRules for files that cannot be read."""
    files = rule_files(config.rules)
    groups = read_rules(files)
    about_access = {kind.name: kind.severity for kind in KINDS.values()}
    lines = line_of(file.read_bytes(), file.parent)
    found = list(findings(Checked(config, groups, str(file), lines, datetime.now(UTC), about_access)))
    remarks = [] if is_there() else [NO_PROMTOOL]
    refused = faults_found(groups) if is_there() else ()
    if connect:
        listed = asyncio.run(_asked(config, groups))
        found += missing_metrics(groups, listed.entries)
        remarks += [f"{warning}; what only this cluster has may be missed" for warning in listed.warnings]
    _print(found, files)
    for words in refused:
        typer.echo(f"promtool: {words}")
    for words in remarks:
        typer.echo(words)
    faults = sum(each.level is Level.FAULT for each in found) + len(refused)
    rules = sum(len(group.rules) for group in groups)
    typer.echo(
        f"{_many(rules, 'rule')} in {_many(len(files), 'file')}: {_counted(faults, len(found) + len(refused) - faults)}"
    )
    return not faults


async def _asked(config: Config, groups: tuple[Group, ...]) -> "Listed[str]":
    from aggregator.federation.fanout import open_fleet
    from aggregator.query.collecting import Terms
    from aggregator.rules.metric_names import names_there

    names = [cluster.name for cluster in config.clusters]
    async with open_fleet(config.clusters) as fleet:
        terms = Terms(time.monotonic() + config.query.deadline, partial=True)
        return await names_there(fleet, names, metric_selectors(groups), terms)


def _print(found: Sequence[Finding], files: Sequence[Path]) -> None:
    where = {file.name: str(file) for file in files}
    for alike in _alike(found):
        for finding in alike:
            place = _short(where.get(finding.file, finding.file))
            typer.echo(f"{finding.level.upper():7}  {finding.name}   {place}:{finding.line}")
            typer.echo(f"         {finding.words}")
        mend = "Mend" if len(alike) == 1 else f"Mend all {len(alike)}"
        typer.echo(f"         {mend}: {alike[0].mend}.")


def _alike(found: Sequence[Finding]) -> Iterable[list[Finding]]:
    """Those that are mended in the same way together, in the order in which the first of each came."""
    together: dict[tuple[Level, str], list[Finding]] = {}
    for finding in found:
        together.setdefault((finding.level, finding.mend), []).append(finding)
    return together.values()


def _short(file: str) -> str:
    """As seen from here, where it is below."""
    here, path = Path.cwd(), Path(file)
    return str(path.relative_to(here)) if path.is_relative_to(here) else file


def _counted(faults: int, warnings: int) -> str:
    told = [_many(number, word) for number, word in ((faults, "fault"), (warnings, "warning")) if number]
    return ", ".join(told) or "no faults"


def _many(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
