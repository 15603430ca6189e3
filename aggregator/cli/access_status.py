"""`crosshub access status`: for every hub what is declared, what was observed, by what evidence and when, and what was found."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
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
from aggregator.notify.wording import count_of, length
from aggregator.store.instants import utc_now
from aggregator.store.migrating import database_there

WIDTH = 100
LABEL = 12
ORDER = {name: place for place, name in enumerate(KINDS)}
SEVERITIES = tuple(dict.fromkeys(kind.severity for kind in KINDS.values()))
MISSED = 3
"""So many looks have to be missing before it is said that nobody looks."""


@dataclass(frozen=True, slots=True)
class HubStatus:
    """One hub: what is declared and found, and the last look at it, if there was one."""

    name: str
    title: str
    policy: Policy
    sight: Sight | None
    findings: tuple[Finding, ...] = field(default=())

    def open(self, now: datetime) -> tuple[Finding, ...]:
        """What somebody has to do something about, the worst first."""
        return tuple(each for each in self.findings if each.standing(now) is Standing.OPEN)

    def accepted(self, now: datetime) -> tuple[Finding, ...]:
        return tuple(each for each in self.findings if each.standing(now) is Standing.ACCEPTED)


def statuses(config: Config, wanted: Sequence[str]) -> tuple[tuple[HubStatus, ...], datetime]:
    """How every hub stands, or those that are named, the worst first, and when that was; raises NoSuchHub."""
    named, now = chosen_hubs(placed(config), wanted), utc_now()

    async def read() -> tuple[HubStatus, ...]:
        async with database_there(config.database) as database, database.reading() as connection:
            found, seen = await findings(connection), await sights(connection)
            windows = await windows_by_hub(connection)
        return tuple(_status(each, policy_of(each.hub, windows.get(each.where, ())), seen, found) for each in named)

    return tuple(sorted(asyncio.run(read()), key=lambda hub: _worst(hub, now))), now


def lines_of(hubs: Sequence[HubStatus], config: Config, now: datetime) -> Iterator[str]:
    """The hubs, each in a few lines, what was found before all else, and a count of what is open."""
    for hub in hubs:
        yield printable(f"{hub.name}   {hub.title}".rstrip())
        for finding in hub.open(now):
            yield from _folded(finding.severity, finding.head)
            yield from _folded("", _about(finding))
        for finding in hub.accepted(now):
            yield from _folded("accepted", finding.head)
            yield from _folded("", f"{_about(finding)}; {_accepted(finding)}")
        yield from _folded("declared", _declared(hub.policy, now))
        yield from _folded("observed", "; ".join(hub.sight.observed) or "nothing" if hub.sight else "nothing yet")
        yield from _folded("by", _by(hub.sight, now, timedelta(seconds=config.every.access)))
        yield ""
    yield from _summary(hubs, config, now)


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
    title = "" if named.hub.title == named.name else named.hub.title
    return HubStatus(name_of(named), title, policy, seen.get(named.where), ordered)


def _declared(policy: Policy, now: datetime) -> str:
    words = [policy.in_words().replace("`", "")]
    if policy.review_by is not None:
        words.append(f"to be reviewed by {policy.review_by}")
    for window in policy.windows:
        if window.end > now:
            when = "open" if window.holds(now) else f"open from {local(window.since)}"
            until = f"until {local(window.until)}" if window.until else "without an end"
            words.append(f"{when} {until}" + (f" ({window.reason})" if window.reason else ""))
    return "; ".join(words)


def _by(sight: Sight | None, now: datetime, every: timedelta) -> str:
    if sight is None:
        return "nobody has looked yet; `crosshub serve` does"
    late = f", {length(now - sight.looked_at)} ago: is `crosshub serve` running?" if _is_late(sight, now, every) else ""
    return f"{'; '.join(sight.sides)}; checked {local(sight.looked_at)}{late}"


def _is_late(sight: Sight, now: datetime, every: timedelta) -> bool:
    return now - sight.looked_at > MISSED * every


def _about(finding: Finding) -> str:
    words = f"{finding.kind}, since {local(finding.first_seen)}"
    return f"{words}; not seen since {local(finding.last_seen)}: {finding.unseen}" if finding.unseen else words


def _accepted(finding: Finding) -> str:
    given = finding.accepted
    return f"by {given.by} until {local(given.until)}: {given.why}" if given else ""


def _worst(hub: HubStatus, now: datetime) -> int:
    """What hubs are sorted by; those on which nothing is open stay in their order."""
    return min((ORDER.get(each.kind, len(ORDER)) for each in hub.open(now)), default=len(ORDER) + 1)


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


def _summary(hubs: Sequence[HubStatus], config: Config, now: datetime) -> Iterator[str]:
    found = [each for hub in hubs for each in hub.open(now)]
    counts = Counter(each.severity for each in found)
    by_severity = ", ".join(f"{counts[each]:,} {each}" for each in SEVERITIES if counts[each])
    accepted = sum(len(hub.accepted(now)) for hub in hubs)
    undeclared = sum(hub.policy.kind is None for hub in hubs)
    parts = [
        count_of(len(hubs), "hub") + (f", {undeclared:,} without a policy" if undeclared else ""),
        f"{count_of(len(found), 'finding')} open" + (f": {by_severity}" if by_severity else ""),
        *([f"{accepted:,} accepted"] if accepted else []),
    ]
    yield f"{'; '.join(parts)}."
    if found:
        where = (config.runbooks or f"{config.external_url.rstrip('/')}/runbooks").rstrip("/")
        kinds = {each.kind for each in found}
        yield f"What to do: {where}/{kinds.pop()}" if len(kinds) == 1 else f"What to do about each: {where}"
