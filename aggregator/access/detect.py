"""Every detector, as a table; what all of them give for one hub. Pure."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from aggregator.access import arrivals, declared, drip, itself, kinds, windows, work
from aggregator.access.evidence import Sighting
from aggregator.access.found import Outcome

Detector = Callable[[Sighting], Outcome]

DETECTORS: Mapping[str, Detector] = MappingProxyType(
    {
        kinds.NO_POLICY: declared.no_policy,
        kinds.REVIEW_OVERDUE: declared.review_overdue,
        kinds.WINDOW_TOO_LONG: declared.window_too_long,
        kinds.STAFF_UNLISTED: declared.staff_unlisted,
        kinds.CLASS_CONTRADICTS: itself.class_contradicts,
        kinds.CLASS_CHANGED: itself.class_changed,
        kinds.KNOWN_HOLE: itself.known_hole,
        kinds.SIGN_UP: itself.sign_up,
        kinds.LOGIN_FORM: itself.password_form,
        kinds.METRICS_OPEN: itself.metrics_open,
        kinds.PROMETHEUS_OPEN: itself.prometheus_open,
        kinds.UNKNOWN_ACCOUNTS: arrivals.unknown_accounts,
        kinds.WINDOW_STILL_OPEN: windows.window_still_open,
        kinds.ACCOUNT_SURGE: arrivals.account_surge,
        kinds.SLOW_DRIP: drip.slow_drip,
        kinds.SIMILAR_NAMES: arrivals.similar_names,
        kinds.MORE_THAN_NAMED: arrivals.more_than_named,
        kinds.LOGIN_OUTSIDE: arrivals.login_outside,
        kinds.DENIALS_VANISHED: arrivals.denials_vanished,
        kinds.ADMIN_APPEARED: arrivals.admin_appeared,
        kinds.STRANGERS_AT_WORK: work.strangers_at_work,
    }
)
"""By the kind of what it finds."""


def outcomes(seen: Sighting) -> Mapping[str, Outcome]:
    """What each detector gives, by kind."""
    return {kind: detector(seen) for kind, detector in DETECTORS.items()}
