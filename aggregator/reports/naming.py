"""What hubs and communities are called in a mail: their titles come from whoever wrote them, and are cleaned here."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from aggregator.delivery.wording import plain
from aggregator.reports.tongue import Tongue
from aggregator.reports.values import Elsewhere, HubReport, Report

MOST = 70
MOST_NAMED = 6


def clean(text: str, most: int = MOST) -> str:
    """On one line, without what no mail can hold or what turns its surroundings around."""
    return plain("".join(char for char in text if unicodedata.category(char) not in {"Cs", "Co", "Cn"}), most)


def with_names(report: Report) -> Report:
    """The report in which the title of each hub is what it is called: clean, and with its place where others have the same."""
    titles = [clean(hub.title) or clean(hub.namespace) for hub in report.hubs]
    same = Counter(titles)
    hubs = zip(report.hubs, titles, strict=True)
    return replace(
        report,
        hubs=tuple(
            replace(hub, title=f"{title} ({clean(f'{hub.cluster}/{hub.namespace}')})" if same[title] > 1 else title)
            for hub, title in hubs
        ),
    )


def named_together(hubs: Sequence[HubReport], report: Report, tongue: Tongue) -> str:
    """Some of the report's hubs in one breath; all of them as such."""
    if len(hubs) == len(report.hubs) > 1:
        return tongue.say("All hubs")
    names = [hub.title for hub in hubs[:MOST_NAMED]]
    left = len(hubs) - MOST_NAMED
    more = [tongue.many("{number} more", "{number} more", left)] if left > 0 else []
    return tongue.listed([*names, *more])


def place_of(where: Elsewhere, tongue: Tongue) -> str:
    """`lisbon`, `lisbon/prod`; what has no place is about Crosshub."""
    return clean("/".join(filter(None, (where.cluster, where.namespace)))) or tongue.say("Crosshub itself")
