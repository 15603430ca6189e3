"""`python -m tests.audit.traits`: writes aggregator/audit/traits.json, what each authenticator of each release can be told.

The real packages are asked, one release at a time, in processes of their own. It takes a few minutes, and is run again
when there are new releases; their numbers are added to RELEASES.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from aggregator.audit.traits import TABLE

# For each package: releases that changed something, the oldest first.
RELEASES = {
    "jupyterhub": "1.1.0 1.2.0 1.3.0 1.4.0 1.5.0 2.0.0 2.3.1 3.0.0 3.1.1 4.0.0 4.1.0 4.1.6 5.0.0 5.1.0 5.2.1 5.3.0 "
    "5.4.0 5.4.6 5.5.0 6.0.0 6.1.1",
    "oauthenticator": "0.11.0 0.12.1 14.0.0 14.2.0 15.0.1 15.1.0 16.0.0 16.1.0 16.2.0 16.3.0 16.3.1 17.0.0 17.1.0 "
    "17.2.0 17.3.0 17.4.0",
    "jupyterhub-ldapauthenticator": "1.3.2 2.0.2",
    "jupyterhub-nativeauthenticator": "1.2.0 1.3.0",
    "jupyterhub-ltiauthenticator": "1.3.0 1.6.3",
    "jupyterhub-firstuseauthenticator": "1.0.0 1.1.1",
    "jupyterhub-tmpauthenticator": "0.6 1.0.0",
}
CLASSES = {
    "jupyterhub": "jupyterhub.auth:Authenticator jupyterhub.auth:LocalAuthenticator jupyterhub.auth:PAMAuthenticator "
    "jupyterhub.auth:DummyAuthenticator jupyterhub.auth:NullAuthenticator "
    "jupyterhub.authenticators.shared:SharedPasswordAuthenticator",
    "oauthenticator": "oauthenticator.oauth2:OAuthenticator oauthenticator.auth0:Auth0OAuthenticator "
    "oauthenticator.azuread:AzureAdOAuthenticator oauthenticator.bitbucket:BitbucketOAuthenticator "
    "oauthenticator.cilogon:CILogonOAuthenticator oauthenticator.generic:GenericOAuthenticator "
    "oauthenticator.github:GitHubOAuthenticator oauthenticator.gitlab:GitLabOAuthenticator "
    "oauthenticator.globus:GlobusOAuthenticator oauthenticator.google:GoogleOAuthenticator "
    "oauthenticator.mediawiki:MWOAuthenticator oauthenticator.okpy:OkpyOAuthenticator "
    "oauthenticator.openshift:OpenShiftOAuthenticator",
    "jupyterhub-ldapauthenticator": "ldapauthenticator:LDAPAuthenticator",
    "jupyterhub-nativeauthenticator": "nativeauthenticator:NativeAuthenticator",
    "jupyterhub-ltiauthenticator": "ltiauthenticator.lti11.auth:LTI11Authenticator "
    "ltiauthenticator.lti13.auth:LTI13Authenticator ltiauthenticator:LTIAuthenticator",
    "jupyterhub-firstuseauthenticator": "firstuseauthenticator:FirstUseAuthenticator",
    "jupyterhub-tmpauthenticator": "tmpauthenticator:TmpAuthenticator",
}
# What the releases are looked at with: an old JupyterHub for old releases, a new one for new ones, and what they need.
SURROUNDINGS = {
    "old": ["jupyterhub==1.5.0", "oauthenticator==14.2.0", "sqlalchemy<1.5", "setuptools<70"],
    "new": ["jupyterhub==5.5.0", "oauthenticator==17.4.0", "setuptools<70"],
}
TOO_NEW = {"jupyterhub": (4,), "oauthenticator": (16,)}
OLD_OTHERS = {"1.3.2", "1.3.0", "1.2.0", "1.0.0", "0.6"}
MORE_NEEDED = [
    "ldap3",
    "oauthlib",
    "mwoauth",
    "bcrypt",
    "pyjwt",
    "cryptography",
    "traitlets",
    "josepy",
    "escapism",
    "pem",
    "cachetools",
    "onetimepass",
]

ASK = """
import importlib, json, sys
told = {}
for path in sys.argv[1:]:
    module, name = path.split(":")
    try:
        cls = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        print(path, error, file=sys.stderr)
        continue
    lines = [each for each in cls.mro() if each.__name__.endswith("uthenticator")]
    # What the common base can be told depends on JupyterHub's release, not on this package's.
    own = {trait for each in lines if each.__name__ != "Authenticator" for trait in each.class_own_traits(config=True)}
    traits = own if len(lines) > 1 else set(cls.class_trait_names(config=True))
    told[name] = {"above": [each.__name__ for each in lines[1:]], "traits": sorted(traits)}
print(json.dumps(told))
"""

Told = dict[str, dict[str, list[str]]]


def main() -> None:
    """Asks every release, and writes the table."""
    with tempfile.TemporaryDirectory() as folder:
        told = {package: _all_told(Path(folder), package) for package in RELEASES}
    lines = [
        f'"{package}": {{"releases": {json.dumps(RELEASES[package].split())}, "classes": {{\n{_classes(releases)}\n}}}}'
        for package, releases in told.items()
    ]
    TABLE.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def _all_told(folder: Path, package: str) -> list[Told]:
    return [_told(folder, package, release) for release in RELEASES[package].split()]


def _told(folder: Path, package: str, release: str) -> Told:
    wanted = folder / f"{package}-{release}"
    _pip(wanted, ["--no-deps", f"{package}=={release}"])
    around = folder / ("old" if _is_old(package, release) else "new")
    if not around.exists():
        _pip(around, [*SURROUNDINGS[around.name], *MORE_NEEDED])
    asked = [sys.executable, "-c", ASK, *CLASSES[package].split()]
    path = {"PYTHONPATH": f"{wanted}:{around}", "PATH": ""}
    return dict(json.loads(subprocess.run(asked, env=path, check=True, stdout=subprocess.PIPE, text=True).stdout))


def _is_old(package: str, release: str) -> bool:
    number = tuple(int(part) for part in release.split("."))
    return number < TOO_NEW[package] if package in TOO_NEW else release in OLD_OTHERS


def _pip(target: Path, wanted: Iterable[str]) -> None:
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--target", str(target), *wanted], check=True)


def _classes(releases: list[Told]) -> str:
    names = sorted({name for told in releases for name in told})
    return ",\n".join(f'  "{name}": {json.dumps(_class(releases, name))}' for name in names)


def _class(releases: list[Told], name: str) -> Mapping[str, object]:
    """Classes above, of the last release, and for each trait the places of its first and last release."""
    there = {place: told[name] for place, told in enumerate(releases) if name in told}
    traits = sorted({trait for told in there.values() for trait in told["traits"]})
    spans = {trait: [place for place, told in there.items() if trait in told["traits"]] for trait in traits}
    last = there[max(there)]
    return {
        "above": last["above"],
        "in": [min(there), max(there)],
        "traits": {trait: [min(places), max(places)] for trait, places in spans.items()},
    }


if __name__ == "__main__":
    main()
