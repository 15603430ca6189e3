"""By what an alert is muted, in Alertmanager's order: inhibition first, then silences. Pure."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cache

from aggregator.clusters.alerting import Inhibit
from aggregator.events.values import Alert
from aggregator.notify.inhibition import Inhibitor, inhibitor
from aggregator.notify.silences import Mute, Quiet, silencing

MutedBy = Callable[[Alert], Mute | None]


def muted_by(rules: Sequence[Inhibit], quiet: Sequence[Quiet], alerts: Iterable[Alert], now: datetime) -> MutedBy:
    """What says of an alert by what it is muted now, given all alerts there are."""
    firing = tuple(alert for alert in alerts if alert.is_open)
    active = tuple(each for each in quiet if each.active(now))

    @cache
    def inhibits() -> Inhibitor:
        # Most of the time nobody asks.
        return inhibitor(rules, firing)

    def mute_of(alert: Alert) -> Mute | None:
        return inhibits().mute_of(alert) or silencing(dict(alert.labels), active, now)

    return mute_of
