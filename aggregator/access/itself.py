"""Detectors over what a hub says of itself, and what everybody can see of it without logging in. Pure."""

from datetime import timedelta
from types import MappingProxyType

from aggregator.access.advisories import holes
from aggregator.access.evidence import NotAsked, Outside, Sighting, Told, Unseen
from aggregator.access.found import Found, Outcome

REMEMBERED = timedelta(days=7)
"""So long a change is a finding."""

OPEN_BY_NATURE = MappingProxyType(
    {
        "jupyterhub.auth.DummyAuthenticator": "anybody may log in with any name, with no password or with one for all",
        "dummyauthenticator.dummyauthenticator.DummyAuthenticator": "anybody may log in with any name",
        "tmpauthenticator.TmpAuthenticator": "everybody gets an account of their own without any login",
        "jupyterhub.authenticators.shared.SharedPasswordAuthenticator": "one password is all that is asked",
    }
)
"""Classes that know nobody, by their full names, and what that means."""
FITS = MappingProxyType(
    {
        "jupyterhub.authenticators.shared.SharedPasswordAuthenticator": frozenset(
            {"shared-password", "open", "ephemeral"}
        ),
        "jupyterhub.auth.DummyAuthenticator": frozenset({"shared-password", "open", "ephemeral"}),
    }
)
ANYBODY = frozenset({"open", "ephemeral"})


def class_contradicts(seen: Sighting) -> Outcome:
    """The authenticator knows nobody, and the policy wants to know who comes."""
    told = _told(seen)
    if not isinstance(told, Told):
        return told
    means = OPEN_BY_NATURE.get(told.authenticator, "")
    if not means or seen.policy.kind is None or seen.policy.window_at(seen.at):
        return None
    if seen.policy.kind in FITS.get(told.authenticator, ANYBODY):
        return None
    return Found(
        f"{{hub}} lets in whom its policy does not mean: its authenticator is {_short(told.authenticator)}",
        (f"policy {seen.policy.in_words()}", f"{told.authenticator}: {means}"),
    )


def class_changed(seen: Sighting) -> Outcome:
    """Another authenticator than at the look before, for a week."""
    told = _told(seen)
    if not isinstance(told, Told):
        return told
    known = seen.known
    if not known.was or known.since is None or seen.at - known.since > REMEMBERED:
        return None
    return Found(
        f"The authenticator of {{hub}} is {_short(known.authenticator)} now, and was {_short(known.was)}",
        (f"since {known.since.astimezone(seen.zone):%d %b %H:%M}", f"policy {seen.policy.in_words()}"),
    )


def known_hole(seen: Sighting) -> Outcome:
    """A version that lets in more than it should, as its makers say."""
    told = _told(seen)
    if not isinstance(told, Told):
        return told
    found = holes(told.version, told.authenticator, told.authenticator_version)
    if not found:
        return None
    lines = tuple(f"{each.id}: {each.what}; mended in {each.package} {' or '.join(each.mended)}" for each in found)
    return Found(f"{{hub}} runs {found[0].package} {found[0].version}, which has a known access hole", lines)


def sign_up(seen: Sighting) -> Outcome:
    """There is a page on which people make accounts, which the policy does not mean."""
    outside = _outside(seen)
    if not isinstance(outside, Outside):
        return outside
    if not outside.sign_up or not seen.policy.judges or seen.policy.window_at(seen.at):
        return None
    return Found(
        "{hub} has a page on which anybody can ask for an account",
        (
            f"policy {seen.policy.in_words()}",
            "/hub/signup answers; whether an admin has to agree is not seen from here",
        ),
    )


def password_form(seen: Sighting) -> Outcome:
    """The login page asks for a name and a password of its own where the policy means accounts of an institution."""
    outside = _outside(seen)
    if not isinstance(outside, Outside):
        return outside
    if not outside.password_form or seen.policy.kind not in {"org", "institution"} or isinstance(seen.told, Told):
        return None
    return Found(
        "The login page of {hub} asks for a password of its own",
        (
            f"policy {seen.policy.in_words()}",
            "a dummy authenticator looks like this, and so do LDAP and PAM; with an api_token the class would be seen",
        ),
    )


def metrics_open(seen: Sighting) -> Outcome:
    """Anybody can read the hub's metrics."""
    outside = _outside(seen)
    if not isinstance(outside, Outside):
        return outside
    return (
        Found("Anybody can read the metrics of {hub}", ("/hub/metrics answers without a token",))
        if outside.metrics
        else None
    )


def prometheus_open(seen: Sighting) -> Outcome:
    """Anybody can ask the cluster's Prometheus, which knows every user's name."""
    if isinstance(seen.cluster_open, Unseen):
        return seen.cluster_open
    if seen.cluster_open is not True:
        return None
    return Found(
        "Anybody can ask the Prometheus that knows {hub}",
        ("it answers who has no credentials", "it tells who has servers, by name"),
    )


def _told(seen: Sighting) -> Told | Unseen | None:
    return None if isinstance(seen.told, NotAsked) else seen.told


def _outside(seen: Sighting) -> Outside | Unseen | None:
    return None if isinstance(seen.outside, NotAsked) else seen.outside


def _short(authenticator: str) -> str:
    return authenticator.rpartition(".")[2]
