"""What is written about findings is what is so."""

import re
from pathlib import Path

import pytest
import yaml

from aggregator.access.job import EFFECTS
from aggregator.access.kinds import ABOUT_ARRIVALS, KINDS
from aggregator.rules.files import rules_of

PAGE = (Path(__file__).parents[2] / "docs" / "access-findings.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| \[(\w+)\]\(runbooks/\1\.md\) \| (\w+) \| ([\w ]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def test_the_table_in_the_documentation_is_that_of_the_kinds_in_their_order() -> None:
    rows = [(name, severity, confidence) for name, severity, confidence, _, _ in ROW.findall(PAGE)]

    assert rows == [(kind.name, kind.severity, kind.confidence) for kind in KINDS.values()]


@pytest.mark.parametrize("names", [ABOUT_ARRIVALS, EFFECTS], ids=["said by StrangersAtWork too", "evidence"])
def test_lists_in_the_documentation_are_whole(names: frozenset[str]) -> None:
    assert any(set(names) <= set(re.findall(r"\w+", line)) for line in PAGE.splitlines() if not line.startswith("| ["))


def test_what_is_evidence_here_is_a_rule_that_is_shipped() -> None:
    assert {rule.name for group in rules_of(None) for rule in group.rules} >= EFFECTS


def test_every_link_of_the_page_leads_somewhere() -> None:
    titles = {
        re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^## (.+)$", PAGE, re.MULTILINE)
    }
    links = re.findall(r"\]\(([^)]+)\)", PAGE)

    assert links
    for link in links:
        path, _, title = link.partition("#")
        assert title in titles if not path else (Path(__file__).parents[2] / "docs" / path).exists(), link


def test_configuration_on_the_page_is_yaml() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)

    assert len(blocks) == 5
    assert all(yaml.safe_load(block) for block in blocks)
