"""What can be found, as a table: how bad it is, how sure, and what is said of it when it is over."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Severity = Literal["critical", "high", "medium", "low"]
Confidence = Literal["certain", "likely", "a hint"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of finding; its name is that of the alert and of the runbook. `over` follows the name of the hub."""

    name: str
    severity: Severity
    confidence: Confidence
    over: str


STRANGERS_AT_WORK = "StrangersAtWork"
CLASS_CONTRADICTS = "AuthenticatorContradictsPolicy"
UNKNOWN_ACCOUNTS = "UnknownAccounts"
WINDOW_STILL_OPEN = "WindowOverStillOpen"
ACCOUNT_SURGE = "AccountSurge"
SLOW_DRIP = "SteadyNewAccounts"
SIMILAR_NAMES = "SimilarNames"
MORE_THAN_NAMED = "MoreAccountsThanPeople"
LOGIN_OUTSIDE = "LoginOutsideWindow"
DENIALS_VANISHED = "DenialsVanished"
ADMIN_APPEARED = "AdminAppeared"
CLASS_CHANGED = "AuthenticatorChanged"
PROMETHEUS_OPEN = "PrometheusOpen"
KNOWN_HOLE = "KnownAccessHole"
SIGN_UP = "SignUpPage"
LOGIN_FORM = "PasswordForm"
WINDOW_TOO_LONG = "WindowTooLong"
STAFF_UNLISTED = "StaffNotListed"
METRICS_OPEN = "MetricsOpen"
REVIEW_OVERDUE = "ReviewOverdue"
NO_POLICY = "NoPolicyDeclared"

_TABLE = (
    Kind(STRANGERS_AT_WORK, "critical", "certain", "no new accounts use it to the full any more"),
    Kind(CLASS_CONTRADICTS, "critical", "certain", "its authenticator fits its policy again"),
    Kind(UNKNOWN_ACCOUNTS, "high", "certain", "its policy knows all new accounts"),
    Kind(WINDOW_STILL_OPEN, "high", "certain", "nothing shows any more that it is open after its window"),
    Kind(ACCOUNT_SURGE, "high", "likely", "as many new accounts as usual again"),
    Kind(DENIALS_VANISHED, "high", "likely", "people are refused again, or nobody new comes"),
    Kind(ADMIN_APPEARED, "high", "certain", "no new admin any more"),
    Kind(CLASS_CHANGED, "high", "certain", "its authenticator has been the same for a week"),
    Kind(MORE_THAN_NAMED, "high", "certain", "no more accounts than its policy names"),
    Kind(PROMETHEUS_OPEN, "high", "certain", "the Prometheus of its cluster asks for credentials again"),
    Kind(SLOW_DRIP, "medium", "likely", "new accounts do not come every day any more"),
    Kind(SIMILAR_NAMES, "medium", "a hint", "no series of similar new names any more"),
    Kind(LOGIN_OUTSIDE, "medium", "likely", "no logins outside its windows"),
    Kind(KNOWN_HOLE, "medium", "certain", "no known hole in its version"),
    Kind(SIGN_UP, "medium", "a hint", "no page on which people sign up"),
    Kind(WINDOW_TOO_LONG, "medium", "certain", "no window of more than two weeks"),
    Kind(STAFF_UNLISTED, "low", "certain", "all its admins are among its staff"),
    Kind(LOGIN_FORM, "low", "a hint", "its login page asks for no password of its own"),
    Kind(METRICS_OPEN, "low", "certain", "its metrics are not open to all any more"),
    Kind(REVIEW_OVERDUE, "low", "certain", "its policy was reviewed"),
    Kind(NO_POLICY, "low", "certain", "it has an access policy"),
)
KINDS = MappingProxyType({kind.name: kind for kind in _TABLE})
"""By name, the worst first."""

ABOUT_ARRIVALS = (UNKNOWN_ACCOUNTS, ACCOUNT_SURGE, SLOW_DRIP, SIMILAR_NAMES, MORE_THAN_NAMED)
"""What StrangersAtWork says too."""
