"""`crosshub access status`: for every hub what is declared, what was observed, by what evidence and when, and what was found."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from textwrap import wrap
from typing import Any

from aggregator.access.evidence import Where
from aggregator.access.finding_rows import findings
from aggregator.access.findings import Finding, FindingKey, Standing
from aggregator.access.hubs import Placed, placed
from aggregator.access.kinds import KINDS
from aggregator.access.policy import Policy, policy_of
from aggregator.access.remembering import Sight
from aggregator.access.sight_rows import sights
from aggregator.access.window_rows import windows_by_hub
from aggregator.cli.alert_lines import local
from aggregator.cli.hubs import chosen_hubs, name_of
from aggregator.clusters.values import Config
from aggregator.errors import printable
from aggregator.rollups.duties import utc_now
from aggregator.store.migrating import database_there

WIDTH = 100
LABEL = 12
ORDER = {name: place for place, name in enumerate(KINDS)}


@dataclass(frozen=True, slots=True)
class HubStatus:
    """One hub: what is declared and found, and the last look at it, if there was one."""

    name: str
    title: str
    policy: Policy
    sight: Sight | None
    findings: tuple[Finding, ...] = field(default=())


def statuses(config: Config, wanted: Sequence[str]) -> tuple[tuple[HubStatus, ...], datetime]:
    """How every hub stands, or those that are named, and when that was; raises NoSuchHub."""
    named = chosen_hubs(placed(config), wanted)

    async def read() -> tuple[HubStatus, ...]:
        async with database_there(config.database) as database, database.reading() as connection:
            found, seen = await findings(connection), await sights(connection)
            windows = await windows_by_hub(connection)
        return tuple(_status(each, policy_of(each.hub, windows.get(each.where, ())), seen, found) for each in named)

    return asyncio.run(read()), utc_now()


def lines_of(hubs: Sequence[HubStatus], now: datetime) -> Iterator[str]:
    """The hubs, each in a few lines, and a count of what is open."""
    for hub in hubs:
        yield printable(f"{hub.name}   {hub.title}".rstrip())
        yield from _folded("declared", _declared(hub.policy, now))
        yield from _folded("observed", "; ".join(hub.sight.observed) if hub.sight else "nothing yet")
        yield from _folded("by", _by(hub.sight))
        for number, finding in enumerate(hub.findings):
            yield from _folded("findings" if number == 0 else "", _finding(finding, now))
        yield ""
    yield _counted(hubs, now)


def as_json(hubs: Sequence[HubStatus], now: datetime) -> list[dict[str, Any]]:
    """The same, for programs."""
    return [
        {
            "hub": hub.name,
            "title": hub.title,
            "declared": _declared(hub.policy, now),
            "observed": list(hub.sight.observed) if hub.sight else [],
            "evidence": list(hub.sight.sides) if hub.sight else [],
            "checked_at": hub.sight.looked_at.isoformat() if hub.sight else None,
            "findings": [_as_json(finding, now) for finding in hub.findings],
        }
        for hub in hubs
    ]


def _status(
    named: Placed, policy: Policy, seen: Mapping[Where, Sight], found: Mapping[FindingKey, Finding]
) -> HubStatus:
    there = [each for each in found.values() if each.where == named.where and each.closed_at is None]
    ordered = tuple(sorted(there, key=lambda each: ORDER.get(each.kind, len(ORDER))))
    return HubStatus(name_of(named), named.hub.title, policy, seen.get(named.where), ordered)


def _declared(policy: Policy, now: datetime) -> str:
    words = [policy.in_words()]
    if policy.review_by is not None:
        words.append(f"to be reviewed by {policy.review_by}")
    for window in policy.windows:
        if window.end > now:
            when = "open" if window.holds(now) else f"open from {local(window.since)}"
            until = f"until {local(window.until)}" if window.until else "without an end"
            words.append(f"{when} {until}" + (f" ({window.reason})" if window.reason else ""))
    return "; ".join(words)


def _by(sight: Sight | None) -> str:
    if sight is None:
        return "nobody has looked yet; `crosshub serve` does"
    return f"{'; '.join(sight.sides)}; checked {local(sight.looked_at)}"


def _finding(finding: Finding, now: datetime) -> str:
    words = f"{finding.severity}: {finding.head} ({finding.kind}), since {local(finding.first_seen)}"
    if finding.unseen:
        words += f"; not seen since {local(finding.last_seen)}: {finding.unseen}"
    if finding.accepted is not None and finding.standing(now) is Standing.ACCEPTED:
        accepted = finding.accepted
        words += f"; accepted by {accepted.by} until {local(accepted.until)}: {accepted.why}"
    return words


def _as_json(finding: Finding, now: datetime) -> dict[str, Any]:
    return {
        "kind": finding.kind,
        "severity": finding.severity,
        "state": str(finding.standing(now)),
        "sentence": finding.head,
        "evidence": list(finding.evidence),
        "first_seen": finding.first_seen.isoformat(),
        "last_seen": finding.last_seen.isoformat(),
        "looks": finding.looks,
        "unseen": finding.unseen,
        "accepted": None
        if finding.accepted is None
        else {"by": finding.accepted.by, "until": finding.accepted.until.isoformat(), "why": finding.accepted.why},
    }


def _folded(label: str, text: str) -> Iterator[str]:
    indent = " " * (LABEL + 2)
    yield from wrap(printable(text), WIDTH, initial_indent=f"  {label:<{LABEL}}", subsequent_indent=indent)


def _counted(hubs: Sequence[HubStatus], now: datetime) -> str:
    found = [each for hub in hubs for each in hub.findings if each.standing(now) is Standing.OPEN]
    undeclared = sum(hub.policy.kind is None for hub in hubs)
    hubs_words = f"{len(hubs)} hub{'' if len(hubs) == 1 else 's'}"
    policies = f", {undeclared} without a policy" if undeclared else ", each with a policy"
    return f"{hubs_words}{policies}; {len(found)} finding{'' if len(found) == 1 else 's'} open."
