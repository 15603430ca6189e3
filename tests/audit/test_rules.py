"""What holds of rules whatever they are: since JupyterHub 5 one more never lets in fewer, before it never more."""

from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.audit.admission import Who
from aggregator.audit.settings import Settings
from aggregator.audit.trees import Items, Leaf, Map, Place, Value
from aggregator.audit.versions import Versions
from aggregator.audit.who import who_may

# Machines that are busy are no reason to fail.
SAME = settings(deadline=None, derandomize=True)
HERE = Place("values.yaml", 1)
OLD, NEW = Versions(None, (3, 0, 0), (15, 1, 0)), Versions(None, (5, 4, 6), (17, 4, 0))
NAMES = Items(HERE, (Leaf(HERE, "ana"), Leaf(HERE, "rui")))
RULES: Mapping[str, Value] = {
    "allowed_users": NAMES,
    "admin_users": NAMES,
    "allowed_organizations": NAMES,
    "allow_all": Leaf(HERE, True),
    "allow_existing_users": Leaf(HERE, True),
}
CHOSEN = st.sets(st.sampled_from(sorted(RULES)))


def who(rules: set[str], versions: Versions) -> Who:
    section = Map(HERE, {rule: RULES[rule] for rule in sorted(rules)})
    config = Map(HERE, {"GitHubOAuthenticator": section})
    return who_may(Settings("GitHubOAuthenticator", config, versions), HERE)


@SAME
@given(CHOSEN, st.sampled_from(sorted(RULES)))
def test_since_jupyterhub_5_one_more_rule_never_lets_in_fewer(rules: set[str], more: str) -> None:
    fewer, all_of_them = who(rules, NEW).reach, who(rules | {more}, NEW).reach

    assert fewer is not None
    assert all_of_them is not None
    assert all_of_them >= fewer


@SAME
@given(CHOSEN, st.sampled_from(["allowed_users", "allowed_organizations"]))
def test_before_jupyterhub_5_one_more_list_never_lets_in_more(rules: set[str], more: str) -> None:
    without, with_it = who(rules, OLD).reach, who(rules | {more}, OLD).reach

    assert without is not None
    assert with_it is not None
    assert with_it <= without


@SAME
@given(CHOSEN)
def test_admins_alone_never_close_an_old_hub(rules: set[str]) -> None:
    without = who(rules - {"admin_users"}, OLD).reach

    assert who(rules | {"admin_users"}, OLD).reach == without
