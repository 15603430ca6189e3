"""The audit: from the deployments of hubs to a report."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from aggregator.audit.admission import Who
from aggregator.audit.authenticators import KINDS
from aggregator.audit.deployments import Deployment
from aggregator.audit.findings import Audited, Finding, Report, Severity
from aggregator.audit.mistakes import mistakes
from aggregator.audit.policies import Verdict, verdict_on
from aggregator.audit.read_hub import Given, HubRead, read_hub
from aggregator.audit.trees import Place
from aggregator.audit.versions import Versions, dotted
from aggregator.audit.who import who_may
from aggregator.audit.wording import listed
from aggregator.clusters.values import Access, Config

Policies = Mapping[tuple[str, str], Access]


def policies_in(config: Config | None) -> Policies:
    """The declared policies, by cluster and hub."""
    clusters = config.clusters if config else ()
    return {(each.name, hub.name): hub.access for each in clusters for hub in each.hubs if hub.access}


def audit(hubs: Iterable[Deployment], policies: Policies, given: Given, now: datetime) -> Report:
    """Who may log in to each hub, and all that is wrong, the worst first."""
    audited: list[Audited] = []
    findings: list[Finding] = []
    for deployment in hubs:
        hub, who = judged(deployment, given)
        cluster, name = deployment.cluster, deployment.hub
        access = policies.get((cluster, name))
        audited.append(Audited(cluster, name, hub.settings.name, hub.versions, who.sentence, access))
        findings += [_finding(deployment, at, verdict) for at, verdict in _verdicts(hub, who, access, now)]
    return Report(tuple(audited), tuple(sorted(findings, key=lambda found: -found.severity)))


def judged(deployment: Deployment, given: Given) -> tuple[HubRead, Who]:
    """What the files of a hub come to, and who may log in by them."""
    hub = read_hub(deployment, given)
    hidden = bool(deployment.unseen)
    who = who_may(hub.settings, hub.chosen_at, connection=hub.connection, hidden=hidden)
    if not hub.snippets.admits or not who.reach:
        return hub, who
    told = f"{who.sentence.removesuffix('.')}, unless hub.extraConfig says otherwise."
    return hub, replace(who, sentence=told, sure=False)


def _verdicts(hub: HubRead, who: Who, access: Access | None, now: datetime) -> Iterator[tuple[Place, Verdict]]:
    if verdict := verdict_on(who, access, now):
        yield who.at, replace(verdict, why=_with_class(hub, verdict.why))
    yield from mistakes(hub, who)
    yield from _unread(hub)
    if access is None:
        head = "No access policy is declared for this hub."
        mend = "declare who is meant to log in, under `access` in crosshub.yaml"
        yield hub.deployment.at, Verdict("no-policy", Severity.LOW, head, mend)


def _unread(hub: HubRead) -> Iterator[tuple[Place, Verdict]]:
    """What says something that could not be read here."""
    for at, why in hub.deployment.unseen:
        head = f"{at.file} {why}; what it sets was not seen."
        yield at, Verdict("unseen", Severity.LOW, head, "make sure that it sets nothing about who may log in")
    for at, words in hub.deployment.twice:
        if "hub.config" in words or words.startswith("auth"):
            yield (
                at,
                Verdict("twice", Severity.MEDIUM, f"{words}; which one holds is not sure.", "take one of them out"),
            )
    if hub.snippets.names and hub.snippets.at is not None:
        head = f"hub.extraConfig sets {listed(hub.snippets.names)} in Python, which was not read."
        yield hub.snippets.at, Verdict("unseen", Severity.LOW, head, "say it in hub.config, where it can be checked")


def _with_class(hub: HubRead, why: str) -> str:
    """`GitHubOAuthenticator, JupyterHub 4.1: admin_users is set, ...`."""
    if not why:
        return ""
    return f"{hub.settings.name}{_version_words(hub.settings.name, hub.versions)}: {why}"


def _version_words(name: str, versions: Versions) -> str:
    words = f", JupyterHub {dotted(versions.jupyterhub)}" if versions.jupyterhub else ""
    oauth = name in KINDS and KINDS[name].oauth
    return f"{words}, OAuthenticator {dotted(versions.oauthenticator)}" if oauth and versions.oauthenticator else words


def _finding(deployment: Deployment, at: Place, verdict: Verdict) -> Finding:
    return Finding(
        deployment.cluster,
        deployment.hub,
        verdict.kind,
        verdict.severity,
        verdict.head,
        at,
        verdict.mend,
        verdict.why,
    )
