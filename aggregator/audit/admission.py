"""Who may log in, as a value, and how it is said."""

from collections.abc import Iterable
from dataclasses import dataclass

from aggregator.audit.authenticators import Reach
from aggregator.audit.trees import Place
from aggregator.audit.wording import joined, sentence

NOBODY = "Nobody may log in."


@dataclass(frozen=True, slots=True)
class Who:
    """Who may log in. A reach of None: it cannot be known.

    `why` names the settings that make it so, `at` where the first of them stands. `members` are those let in, as a
    policy would name them; `all_named` says that they are all. `sure` is false where it hangs on something unseen,
    `asked` true where somebody wrote that all may come in, `ephemeral` where people get no accounts.
    """

    reach: Reach | None
    sentence: str
    at: Place
    why: str = ""
    members: tuple[str, ...] = ()
    sure: bool = True
    asked: bool = False
    ephemeral: bool = False
    all_named: bool = False


@dataclass(frozen=True, slots=True)
class Grant:
    """One setting that lets somebody in."""

    reach: Reach
    words: str
    name: str
    at: Place
    members: tuple[str, ...] = ()


def together(grants: Iterable[Grant], otherwise: Place) -> Who:
    """The union of what lets people in: adding one more never lets in fewer."""
    ordered = sorted(grants, key=lambda grant: -grant.reach)
    if not ordered:
        return Who(Reach.NOBODY, NOBODY, otherwise, "No setting lets anybody in.")
    first = ordered[0]
    # Beside everybody with an account, a few names say nothing.
    shown = ordered[:1] if first.reach >= Reach.ACCOUNT else ordered
    only = "only " if first.reach is Reach.ADMINS else ""
    told = sentence(f"{only}{joined(tuple(grant.words for grant in shown))} may log in.")
    why = f"{first.name} lets them in." if first.reach >= Reach.INSTITUTION else ""
    members = tuple(member for grant in ordered for member in grant.members)
    named = all(grant.members for grant in ordered)
    return Who(first.reach, told, first.at, why, members, asked=True, all_named=named)
