"""What can be found, as a table: how bad it is, how sure, what is said of it when it is over, and what to do next."""

from collections.abc import Mapping
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

_CLOSE = 'runbook "close a hub"'
THEN: Mapping[str, str] = MappingProxyType(
    {
        STRANGERS_AT_WORK: f"Close the hub first and ask then: each hour costs ({_CLOSE}). A class that nobody declared? Declare the window.",
        CLASS_CONTRADICTS: f"Anybody gets in now. A workshop? Declare the window. Otherwise: {_CLOSE}.",
        UNKNOWN_ACCOUNTS: f"A workshop? Declare the window. People who are meant? Name them in the policy. Otherwise: {_CLOSE}.",
        WINDOW_STILL_OPEN: f"Does it go on? Declare a window until its end. Otherwise take away what opened the hub: {_CLOSE}.",
        ACCOUNT_SURGE: f"A workshop? Declare the window, with how many are expected. Otherwise: {_CLOSE}.",
        DENIALS_VANISHED: f"Try an account that must be refused. It gets in: {_CLOSE}.",
        ADMIN_APPEARED: "A colleague? Name them in `staff`. Otherwise take the right away: an admin reads everybody's files.",
        CLASS_CHANGED: "Was it meant? Then look whether the policy fits the new names. Otherwise undo the last deployment.",
        MORE_THAN_NAMED: f"With an `api_token_file` it would be seen who they are. Otherwise: {_CLOSE}.",
        PROMETHEUS_OPEN: "Have it ask for its password again, or take its ingress away until it does.",
        SLOW_DRIP: f"A group that fills up? Say in the policy how many are expected. Otherwise: {_CLOSE}.",
        SIMILAR_NAMES: f"Numbered accounts of a class? Declare the window, or accept it. Otherwise: {_CLOSE}.",
        LOGIN_OUTSIDE: f"Somebody who prepares the workshop? Name them in `staff`, or declare the window. Otherwise: {_CLOSE}.",
        KNOWN_HOLE: "Update it. If that has to wait, accept it until the day of the update.",
        SIGN_UP: "Does an admin agree to each account? Then accept it. Otherwise turn signing up off.",
        WINDOW_TOO_LONG: "Give it an end, or end it. A hub that is always open has the policy `open`.",
        STAFF_UNLISTED: "Name them in `staff`, or take the right away.",
        LOGIN_FORM: "LDAP or PAM? Then accept it, or give the hub an `api_token_file`, by which its class is seen.",
        METRICS_OPEN: "Keep `/hub/metrics` away from outside, or accept it: it has numbers, and no names.",
        REVIEW_OVERDUE: "Ask its owner whether it still holds, and write the next day into `review_by`.",
        NO_POLICY: "Ask its owner who is meant, and write it under `access`: until then nobody is a stranger here.",
    }
)
"""What to do next about each kind, in whole sentences; more is in its runbook."""

ABOUT_ARRIVALS = (UNKNOWN_ACCOUNTS, ACCOUNT_SURGE, SLOW_DRIP, SIMILAR_NAMES, MORE_THAN_NAMED)
"""What StrangersAtWork says too."""
