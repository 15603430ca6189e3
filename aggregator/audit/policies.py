"""Who may log in, against who is meant to: what the policy of a hub says of it."""

from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase

from aggregator.audit.admission import Who
from aggregator.audit.authenticators import Reach
from aggregator.audit.findings import Severity
from aggregator.audit.wording import listed
from aggregator.clusters.values import Access

# How far each policy goes.
WIDEST = {
    "closed": Reach.LISTED,
    "org": Reach.ORG,
    "institution": Reach.INSTITUTION,
    "shared-password": Reach.PASSWORD,
    "open": Reach.WORLD,
    "ephemeral": Reach.WORLD,
}
WHOLE_WORLD = frozenset({Reach.PUBLIC, Reach.WORLD})
# A provider that is not known may be the institution's own, where somebody chose to let all of it in.
PERHAPS_OWN = Reach.ACCOUNT
CLOSE = "set Authenticator.allowed_users"
OPEN = "declare `policy: open` with an owner"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A finding without its hub."""

    kind: str
    severity: Severity
    head: str
    mend: str
    why: str = ""


def policy_words(access: Access | None) -> str | None:
    """`institution (*@ulisboa.pt)`."""
    if access is None:
        return None
    return f"{access.policy} ({', '.join(access.identities)})" if access.identities else access.policy


def verdict_on(who: Who, access: Access | None, now: datetime) -> Verdict | None:
    """What is wrong with who may log in; None where nothing is."""
    if who.reach is None:
        return Verdict("unknown", Severity.MEDIUM, who.sentence, "look at it by hand, or declare what is meant")
    if access is None:
        return _without_policy(who, who.reach)
    if _is_open_now(access, now):
        return None
    if who.reach > _allowed(access, who):
        return _wider(who, access, who.reach)
    return _strangers(who, access) or _narrower(who, access, who.reach)


def _without_policy(who: Who, reach: Reach) -> Verdict | None:
    severity = {
        Reach.WORLD: Severity.CRITICAL,
        Reach.PUBLIC: Severity.CRITICAL,
        Reach.ACCOUNT: Severity.HIGH if who.asked else Severity.CRITICAL,
        Reach.PASSWORD: Severity.MEDIUM,
    }.get(reach)
    return Verdict("open", _if_sure(severity, who), who.sentence, _mend(who), who.why) if severity else None


def _wider(who: Who, access: Access, reach: Reach) -> Verdict:
    unasked = reach is PERHAPS_OWN and not who.asked
    severity = Severity.CRITICAL if reach in WHOLE_WORLD or unasked else Severity.HIGH
    why = f"{who.why} The policy is {policy_words(access)}.".strip()
    return Verdict("wider-than-policy", _if_sure(severity, who), who.sentence, _mend(who), why)


def _strangers(who: Who, access: Access) -> Verdict | None:
    """Those let in by name, organisation or domain whom the policy does not know."""
    known = (*access.identities, *access.staff)
    if not access.identities or access.policy in {"open", "ephemeral", "shared-password"}:
        return None
    strange = tuple(member for member in who.members if not _is_known(member, known))
    if not strange:
        return None
    head = f"The policy does not know {listed(strange)}."
    return Verdict(
        "not-in-policy",
        Severity.MEDIUM,
        head,
        "take them out, or add them to `identities`",
        f"{who.sentence} {who.why}",
    )


def _narrower(who: Who, access: Access, reach: Reach) -> Verdict | None:
    if reach is Reach.NOBODY and not who.ephemeral:
        return Verdict("nobody", Severity.LOW, who.sentence, f"let in whom the policy means ({access.policy})", who.why)
    return None


def _allowed(access: Access, who: Who) -> Reach:
    widest = WIDEST[access.policy]
    return PERHAPS_OWN if access.policy == "institution" and who.asked else widest


def _is_open_now(access: Access, now: datetime) -> bool:
    return any(window.since <= now < window.end for window in access.open_windows)


def _is_known(member: str, known: tuple[str, ...]) -> bool:
    """`github-org:lab:team` is known where its organisation is, `*@uni.edu` where the same or a wider pattern is."""
    asked = member.lower()
    return any(fnmatchcase(asked, each.lower()) or asked.startswith(f"{each.lower()}:") for each in known)


def _mend(who: Who) -> str:
    if who.ephemeral:
        return "declare `policy: ephemeral` with an owner"
    if who.reach is Reach.PASSWORD:
        return "declare `policy: shared-password` with an owner"
    if who.reach is Reach.WORLD and not who.asked:
        return f"choose an authenticator that knows people, or {OPEN}"
    return f"{CLOSE}, or {OPEN}" if not who.asked else f"take out what lets them in, or {OPEN}"


def _if_sure(severity: Severity, who: Who) -> Severity:
    return severity if who.sure else min(severity, Severity.HIGH)
