"""Whatever stands in a tree, its configuration is right, and says what can be said of it."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from aggregator.audit.config_text import config_text
from aggregator.audit.importing import imported
from aggregator.audit.layouts import clusters_in
from aggregator.audit.support import support_of
from aggregator.audit.unknown import unknown
from aggregator.clusters.config import parse
from aggregator.clusters.values import Config
from tests.audit.growing import INGRESS, cluster, grown, hub

HOSTILE = [
    "prod",
    "null",
    "yes",
    "12",
    "1.5",
    "2026-11-26",
    "2026-13-45",
    "0x1F",
    "a: b",
    "a #b",
    "#",
    "- a",
    "&a",
    "*a",
    "!!python/name:os.system",
    "'",
    '"',
    "\\",
    "{a: b}",
    "[",
    "%YAML 1.2",
    "---",
    "a\nclusters: []",
    "a\r\n# TODO",
    "a\x85b",
    "a\u2028- b",
    "\ufeffa",
    "\x1b[31m",
    "a\tb",
    " a",
    "a ",
    "",
    "~",
    "=",
    "<<",
    "Universität Ö",
    "\U0001f600",
    "../../etc/passwd",
    "lisbon\u202emoc",
    "é" * 200,
]
ODD = "a\N{REPLACEMENT CHARACTER}b"
TEXTS = st.sampled_from(HOSTILE) | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


def written(tree: Path) -> tuple[str, Config]:
    text = config_text(imported(clusters_in(tree)))
    config, faults = parse(text.encode(), tree)
    assert faults == []
    return text, config


def of_text(name: str, title: str, person: str, org: str, domain: str) -> dict[str, Any]:
    rules = {"GitHubOAuthenticator": {"allowed_organizations": [org]}, "Authenticator": {"admin_users": [person]}}
    chosen = {"JupyterHub": {"authenticator_class": "github"}}
    return hub(name, chosen | rules, display_name=title, domain=domain)


@settings(deadline=None, derandomize=True, max_examples=60, phases=[Phase.explicit, Phase.generate])
@given(st.lists(TEXTS, min_size=7, max_size=7))
@example(["a\nb"] * 7)
@example(["a: b"] * 7)
@example(["a:"] * 7)
@example(["a\x92b"] * 7)
def test_hostile_texts_do_no_harm(texts: list[str]) -> None:
    name, title, person, org, domain, place, user = texts
    odd = cluster(place, of_text(name, title, person, org, domain)) | {
        "support": {
            "config": {"prometheus": {"server": {"ingress": INGRESS}}, "prometheusAuthSecret": {"username": user}}
        }
    }
    with TemporaryDirectory() as folder:
        tree = grown(Path(folder), cluster("first"), odd, cluster("last", host=domain))
        text, config = written(tree)
        said = list(unknown(imported(clusters_in(tree))))

    names = [each.name for each in config.clusters]
    assert names[0] == "first"
    assert set(names) <= {"first", "last", place, "01"}
    hubs = [found for each in config.clusters for found in each.hubs]
    assert hubs or any("left out" in words for words in said)
    for found in hubs:
        assert found.name == name
        assert found.access is not None
        assert set(found.access.identities) <= {f"github-org:{org}", person}
        assert set(found.access.staff) <= {person, "deployment-service-check"}
    assert all(character.isprintable() or character == "\n" for character in text)


@pytest.mark.parametrize("text", [each for each in HOSTILE if each.isprintable() and each and each == each.strip()])
def test_a_name_is_read_as_it_was_written(tmp_path: Path, text: str) -> None:
    rules = {"JupyterHub": {"authenticator_class": "github"}, "Authenticator": {"allowed_users": [text]}}
    tree = grown(tmp_path, cluster(text, hub(text, rules, display_name=text)))

    (found,) = written(tree)[1].clusters

    (its,) = found.hubs
    assert (found.name, its.name, its.namespace, its.title) == (text, text, text, text)
    assert its.access is not None
    assert its.access.identities == (text,)


def test_a_cluster_that_is_commented_out_holds_nothing_that_is_not(tmp_path: Path) -> None:
    hostile = {"name": "a: b", "hubs": [of_text("p\u2028q", "t\nclusters: []", "x\ny", "o\n- name: z", "d")]}

    text, config = written(grown(tmp_path, cluster("first"), hostile))

    assert [each.name for each in config.clusters] == ["first"]
    rest = text.split("No file says where its Prometheus answers", 1)[1].splitlines()[1:]
    assert rest
    assert all(line.startswith("  # ") for line in rest)


def test_passwords_of_clusters_stand_in_files_of_their_own_within_one_folder(tmp_path: Path) -> None:
    names = ("a/b", "a_b", "../a", "..", "a:b")

    text, _ = written(grown(tmp_path, *(cluster(name, host=f"{index}.org") for index, name in enumerate(names))))

    files = [line.split("password_file: ")[1].rstrip("}") for line in text.splitlines() if "password_file" in line]
    assert files == [
        "secrets/a_b.password",
        "secrets/a_b-2.password",
        "secrets/_a.password",
        "secrets/_.password",
        "secrets/a_b-3.password",
    ]


def test_what_cannot_be_told_apart_or_has_no_name_is_left_out_and_said(tmp_path: Path) -> None:
    first = cluster("lisbon", hub("prod"), hub("prod"), {"domain": "a.org"}, hub("a\nb"), host="1.org")
    first["hubs"].append("prod")
    others = [cluster("lisbon", host="2.org"), cluster("oslo", host="1.org"), cluster("a\nb", host="4.org")]
    tree = grown(tmp_path, first, *others)

    found = imported(clusters_in(tree))

    files = tree / "config/hubs"
    assert [(each.name, each.address) for each in found.clusters] == [("lisbon", "https://1.org"), ("oslo", None)]
    assert [each.name for each in found.clusters[0].hubs] == ["prod"]
    assert found.clusters[1].why_none == "its Prometheus has the address of that of lisbon"
    assert [words.replace(str(files), "") for words in found.left_out] == [
        "/00.cluster.yaml:26: this entry of the hubs of lisbon is no hub; it is left out.",
        '/00.cluster.yaml:15: the hub "prod" of lisbon is there twice; it is left out.',
        '/00.cluster.yaml:16: the hub "" of lisbon has no name; it is left out.',
        f'/00.cluster.yaml:23: the hub "{ODD}" of lisbon has a name that no configuration takes; it is left out.',
        '/01.cluster.yaml: the cluster "lisbon" is there twice; it is left out.',
        f'/03.cluster.yaml: the cluster "{ODD}" has a name that no configuration takes; it is left out.',
    ]


@pytest.mark.parametrize(
    ("ingress", "address", "why", "certified"),
    [
        ({"tls": [{"hosts": ["a.org"]}], "hosts": ["b.org"]}, "https://a.org", "", True),
        ({"hosts": ["b.org", "c.org"]}, "https://b.org", "", False),
        ({"tls": [], "hosts": ["B.org"]}, "https://b.org", "", False),
        ({"tls": [{"secretName": "a"}], "hosts": ["b.org"]}, "https://b.org", "", False),
        ({"enabled": False, "hosts": ["b.org"]}, None, "the ingress of its Prometheus is off", False),
        ({"hosts": []}, None, "no file says where its Prometheus answers", False),
        ({}, None, "no file says where its Prometheus answers", False),
        ({"hosts": ["user:hush@b.org"]}, None, "the host of its Prometheus is none", False),
        ({"hosts": ["a b"]}, None, "the host of its Prometheus is none", False),
    ],
)
def test_the_prometheus_of_a_cluster_answers_where_its_ingress_says(
    tmp_path: Path, *, ingress: dict[str, Any], address: str | None, why: str, certified: bool
) -> None:
    values = {"prometheus": {"server": {"ingress": ingress}}}
    (found,) = clusters_in(grown(tmp_path, cluster("lisbon") | {"support": {"config": values}}))

    support = support_of(found)

    assert (support.address, support.why_none, support.certified) == (address, why, certified)


@pytest.mark.parametrize(
    ("more", "ingress", "address"),
    [
        ({"domain": "a.org"}, {}, "https://a.org"),
        ({"domain": "a.org"}, {"hosts": ["hub.a.org", "b.org"]}, "https://hub.a.org"),
        ({"domain": "a.org", "domain_override_file": "other.yaml"}, {}, "https://other.org"),
        ({"domain": "a.org", "domain_override_file": "lost.yaml"}, {}, None),
        ({"domain": "a b"}, {}, None),
        ({"domain": None}, {}, None),
    ],
)
def test_a_hub_answers_where_its_ingress_or_else_its_domain_says(
    tmp_path: Path, more: dict[str, Any], ingress: dict[str, Any], address: str | None
) -> None:
    listed = hub("prod", **more)
    listed["config"]["jupyterhub"]["ingress"] = ingress
    tree = grown(tmp_path, cluster("lisbon", listed))
    (tmp_path / "config/hubs/other.yaml").write_text("domain: other.org\n")

    (found,) = imported(clusters_in(tree)).clusters[0].hubs

    assert found.address == address
    assert bool(found.unknown) == (address is None)


def test_long_lists_of_names_have_a_line_each(tmp_path: Path) -> None:
    people = [f"person-{number}@example.org" for number in range(20)]
    rules = {"JupyterHub": {"authenticator_class": "github"}, "Authenticator": {"allowed_users": people}}

    text, config = written(grown(tmp_path, cluster("lisbon", hub("prod", rules))))

    access = config.clusters[0].hubs[0].access
    assert access is not None
    assert list(access.identities) == people
    assert '            - "person-7@example.org"\n' in text
    assert max(map(len, text.splitlines())) <= 120
