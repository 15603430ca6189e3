"""Whom an authenticator knows before any rule is asked: everybody at its provider, or a part of them."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from aggregator.audit.authenticators import (
    CONNECTIONS,
    KINDS,
    PUBLIC_DOMAINS,
    PUBLIC_HOSTS,
    Account,
    Reach,
)
from aggregator.audit.name_patterns import names_in
from aggregator.audit.settings import Settings
from aggregator.audit.wording import listed

# Names that all end in a domain, in one of several, or below one; without the end JupyterHub would take
# `a@uni.edu.example.org` as well.
DOMAIN = r"[\w-]+(?:\\?\.[\w-]+)+"
BELOW = r"\([\w.\\|*+-]+(?:\)\\?\.|\\\.\)\??)"
AT_ITS_END = re.compile(rf"[^|@]*@(?:(?:{BELOW})?{DOMAIN}|\({DOMAIN}(?:\|{DOMAIN})*\))\)*(?:\$|\\Z)")
URLS = ("authorize_url", "userdata_url", "token_url")


def account_of(settings: Settings, connection: str | None) -> Account:
    """Everybody who can prove to be somebody; `connection` is what a tree of 2021 says of Auth0."""
    if connection is not None:
        other = Account(f"anybody with an account of the Auth0 connection {connection}", Reach.ACCOUNT)
        account = CONNECTIONS.get(connection.lower(), other)
    else:
        narrowed = _NARROWED.get(settings.name)
        account = narrowed(settings) if narrowed else KINDS[settings.name].account
    return _named_like(account, settings)


def _named_like(account: Account, settings: Settings) -> Account:
    """A pattern on names refuses all others. One that ends in a domain makes an institution of a provider."""
    pattern = next(iter(settings.texts("username_pattern")), "")
    if not pattern or pattern in {".*", ".+", "^.*$", "^.+$"}:
        return account
    words = f"{account.words} whose name matches {pattern}"
    if names := names_in(pattern):
        return Account(words, min(account.reach, _reach_of(names)), names)
    hosts = pattern.replace("\\", "")
    public = any(re.search(rf"(?<![\w-]){re.escape(domain)}", hosts) for domain in PUBLIC_DOMAINS)
    institution = AT_ITS_END.fullmatch(pattern) is not None and not public
    return Account(words, min(account.reach, Reach.INSTITUTION) if institution else account.reach, account.members)


def _reach_of(names: tuple[str, ...]) -> Reach:
    domains = {name.removeprefix("*@") for name in names if name.startswith("*@")}
    if not domains:
        return Reach.LISTED
    return Reach.PUBLIC if any(map(_is_public, domains)) else Reach.INSTITUTION


def at_domains(account: Account, domains: tuple[str, ...]) -> Account:
    """The part of a provider's people that is at some domains."""
    if not domains or set(domains) & {"*", "*.*"}:
        return account
    reach = Reach.PUBLIC if any(map(_is_public, domains)) else Reach.INSTITUTION
    return Account(f"{account.words} at {listed(domains)}", reach, tuple(f"*@{domain}" for domain in domains))


def _is_public(domain: str) -> bool:
    """Whether whoever likes gets an address there; `*.edu` is no institution either."""
    return domain in PUBLIC_DOMAINS or re.fullmatch(r"\*\.[^.]+", domain) is not None


def at_provider(entity: str) -> Account:
    """Everybody whom one identity provider of CILogon knows."""
    for host, account in PUBLIC_HOSTS.items():
        if _is_below(_host(entity), host):
            return account
    return Account(f"anybody of {_host(entity)}", Reach.INSTITUTION)


def _google(settings: Settings) -> Account:
    return at_domains(KINDS[settings.name].account, settings.texts("hosted_domain"))


def _globus(settings: Settings) -> Account:
    return at_domains(KINDS[settings.name].account, settings.texts("identity_provider"))


def _azure(settings: Settings) -> Account:
    tenant = next(iter(settings.texts("tenant_id")), "common")
    if tenant in {"common", "consumers", "organizations"}:
        return KINDS[settings.name].account
    return Account(f"anybody of the Microsoft tenant {tenant}", Reach.INSTITUTION)


def _cilogon(settings: Settings) -> Account:
    """All whom the named identity providers know; without names, all of CILogon, GitHub and Google among them."""
    providers = [at_provider(entity) for entity in settings.texts("allowed_idps")]
    if not providers:
        return KINDS[settings.name].account
    words = listed(tuple(dict.fromkeys(provider.words.removeprefix("anybody ") for provider in providers)), "or")
    return Account(f"anybody {words}", max(provider.reach for provider in providers))


def _hosted(trait: str, public: str) -> Callable[[Settings], Account]:
    """A program that anybody can run for themselves: elsewhere than at its makers, who has an account is not known."""

    def account(settings: Settings) -> Account:
        host = _host(next(iter(settings.texts(trait)), public))
        if _is_below(host, public):
            return KINDS[settings.name].account
        return Account(f"anybody with an account at {host}", Reach.ACCOUNT)

    return account


def _generic(settings: Settings) -> Account:
    hosts = [_host(text) for trait in URLS for text in settings.texts(trait)]
    for public, account in PUBLIC_HOSTS.items():
        if any(_is_below(host, public) for host in hosts):
            return account
    return Account(f"anybody with an account at {hosts[0]}", Reach.ACCOUNT) if hosts else KINDS[settings.name].account


def _host(text: str) -> str:
    """The host of an address; of a URN such as `urn:mace:incommon:berkeley.edu` its last part."""
    return urlsplit(text).hostname or text.rsplit(":", 1)[-1]


def _is_below(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")


_NARROWED: dict[str, Callable[[Settings], Account]] = {
    "GoogleOAuthenticator": _google,
    "GlobusOAuthenticator": _globus,
    "AzureAdOAuthenticator": _azure,
    "CILogonOAuthenticator": _cilogon,
    "GenericOAuthenticator": _generic,
    "GitHubOAuthenticator": _hosted("github_url", "github.com"),
    "GitLabOAuthenticator": _hosted("gitlab_url", "gitlab.com"),
}
