"""Facts about hubs, made up week by week."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from aggregator.clusters.values import Access
from aggregator.reports.facts import CrowdFacts, Facts, HubFacts, Seen
from aggregator.reports.periods import Kind, Period
from aggregator.reports.values import Audience
from aggregator.rollups.buckets import HOUR
from aggregator.rollups.standing import Asked
from aggregator.store.instants import milliseconds

WEEK = Period(Kind.WEEKLY, date(2026, 11, 16), "UTC")
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
ASKED = Asked(datetime(2026, 1, 1, tzinfo=UTC), NOW)


def weeks(measure: str, values: Sequence[float | None], share: float = 1.0) -> dict[int, Seen]:
    """Numbers of this week, of the one before, and so on; `share` of this week was seen."""
    return {
        WEEK.earlier(ago).number: Seen(share if ago == 0 else 1.0, {} if value is None else {measure: value})
        for ago, value in enumerate(values)
    }


def hub(
    *,
    periods: dict[int, Seen] | None = None,
    days: dict[int, Seen] | None = None,
    hours: dict[int, Seen] | None = None,
    declared: Access | None = None,
    ephemeral: bool = False,
) -> HubFacts:
    return HubFacts(
        "lisbon", "prod", "University of Lisbon", "UTC", ephemeral, datetime(2026, 1, 1, tzinfo=UTC), declared,
        periods or {}, days or {}, hours or {},
    )  # fmt: skip


def facts(*hubs: HubFacts, crowd: CrowdFacts | None = None, asked: Asked | None = ASKED) -> Facts:
    nobody = CrowdFacts({}, {}, {}, {})
    return Facts(Audience.COMMUNITY, WEEK, "lisbon", "Lisbon", hubs, crowd or nobody, NOW, asked=asked)


def hour_of(day: int, hour: int) -> int:
    """The number of an hour of the week."""
    return milliseconds(WEEK.start + timedelta(days=day, hours=hour)) // HOUR


def hours(*, without: Sequence[int] = (), unseen: Sequence[int] = (), partly: Sequence[int] = ()) -> dict[int, Seen]:
    """All hours of the week, by place in it."""
    share = {**dict.fromkeys(unseen, 0.0), **dict.fromkeys(partly, 0.5)}
    return {hour_of(0, place): Seen(share.get(place, 1.0)) for place in range(168) if place not in without}
