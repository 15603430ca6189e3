"""What rule files mean, and every way in which they can be wrong."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.errors import BadRules
from aggregator.rules.files import Groups, read_rules, rule_files, rules_of
from aggregator.rules.shipped import shipped_rules
from aggregator.rules.values import Group, Rule
from tests.rules.written import rules_in

GROUP = "groups:\n  - name: a\n    rules:\n"
ONE = GROUP + "      - alert: One\n        expr: up == 0\n"


def test_a_file_means_what_prometheus_reads_in_it(tmp_path: Path) -> None:
    groups = rules_in(
        tmp_path,
        "groups:\n"
        "  - name: hub\n"
        "    interval: 90s\n"
        "    limit: 20\n"
        "    query_offset: 1m\n"
        "    rules:\n"
        "      - alert: HubDown\n"
        "        expr: |\n"
        "          up == 0\n"
        "        for: 1h30m\n"
        "        keep_firing_for: 0\n"
        "        labels: {severity: page, level: 1}\n"
        "        annotations: {summary: '{{ $labels.cluster }}'}\n"
        "  - {name: other, rules: [{alert: B, expr: '1'}]}\n",
    )

    labels, annotations = (("level", "1"), ("severity", "page")), (("summary", "{{ $labels.cluster }}"),)
    down = Rule("HubDown", "up == 0", timedelta(minutes=90), labels=labels, annotations=annotations, line=7)
    minute = timedelta(minutes=1)
    assert groups == (
        Group("own.yaml", "hub", (down,), timedelta(seconds=90), limit=20, query_offset=minute),
        Group("own.yaml", "other", (Rule("B", "1", line=14),)),
    )
    assert groups[0].key(down) == "own.yaml;hub;HubDown"


FAULTS = [
    ("", "line 1  nothing stands in this file; it needs at least `groups`"),
    ("groups: [\n", "line 2  is not YAML: expected the node content, but found '<stream end>'"),
    ("{}", 'line 1  "groups" is missing'),
    ("groups: []\n", "line 1  groups: is empty; at least one is needed"),
    ("groups: [{name: a}]\n", 'line 1  groups[0]: "rules" is missing'),
    (ONE + "    intervall: 1m\n", 'line 6  groups[0]: unknown key "intervall"; did you mean "interval"?'),
    (ONE + "        fro: 1m\n", 'line 6  groups[0].rules[0]: unknown key "fro"; did you mean "for"?'),
    (ONE + "    interval: 0s\n", 'line 6  groups[0].interval: "0s" must be more than nothing'),
    (ONE + "    limit: -1\n", 'line 6  groups[0].limit: "-1" must be 0 or more'),
    (ONE + "        for: 5\n", 'line 6  groups[0].rules[0].for: "5" has no unit; write 5s, 5m, ...'),
    (ONE + "        for: 1.5h\n", 'line 6  groups[0].rules[0].for: "1.5h" holds a fraction; write 90m for one and a half hours'),
    (ONE + "        for: 5m1h\n", 'line 6  groups[0].rules[0].for: "5m1h" is not a duration such as 30s, 5m or 1h30m'),
    (ONE + "        for: 200y\n", 'line 6  groups[0].rules[0].for: "200y" longer than 100 years'),
    (ONE + "        labels: {a-b: c}\n", 'line 6  groups[0].rules[0].labels: "a-b" is not the name of a label'),
    (ONE + "        labels: {__name__: c}\n", 'line 6  groups[0].rules[0].labels: "__name__" is not the name of a label'),
    (ONE + "        labels: {severity: }\n", "line 6  groups[0].rules[0].labels: nothing stands here; text is wanted"),
    (ONE + "        annotations: [a]\n", "line 6  groups[0].rules[0].annotations: a mapping is wanted, this is a list"),
    (GROUP + "      - alert: One\n", 'line 4  groups[0].rules[0]: "expr" is missing'),
    (GROUP + "      - expr: up\n", 'line 4  groups[0].rules[0]: "alert" is missing'),
    (GROUP + "      - alert: One\n        expr: sum by (cluster (up)\n",
     "line 5  groups[0].rules[0].expr: is not PromQL: 1:17: unexpected '('"),
    (GROUP + "      - alert: One\n        expr: up[5m]\n",
     "line 5  groups[0].rules[0].expr: gives a range vector; a rule needs an instant vector or a number"),
    (GROUP + "      - record: a:b\n        expr: up\n",
     "line 4  groups[0].rules[0].record: Crosshub records nothing; record it in the cluster's own Prometheus, or ask for a rollup"),
    (ONE + "  - {name: a, rules: [{alert: B, expr: up}]}\n",
     'line 6  groups[1].name: "a" is there twice (first on line 2) in this file; a group needs a name of its own'),
    (ONE + "      - {alert: One, expr: up}\n",
     'line 6  groups[0].rules[1].alert: "One" is there twice (first on line 4) in this group; what it remembers goes by this name, so give it one of its own'),
]  # fmt: skip


@pytest.mark.parametrize(("text", "fault"), FAULTS)
def test_a_fault_is_told_with_its_line_and_how_to_mend_it(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(BadRules) as bad:
        rules_in(tmp_path, text)

    assert [line.strip() for line in str(bad.value).splitlines()[1:]] == fault.splitlines()


def test_all_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    one, other, none = tmp_path / "one.yaml", tmp_path / "other.yaml", tmp_path / "none.yaml"
    one.write_text(ONE + "        for: 5\n        fro: x\n")
    other.write_text("groups: 3\n")

    with pytest.raises(BadRules) as bad:
        read_rules([one, other, none])

    assert str(bad.value) == (
        f"{one} has 2 faults:\n"
        '  line 6  groups[0].rules[0].for: "5" has no unit; write 5s, 5m, ...\n'
        '  line 7  groups[0].rules[0]: unknown key "fro"; did you mean "for"?\n'
        f"{other} has 1 fault:\n"
        "  line 1  groups: a list is wanted, this is a number\n"
        f"{none} has 1 fault:\n"
        "  line 1  No such file or directory"
    )


def test_files_of_one_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    files = [tmp_path / "a" / "own.yaml", tmp_path / "b" / "own.yaml", tmp_path / "b" / "single.yaml"]
    for file in files:
        file.parent.mkdir(exist_ok=True)
        file.write_text(ONE)

    groups = rules_of((str(tmp_path / "a" / "*.yaml"), str(tmp_path / "**" / "*.yaml")))

    assert [group.file for group in groups] == [str(files[0]), str(files[1]), "single.yaml"]


def test_a_pattern_that_no_file_fits_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(BadRules, match=r"rules: no file fits .*/alarts/"):
        rule_files((f"{tmp_path}/alarts/*.yaml",))


def test_without_a_word_about_rules_there_are_the_shipped_ones() -> None:
    assert rule_files(None) == shipped_rules()
    assert {file.name for file in shipped_rules()} >= {"hub.yaml", "logins.yaml", "spawns.yaml", "storage.yaml"}


SHIPPED = next(file for file in shipped_rules() if file.name == "storage.yaml").read_bytes()
WORDS = [b":", b"- ", b"{", b"[", b"}", b"&a ", b"*a", b"null", b"'", b"\t", b"\xff", b"9" * 30, b"99999999y", b"[5m:]", b"((((",
         b"record", b"|", b"~", b"\n---\n", b"<<: ", b"{__name__=~'['}", b"offset -1d"]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    cuts=st.lists(
        st.tuples(st.integers(0, len(SHIPPED)), st.integers(0, 9), st.sampled_from(WORDS)), min_size=1, max_size=4
    )
)
def test_whatever_is_done_to_a_file_it_loads_or_has_faults_with_lines(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[tuple[int, int, bytes]]
) -> None:
    content = SHIPPED
    for at, length, word in cuts:
        content = content[:at] + word + content[at + length :]
    file = tmp_path_factory.getbasetemp() / "mutated.yaml"
    file.write_bytes(content)

    assert all(rule.name and rule.line for group in _loaded(file) for rule in group.rules)


def _loaded(file: Path) -> Groups:
    """The groups of a file, none of one with faults, each of which has a line."""
    try:
        return read_rules([file])
    except BadRules as fault:
        lines = str(fault).splitlines()[1:]
    assert lines
    assert all(line.startswith("  line ") for line in lines)
    return ()
