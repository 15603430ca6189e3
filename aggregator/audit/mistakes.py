"""Settings that nothing reads, since they stand in the wrong place or are misspelt, and settings of the wrong type.

traitlets takes any key without a word, so the hub runs, and lets in whom its configuration seems to keep out.
"""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from aggregator.audit.admission import Who
from aggregator.audit.authenticators import Reach
from aggregator.audit.deployments import CONFIG, HUB
from aggregator.audit.findings import Severity
from aggregator.audit.old_chart import AUTH, reads_auth
from aggregator.audit.policies import Verdict
from aggregator.audit.read_hub import PREFIXES, HubRead
from aggregator.audit.traits import known_classes, sections_of, traits_of
from aggregator.audit.trees import Leaf, Map, Place, Value, map_at
from aggregator.audit.versions import Versions, dotted
from aggregator.audit.wording import listed

Found = tuple[Place, Verdict]

# What takes people away, or says who they are; without it more of them get in than was meant.
LIMITS = re.compile(
    r"^allowed_|whitelist|blacklist|^blocked_|^hosted_domain$|^identity_provider$|^username_pattern$|^allow_"
)
LISTS = re.compile(
    r"^(allowed_users|admin_users|blocked_users|whitelist|allowed_organizations|allowed_.*groups|allowed_teams)$"
)
FLAGS = re.compile(r"^(allow_all|allow_existing_users|manage_groups|open_signup|enable_signup|create_users)$")
APP = "JupyterHub"
# Of JupyterHub itself; `admin_users` is an old name there that still counts.
ALSO_OF_THE_APP = frozenset({"admin_users", "authenticator_class"})


def mistakes(hub: HubRead, who: Who) -> Iterator[Found]:
    """Every setting about logging in that does not do what it seems to."""
    yield from _beside_the_chart(hub, who)
    if reads_auth(hub.versions):
        return
    for section, value in hub.settings.config.entries.items():
        if not isinstance(value, Map) or not section[:1].isupper():
            yield from _in_no_section(who, section, value)
        elif section == APP:
            yield from _in_the_app(who, value)
        elif section in sections_of(hub.settings.name):
            yield from _in_its_section(hub, who, section, value)
        else:
            yield from _in_another_section(hub, who, section, value)


def _in_its_section(hub: HubRead, who: Who, section: str, table: Map) -> Iterator[Found]:
    known = traits_of(hub.settings.name, hub.versions)
    for key, value in table.entries.items():
        if key[:1].isupper():
            if isinstance(value, Map) and (key == "Authenticator" or key in known_classes()):
                names = tuple(value.entries)
                head = f"{key} stands inside {section}, where nothing reads it."
                mend = f"move it beside {section}, directly under hub.config"
                yield value.at, _ignored("misplaced", head, mend, _severity(names, who), names)
        elif known is not None and key not in known:
            yield value.at, _unknown(hub, who, f"{section}.{key}", key)
        else:
            yield from _of_the_wrong_type(section, key, value)


def _unknown(hub: HubRead, who: Who, name: str, key: str) -> Verdict:
    """A key that the class does not have: of another release, of another class, or misspelt."""
    cls, severity = hub.settings.name, _severity((key,), who)
    lines = [known_classes()[each] for each in sections_of(cls) if each in known_classes()]
    if any(key in line.traits for line in lines):
        head = f"{name} is no setting of {_software(hub.versions)}, which ignores it."
        return Verdict("ignored-setting", severity, head, f"take it out, or use the version that has {key}")
    others = sorted(other for other, line in known_classes().items() if key in line.traits)
    if others:
        head = f"{name} is a setting of {listed(others)}, and {cls} ignores it."
        return Verdict("ignored-setting", severity, head, f"use what {cls} has instead")
    near = _nearest(key, traits_of(cls, hub.versions) or ())
    guess = f'; did you mean "{near}"?' if near else "."
    seems = _severity((near or key,), who)
    head = f"{name} is no setting of {cls}, which ignores it{guess}"
    return Verdict("misspelt", seems, head, f"write {near}" if near else "take it out")


def _in_no_section(who: Who, key: str, value: Value) -> Iterator[Found]:
    """A setting directly under `hub.config`."""
    owners = sorted(name for name, line in known_classes().items() if key in line.traits)
    if owners:
        owner = "Authenticator" if "Authenticator" in owners else owners[0]
        head = f"{key} stands directly under hub.config, where nothing reads it."
        yield value.at, _ignored("misplaced", head, f"put it under {owner}", _severity((key,), who), ())


def _in_the_app(who: Who, table: Map) -> Iterator[Found]:
    for key, value in table.entries.items():
        if key in known_classes()["Authenticator"].traits and key not in ALSO_OF_THE_APP:
            head = f"{APP}.{key} is a setting of Authenticator, and {APP} ignores it."
            yield value.at, Verdict("misplaced", _severity((key,), who), head, "put it under Authenticator")


def _in_another_section(hub: HubRead, who: Who, section: str, table: Map) -> Iterator[Found]:
    names = tuple(key for key in table.entries if LIMITS.search(key) or key == "admin_users")
    if not names:
        return
    cls = hub.settings.name
    if section in known_classes():
        head = f"{section} is not the authenticator of this hub, so its {listed(names)} "
        head += f"{'is' if len(names) == 1 else 'are'} not read."
        yield table.at, Verdict("unused-section", _milder(names, who), head, f"put it under {cls}, or take it out")
    elif near := _nearest(section, (*sections_of(cls), *known_classes())):
        head = f"{section} is no class, so its {listed(names)} {'is' if len(names) == 1 else 'are'} not read; "
        yield table.at, Verdict("misspelt", _severity(names, who), f'{head}did you mean "{near}"?', f"write {near}")


def _of_the_wrong_type(section: str, key: str, value: Value) -> Iterator[Found]:
    """What traitlets refuses, so that the hub does not start."""
    text = isinstance(value, Leaf) and isinstance(value.value, str)
    wanted = "a list" if LISTS.search(key) and isinstance(value, Leaf) else "true or false" if FLAGS.search(key) else ""
    if not wanted or (wanted == "true or false" and not text):
        return
    head = f"{section}.{key} is {'a text' if text else 'a single value'}, not {wanted}; the hub will not start with it."
    yield value.at, Verdict("wrong-type", Severity.MEDIUM, head, f"write it as {wanted}")


def _beside_the_chart(hub: HubRead, who: Who) -> Iterator[Found]:
    """Settings at a path where the chart does not look."""
    reads = ".".join((*hub.prefix, *CONFIG))
    for path, table in _elsewhere(hub):
        names = tuple(key for each in table.entries.values() if isinstance(each, Map) for key in each.entries)
        head = f"{'.'.join(path)} is not read; this chart looks at {reads}."
        yield table.at, _ignored("misplaced", head, f"move it to {reads}", _severity(names, who), names)
    if AUTH in hub.chart.entries and not reads_auth(hub.versions) and isinstance(hub.chart.entries[AUTH], Map):
        head = "auth is read by charts before 0.10 only; this one does not start with it, or ignores it."
        mend = f"write it in JupyterHub's words under {reads}"
        yield hub.chart.entries[AUTH].at, Verdict("misplaced", Severity.MEDIUM, head, mend)


def _elsewhere(hub: HubRead) -> Iterator[tuple[tuple[str, ...], Map]]:
    """Maps of settings at the wrong path: under another prefix, or a level too high."""
    for prefix in PREFIXES:
        paths = ((*prefix, *CONFIG), (*prefix, *HUB), (*prefix, "config"), prefix)
        for path in paths if prefix != hub.prefix else paths[1:]:
            table = map_at(hub.whole, path)
            sections: Mapping[str, Value] = {
                key: value for key, value in table.entries.items() if isinstance(value, Map) and _is_section(key)
            }
            if sections:
                where = path if path[-1:] == ("config",) else (*path, next(iter(sections)))
                at = table.at if path[-1:] == ("config",) else next(iter(sections.values())).at
                yield where, Map(at, sections)


def _is_section(key: str) -> bool:
    return key in known_classes()


def _ignored(kind: str, head: str, mend: str, severity: Severity, names: tuple[str, ...]) -> Verdict:
    told = tuple(name for name in names if not name[:1].isupper())
    return Verdict(kind, severity, head, mend, f"It sets {listed(told)}." if told else "")


def _severity(names: tuple[str, ...], who: Who) -> Severity:
    """A lost limit is worst where everybody gets in."""
    if not any(LIMITS.search(name) for name in names):
        return Severity.MEDIUM if "admin_users" in names else Severity.LOW
    return Severity.HIGH if who.reach is None or who.reach >= Reach.ACCOUNT else Severity.MEDIUM


def _milder(names: tuple[str, ...], who: Who) -> Severity:
    """Files that several hubs share often carry the settings of more than one authenticator."""
    return min(_severity(names, who), Severity.MEDIUM)


def _nearest(key: str, known: tuple[str, ...] | frozenset[str]) -> str | None:
    """The name that looks most alike."""
    plain = {each.lower(): each for each in sorted(known)}
    found = get_close_matches(key.lower().replace("-", "_"), plain, n=1, cutoff=0.75)
    return plain[found[0]] if found else None


def _software(versions: Versions) -> str:
    hub, package = dotted(versions.jupyterhub), dotted(versions.oauthenticator)
    return f"JupyterHub {hub}" + (f" with OAuthenticator {package}" if package else "")
