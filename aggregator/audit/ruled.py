"""Who may log in where an authenticator asks a provider who somebody is, and then its rules.

Since JupyterHub 5 and OAuthenticator 16 nobody gets in but by a rule, and rules are a union. Before, who is known gets
in, and each rule takes some of them away. Read from `check_allowed` and `authenticate` of the real classes.
"""

from collections.abc import Iterator
from dataclasses import replace

from aggregator.audit.accounts import account_of, at_domains, at_provider
from aggregator.audit.admission import Grant, Who, together
from aggregator.audit.authenticators import KINDS, Account, Kind, Reach, Rule
from aggregator.audit.settings import Setting, Settings
from aggregator.audit.trees import Map, Place, at_path, texts
from aggregator.audit.versions import must_be_allowed
from aggregator.audit.wording import listed, many, sentence

EMPTY = "before JupyterHub 5 an empty list admits everybody."
UNKNOWN = "Which OAuthenticator runs is not known; from 16 on an empty list admits nobody."
# These count only when the groups of people are asked for; elsewhere the class itself asks.
MANAGED = "manage_groups"
GROUPS_OF_THEIR_OWN = frozenset(
    {"OpenShiftOAuthenticator", "LDAPAuthenticator", "PAMAuthenticator", "LocalAuthenticator"}
)
BY_DOMAIN = "allowed_google_groups"
OWN_GROUPS_UNTIL = {"GenericOAuthenticator": (17,)}


def by_rules(settings: Settings, connection: str | None, hub: Place) -> Who:
    """Who may log in with an authenticator of KINDS."""
    kind = KINDS[settings.name]
    account = account_of(settings, connection)
    explicit = must_be_allowed(settings.versions, oauth=kind.oauth)
    granted = together(_grants(settings, kind, account), hub)
    if explicit is True:
        return granted
    left = _left_over(settings, kind, account, hub)
    if explicit is False or left == granted:
        return left
    if settings.versions.jupyterhub is not None:
        return replace(left, why=f"{left.why} {UNKNOWN}".strip())
    return _either(left, granted, "OAuthenticator is 16 or newer" if kind.oauth else "JupyterHub is 5 or newer")


def _either(before: Who, since: Who, newer: str) -> Who:
    """What is true of both, or else the wider of them, with the doubt."""
    if (before.reach or 0) <= (since.reach or 0):
        return since
    told = f"{before.sentence.removesuffix('.')}, unless {newer}."
    return replace(before, sentence=told, sure=False)


def _grants(settings: Settings, kind: Kind, account: Account) -> Iterator[Grant]:
    """Everybody whom a rule lets in."""
    if settings.flag("allow_all") and (found := settings.find("allow_all")):
        yield Grant(account.reach, account.words, found.name, found.at, account.members)
    yield from _by_provider(settings)
    for rule in kind.rules:
        if (names := _names(settings, rule)) and _counts(settings, rule) and (found := settings.find(rule.trait)):
            members = tuple(rule.member.format(name) for name in names if rule.member)
            yield Grant(rule.reach, _words(rule, names), found.name, found.at, members)
    yield from _by_name(settings, kind)


def _by_provider(settings: Settings) -> Iterator[Grant]:
    """What CILogon lets in provider by provider: `allow_all` under one of them is that institution."""
    found = settings.find("allowed_idps")
    if settings.name != "CILogonOAuthenticator" or found is None or not isinstance(found.value, Map):
        return
    for entity, terms in found.value.entries.items():
        everybody = at_path(terms, ("allow_all",))
        domains = at_path(terms, ("allowed_domains",))
        whole = at_provider(entity)
        if everybody is not None and getattr(everybody, "value", None) is True:
            yield Grant(whole.reach, whole.words, f"allow_all under {entity}", everybody.at, whole.members)
        elif domains is not None and (names := texts(domains)):
            part = at_domains(whole, names)
            yield Grant(part.reach, part.words, f"allowed_domains under {entity}", domains.at, part.members)


def _by_name(settings: Settings, kind: Kind) -> Iterator[Grant]:
    if (users := settings.texts("allowed_users")) and (found := settings.find("allowed_users")):
        yield Grant(Reach.LISTED, many(len(users), "named user"), found.name, found.at, users)
    admins = _others(settings.texts("admin_users"), users)
    # JupyterHub's own classes let admins in only beside allowed users.
    if admins and (kind.oauth or users) and (found := settings.find("admin_users")):
        yield Grant(Reach.ADMINS, many(len(admins), "admin"), found.name, found.at, admins)
    if settings.flag("allow_existing_users") and (found := settings.find("allow_existing_users")):
        yield Grant(Reach.LISTED, "whoever has logged in before", found.name, found.at)
    if (scopes := settings.texts("allowed_scopes")) and (found := settings.find("allowed_scopes")):
        yield Grant(Reach.ORG, f"whoever is granted {listed(scopes)}", found.name, found.at)


def _left_over(settings: Settings, kind: Kind, account: Account, hub: Place) -> Who:
    """Everybody who is known, without those whom a rule takes away."""
    rules = [(rule, names) for rule in kind.rules if (names := _names(settings, rule))]
    users = settings.find("allowed_users") if settings.is_set("allowed_users") else None
    limits = [_words(rule, names) for rule, names in rules]
    if users is not None:
        return _only_listed(settings, users, limits)
    if rules:
        members = tuple(rule.member.format(name) for rule, names in rules for name in names if rule.member)
        found = settings.find(rules[0][0].trait)
        words = f"{limits[0]}{''.join(f' who are also {limit}' for limit in limits[1:])}"
        told = sentence(f"{words} may log in.")
        named = all(rule.member for rule, _ in rules)
        return Who(Reach.ORG, told, found.at if found else hub, members=members, all_named=named)
    return _everybody(settings, account, hub)


def _only_listed(settings: Settings, users: Setting, limits: list[str]) -> Who:
    """Before JupyterHub 5 admins count as listed where there is a list."""
    names = settings.texts("allowed_users")
    admins = _others(settings.texts("admin_users"), names)
    beside = f" and {many(len(admins), 'admin')}" if admins else ""
    inside = f", if they are {' and '.join(limits)}" if limits else ""
    told = sentence(f"{many(len(names), 'named user')}{beside} may log in{inside}.")
    return Who(Reach.LISTED, told, users.at, members=(*names, *admins), all_named=True)


def _everybody(settings: Settings, account: Account, hub: Place) -> Who:
    admins = settings.find("admin_users") if settings.is_set("admin_users") else None
    why = "admin_users is set, allowed_users is not" if admins else "allowed_users is not set"
    told = sentence(f"{account.words} may log in.")
    at, named = admins.at if admins else hub, bool(account.members)
    return Who(account.reach, told, at, f"{why}; {EMPTY}", account.members, all_named=named)


def _names(settings: Settings, rule: Rule) -> tuple[str, ...]:
    """What a rule lists; Google's groups stand under their domains."""
    found = settings.find(rule.trait)
    if rule.trait != BY_DOMAIN or found is None or not isinstance(found.value, Map):
        return settings.texts(rule.trait)
    domains = found.value.entries.items()
    return tuple(f"{group} at {domain}" for domain, groups in domains for group in texts(groups))


def _counts(settings: Settings, rule: Rule) -> bool:
    """Whether groups are looked at: since OAuthenticator 17 only with `manage_groups`."""
    if rule.trait != "allowed_groups" or settings.name in GROUPS_OF_THEIR_OWN:
        return True
    until = OWN_GROUPS_UNTIL.get(settings.name)
    package = settings.versions.oauthenticator
    if until is not None and (package is None or package < until):
        return True
    return settings.flag(MANAGED) is True


def _others(names: tuple[str, ...], known: tuple[str, ...]) -> tuple[str, ...]:
    """Those who are not among the known; JupyterHub takes names in small letters."""
    lower = {name.lower() for name in known}
    return tuple(name for name in names if name.lower() not in lower)


def _words(rule: Rule, names: tuple[str, ...]) -> str:
    return (rule.one if len(names) == 1 else rule.many).format(listed(names))
