"""Names of people, and of their pods as the two generations of KubeSpawner make them."""

import hashlib
import re

from aggregator.demo import draws
from aggregator.demo.fleet import HubPlan, Login

_FIRST = (
    "ana rui maria joao ines pedro sofia tiago marta luis astrid lars ingrid odd kari nils rosa mateo lucia diego "
    "wanjiru otieno akinyi kamau yuki haruto aiko ren priya arjun meera rohan zoe liam maya noah sana omar leila karim"
).split()
_LAST = (
    "silva costa sousa lima hansen berg dahl lund torres vega mora rojas mwangi odhiambo njeri kiptoo sato mori abe ito "
    "rao patil joshi iyer clark wong roy singh tamm saar mets kask mensah owusu addo boateng walsh"
).split()


def user_name(hub: HubPlan, number: int) -> str:
    """What the account is called: an address where the institution vouches for it, else a short handle."""
    turn = number + hub.key % 1000
    first = _FIRST[turn % len(_FIRST)]
    last = _LAST[(turn // len(_FIRST) + 7 * turn) % len(_LAST)]
    again = number // (len(_FIRST) * len(_LAST))
    name = f"{first}.{last}{again or ''}"
    return f"{name}@{hub.domain}" if hub.login is Login.EMAIL else name.replace(".", "-")


def stranger_name(hub: HubPlan, number: int) -> str:
    """An account that somebody made up an hour ago."""
    return draws.word(draws.key(hub.key, "stranger", number), 8)


def escaped(user: str) -> str:
    """The name as home directories and old pods carry it: whatever is not a letter or digit becomes its number."""
    return re.sub(r"[^a-z0-9]", lambda match: f"-{ord(match[0]):02x}", user)


def slug(user: str) -> str:
    """The name as newer pods carry it: readable, with a digest that keeps it apart."""
    readable = re.sub(r"[^a-z0-9]+", "-", user).strip("-")[:32]
    return f"{readable}---{hashlib.sha256(user.encode()).hexdigest()[:8]}"


def pod_name(hub: HubPlan, user: str) -> str:
    """What the pod of a user's server is called."""
    return f"jupyter-{slug(user) if hub.splits_reasons else escaped(user)}"
