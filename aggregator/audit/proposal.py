"""The access policy that the files of a hub suggest, for somebody to look at.

What `crosshub access audit` would fail on stays a failure: no policy is declared here that calls it meant.
"""

from dataclasses import dataclass

from aggregator.audit.admission import Who
from aggregator.audit.authenticators import Reach
from aggregator.audit.fit_names import fits
from aggregator.audit.operators import CHECKER, Operators, added_to
from aggregator.audit.read_hub import HubRead

POLICIES = {
    Reach.NOBODY: "closed",
    Reach.ADMINS: "closed",
    Reach.LISTED: "closed",
    Reach.ORG: "org",
    Reach.INSTITUTION: "institution",
    Reach.PASSWORD: "shared-password",
}
NOT_MEANT = "No file says that this is meant: close the hub, or say who may. Until then `crosshub access audit` fails."
IF_MEANT = "If that is meant, uncomment the policy and name an owner."
IF_OWN = "If that provider is the institution's own, uncomment the policy and name an owner."
NOT_ALL = "These are not all who may: name the others, or leave this out."
ALL_ADMINS = "All who are named are admins; name as staff those who are not to be counted as people."


@dataclass(frozen=True, slots=True)
class Proposal:
    """A policy, None where none can be suggested, and why in whole sentences.

    One that is not `declared` waits for somebody who owns it. `identities` may be some of them only (`complete`).
    """

    policy: str | None
    why: str
    declared: bool = True
    identities: tuple[str, ...] = ()
    complete: bool = True
    staff: tuple[str, ...] = ()
    staff_why: str = ""


def proposed(hub: HubRead, who: Who, operators: Operators) -> Proposal:
    """What is suggested by who may log in."""
    policy = _policy(hub, who)
    if policy is None:
        return Proposal(None, f"{who.sentence} Say who is meant.", declared=False)
    admins = operators.instead_of_stand_ins(hub.settings.texts("admin_users"))
    unmeant = policy == "closed" and (who.reach or 0) >= Reach.ACCOUNT
    members = admins if unmeant else operators.instead_of_stand_ins(who.members)
    named = members if policy in {"closed", "org", "institution"} else ()
    names = tuple(name for name in named if fits(name))
    # Whose admins are all its people would count nobody.
    all_admins = policy == "closed" and not unmeant and bool(names) and set(names) <= set(admins)
    staff = (CHECKER, *(added_to(hub) or ()), *(() if all_admins else admins))
    condition = NOT_MEANT if unmeant else _condition(who, policy)
    return Proposal(
        policy=policy,
        why=f"{who.sentence} {condition}".strip(),
        declared=unmeant or not condition,
        identities=names,
        complete=(unmeant or who.all_named or who.reach is Reach.NOBODY) and names == named,
        staff=tuple(dict.fromkeys(filter(fits, staff))),
        staff_why=ALL_ADMINS if all_admins else "",
    )


def _policy(hub: HubRead, who: Who) -> str | None:
    if who.reach is None:
        return None
    if who.ephemeral:
        return "ephemeral"
    if who.reach in POLICIES:
        return POLICIES[who.reach]
    if who.reach is Reach.ACCOUNT and who.asked:
        # Somebody let in all of a provider that is perhaps the institution's own.
        return "institution"
    if hub.settings.name == "DummyAuthenticator" and not who.sure:
        return "shared-password"
    return "open" if who.asked else "closed"


def _condition(who: Who, policy: str) -> str:
    """Under which a policy is right that lets in more people than anybody can be known to have meant."""
    if policy == "institution" and who.reach is Reach.ACCOUNT:
        return IF_OWN
    everybody = policy == "open" or (policy == "ephemeral" and who.reach is Reach.WORLD)
    return IF_MEANT if everybody else ""
