"""What hubs and communities are called in a mail: their titles come from whoever wrote them, and are cleaned here."""

import unicodedata
from collections import Counter
from collections.abc import Sequence

from aggregator.delivery.wording import plain
from aggregator.reports.tongue import Tongue
from aggregator.reports.values import HubReport, Report

MOST = 70
MOST_NAMED = 6


def clean(text: str, most: int = MOST) -> str:
    """On one line, without what no mail can hold or what turns its surroundings around."""
    return plain("".join(char for char in text if unicodedata.category(char) not in {"Cs", "Co", "Cn"}), most)


def name_of(hub: HubReport, report: Report) -> str:
    """Its title; with its place behind it where another hub has the same one."""
    title = clean(hub.title) or clean(hub.namespace)
    place = clean(f"{hub.cluster}/{hub.namespace}")
    same = Counter(clean(each.title) for each in report.hubs)
    return f"{title} ({place})" if same[clean(hub.title)] > 1 and title != place else title


def named_together(hubs: Sequence[HubReport], report: Report, tongue: Tongue) -> str:
    """Some of the report's hubs in one breath; all of them as such."""
    if len(hubs) == len(report.hubs) > 1:
        return tongue.say("All hubs")
    names = [name_of(hub, report) for hub in hubs[:MOST_NAMED]]
    left = len(hubs) - MOST_NAMED
    more = [tongue.many("{number} more", "{number} more", left)] if left > 0 else []
    return tongue.listed([*names, *more])
