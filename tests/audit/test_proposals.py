"""Which access policy is suggested for a hub, by who may log in to it."""

from pathlib import Path
from typing import Any

import pytest

from aggregator.audit.importing import Imported, ImportedHub, imported
from aggregator.audit.layouts import clusters_in
from aggregator.audit.unknown import unknown
from tests.audit.growing import cluster, grown, hub

ADMINS = {"admin_users": ["ana"]}
LISTED = {"allowed_users": ["ana", "rui"], "admin_users": ["ana"]}
ORG = {"GitHubOAuthenticator": {"allowed_organizations": ["geo", "bio:staff"]}}
DOMAIN = {"GoogleOAuthenticator": {"hosted_domain": ["geo.pt"], "allow_all": True}}
IDP = "https://idp.ulisboa.pt/shibboleth"
ALL = {"Authenticator": {"allow_all": True}}
BEFORE, SINCE = "2.0.0", "4.3.5"


def of(name: str, **config: Any) -> dict[str, Any]:
    return {"JupyterHub": {"authenticator_class": name}} | config


def suggested(folder: Path, config: dict[str, Any], chart: str = SINCE, **more: Any) -> ImportedHub:
    charts = folder / "helm-charts/basehub"
    charts.mkdir(parents=True)
    (charts / "Chart.yaml").write_text(f"dependencies: [{{name: jupyterhub, version: {chart}}}]\n")
    return whole(grown(folder, cluster("lisbon", hub("prod", config, **more)))).clusters[0].hubs[0]


def whole(tree: Path) -> Imported:
    return imported(clusters_in(tree))


CASES = [
    # Somebody is named, or a part of a provider: that is what is meant.
    (BEFORE, of("github", Authenticator=LISTED), "closed", ["ana", "rui"], True),
    (SINCE, of("github", Authenticator=LISTED), "closed", ["ana", "rui"], True),
    (SINCE, of("github", Authenticator=ADMINS), "closed", ["ana"], True),
    (SINCE, of("github"), "closed", [], True),
    (BEFORE, of("github", **ORG), "org", ["github-org:geo", "github-org:bio:staff"], True),
    (SINCE, of("github", **ORG), "org", ["github-org:geo", "github-org:bio:staff"], True),
    (SINCE, of("google", **DOMAIN), "institution", ["*@geo.pt"], True),
    (SINCE, of("cilogon", CILogonOAuthenticator={"allowed_idps": {IDP: {"allowed_domains": ["a.pt", "b.pt"]}}}),
     "institution", ["*@a.pt", "*@b.pt"], True),
    (SINCE, of("cilogon", CILogonOAuthenticator={"allowed_idps": {IDP: {"allow_all": True}}}), "institution", [], True),
    (BEFORE, of("google", Authenticator={"username_pattern": r"^(.+@geo\.pt|ana@bio\.pt)$"}), "institution",
     ["*@geo.pt", "ana@bio.pt"], True),
    (SINCE, of("shared-password", **ALL, SharedPasswordAuthenticator={"user_password": "x" * 40}), "shared-password", [],
     True),
    (SINCE, of("dummy", DummyAuthenticator={"password": "x"}), "shared-password", [], True),
    (SINCE, of("null"), "ephemeral", [], True),
    # Everybody gets in, and nobody wrote so: the audit is to go on.
    (BEFORE, of("github", Authenticator=ADMINS), "closed", ["ana"], True),
    (BEFORE, of("google"), "closed", [], True),
    (SINCE, of("dummy"), "closed", [], True),
    # Everybody gets in, and somebody wrote so: an owner has to say it.
    (SINCE, of("github", GitHubOAuthenticator={"allow_all": True}), "open", [], False),
    (SINCE, of("google", GoogleOAuthenticator={"allow_all": True}), "open", [], False),
    (SINCE, of("tmp", **ALL), "ephemeral", [], False),
    (SINCE, of("generic-oauth", GenericOAuthenticator={"allow_all": True}), "institution", [], False),
    # Nobody can tell.
    (SINCE, of("harbour.Own"), None, [], False),
]  # fmt: skip


@pytest.mark.parametrize(("chart", "config", "policy", "identities", "declared"), CASES)
def test_a_policy_is_suggested_by_who_may_log_in(
    tmp_path: Path, *, chart: str, config: dict[str, Any], policy: str | None, identities: list[str], declared: bool
) -> None:
    proposal = suggested(tmp_path, config, chart).proposal

    assert (proposal.policy, proposal.declared) == (policy, declared)
    assert list(proposal.identities) == identities
    assert proposal.why.endswith(".")


def test_a_dummy_hub_may_have_its_password_in_a_file_that_was_not_seen(tmp_path: Path) -> None:
    proposal = suggested(tmp_path, of("dummy"), helm_chart_values_files=["lost.yaml"]).proposal

    assert proposal.policy == "shared-password"
    assert proposal.why == "Anybody may log in with any name, without a password, unless an unseen file sets one."


@pytest.mark.parametrize(
    ("config", "complete"),
    [
        (
            of("cilogon", CILogonOAuthenticator={"allowed_idps": {IDP: {"allow_all": True}}}, Authenticator=ADMINS),
            False,
        ),
        (of("gitlab", GitLabOAuthenticator={"allowed_gitlab_groups": ["geo"]}, Authenticator=ADMINS), False),
        (of("github", **ORG, Authenticator=ADMINS), True),
        (of("google", **DOMAIN, Authenticator=ADMINS), True),
        (of("github", Authenticator={"allowed_users": ["ana", " rui"]}), False),
    ],
)
def test_identities_are_said_to_be_all_only_where_everybody_is_named(
    tmp_path: Path, *, config: dict[str, Any], complete: bool
) -> None:
    proposal = suggested(tmp_path, config).proposal

    assert "ana" in proposal.identities or "*@geo.pt" in proposal.identities
    assert proposal.complete is complete


def test_admins_are_staff_but_where_all_people_are_admins(tmp_path: Path) -> None:
    some = suggested(tmp_path / "some", of("github", Authenticator=LISTED)).proposal
    everybody = suggested(
        tmp_path / "all", of("github", Authenticator=LISTED | {"admin_users": ["rui", "ana"]})
    ).proposal

    assert some.staff == ("deployment-service-check", "ana")
    assert everybody.staff == ("deployment-service-check",)
    assert everybody.staff_why == (
        "All who are named are admins; name as staff those who are not to be counted as people."
    )


@pytest.mark.parametrize(
    ("own", "staff", "gaps"),
    [
        ({}, [], []),
        ({"add_staff_user_ids_to_admin_users": False, "staff_github_ids": ["eva"]}, [], []),
        (
            {
                "add_staff_user_ids_to_admin_users": True,
                "add_staff_user_ids_of_type": "github",
                "staff_github_ids": ["eva"],
            },
            ["eva"],
            [],
        ),
        (
            {"add_staff_user_ids_to_admin_users": True, "add_staff_user_ids_of_type": "github"},
            [],
            ["Staff are added to its admins, and no list of them was found."],
        ),
    ],
)
def test_those_who_run_the_hubs_are_staff_by_the_lists_of_today(
    tmp_path: Path, own: dict[str, Any], staff: list[str], gaps: list[str]
) -> None:
    listed = hub("prod", of("github", Authenticator=ADMINS))
    listed["config"]["jupyterhub"]["custom"] = {"2i2c": own}

    (found,) = whole(grown(tmp_path, cluster("lisbon", listed))).clusters[0].hubs

    assert [name for name in found.proposal.staff if name not in {"ana", "deployment-service-check"}] == staff
    assert list(found.unknown) == gaps


def test_stand_ins_of_2021_become_the_people_on_the_list_beside_the_clusters(tmp_path: Path) -> None:
    tree = grown(tmp_path, cluster("lisbon", hub("prod", of("github", Authenticator=LISTED | {
        "admin_users": ["<staff_github_ids>", "<staff_lost_ids>"]
    }))))  # fmt: skip
    (tmp_path / "config/hubs/staff.yaml").write_text("staff: {github_ids: [eva, jon]}\n")

    (found,) = whole(tree).clusters[0].hubs

    assert found.proposal.staff == ("deployment-service-check", "eva", "jon")
    assert found.unknown == ("It names <staff_lost_ids>, and no list of them was found.",)


def test_what_several_hubs_lack_is_said_once(tmp_path: Path) -> None:
    lost = {"domain": ""}
    first = cluster("lisbon", *(hub(name, of("github"), **lost) for name in ("a", "b")))
    second = cluster("oslo", *(hub(name, of("github"), **lost) for name in ("a", "b")), hub("c", of("github")))

    said = list(unknown(whole(grown(tmp_path, first, second | {"support": {}}))))

    assert "lisbon, all hubs: No file says where it answers." in said
    assert "oslo, a and b: No file says where it answers." in said
