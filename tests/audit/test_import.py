"""`crosshub import 2i2c`: from a tree of deployment files to a configuration."""

import subprocess
import sys
from pathlib import Path

import pytest

from aggregator.audit.audit import audit, policies_in
from aggregator.audit.config_text import config_text
from aggregator.audit.findings import Severity
from aggregator.audit.importing import imported
from aggregator.audit.layouts import clusters_in, deployments_in
from aggregator.audit.read_hub import Given
from aggregator.clusters.config import parse
from aggregator.clusters.values import Config
from tests.audit.growing import cluster, grown, hub
from tests.audit.looking import NOON

ROOT = Path(__file__).parents[2]
FIXTURES = Path(__file__).with_name("fixtures")
TREES = ["import_today", "import_2021"]
RUN = "from aggregator.cli.main import main; main()"
LISTED = {"JupyterHub": {"authenticator_class": "github"}, "Authenticator": {"allowed_users": ["ana"]}}


def crosshub(folder: Path, *arguments: str, seed: str = "0") -> subprocess.CompletedProcess[str]:
    asked = [sys.executable, "-c", RUN, *arguments]
    environment = {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed}
    return subprocess.run(asked, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def text_of(tree: Path) -> str:
    return config_text(imported(clusters_in(tree)))


def config_of(tree: Path) -> Config:
    config, faults = parse(text_of(tree).encode(), tree)
    assert faults == []
    return config


@pytest.mark.parametrize("tree", TREES)
def test_a_tree_becomes_a_configuration_always_the_same_byte_for_byte(tree: str) -> None:
    first, second = (crosshub(FIXTURES, "import", "2i2c", tree, seed=seed) for seed in ("1", "2"))

    assert first.stdout == (FIXTURES / tree / "expected.yaml").read_text()
    assert first.returncode == 0
    assert (second.stdout, second.stderr) == (first.stdout, first.stderr)


@pytest.mark.parametrize("tree", TREES)
def test_what_is_written_is_right_for_check(tmp_path: Path, tree: str) -> None:
    wrote = crosshub(FIXTURES, "import", "2i2c", tree, "--output", str(tmp_path / "crosshub.yaml"))

    checked = crosshub(tmp_path, "check")

    assert (wrote.returncode, wrote.stdout) == (0, f"wrote {tmp_path}/crosshub.yaml\n")
    assert (checked.returncode, checked.stderr) == (0, "")
    assert checked.stdout.endswith("no faults\n")


@pytest.mark.parametrize("part", ["config", "config/clusters/lisbon", "config/clusters/lisbon/cluster.yaml"])
def test_a_part_of_a_tree_gives_its_part_of_the_configuration(part: str) -> None:
    whole, some = config_of(FIXTURES / "import_today"), config_of(FIXTURES / "import_today" / part)

    assert some.clusters[0].hubs == whole.clusters[0].hubs
    assert {each.name for each in some.clusters} <= {each.name for each in whole.clusters}


@pytest.mark.parametrize("place", ["config/hubs", "config/clusters", "config/clusters/lisbon"])
def test_a_tree_of_early_2022_is_one_too(tmp_path: Path, place: str) -> None:
    grown(tmp_path, cluster("lisbon", hub("prod", LISTED)))
    (tmp_path / place).mkdir(parents=True, exist_ok=True)
    (tmp_path / "config/hubs/00.cluster.yaml").rename(tmp_path / place / "lisbon.cluster.yaml")

    assert [each.name for each in config_of(tmp_path).clusters] == ["lisbon"]


def test_what_no_file_of_today_says_is_said() -> None:
    done = crosshub(FIXTURES, "import", "2i2c", "import_today")

    assert done.stderr == (
        "3 clusters, 12 hubs, 9 policies to be looked at. What is not known:\n"
        "  No file says in which zone a hub is: UTC stands in its place.\n"
        "  No file says who owns a policy, and when it is to be reviewed.\n"
        "  No file says to whom a hub belongs, and where to write to them.\n"
        "  lisbon: User and password of its Prometheus stand in no file that can be read.\n"
        "  lisbon: Not seen, as each is encrypted: enc-support.secret.values.yaml, enc-staging.secret.values.yaml, "
        "enc-prod.secret.values.yaml and enc-workshop.secret.values.yaml.\n"
        "  lisbon/library: No file names all who may log in, so there are no identities.\n"
        "  lisbon/workshop: Its address stands in enc-workshop.domain-override.secret.yaml, which could not be read.\n"
        "  oslo: It is shared, and no file says which hub is whose.\n"
        "  oslo: The ingress of its Prometheus names no certificate; https is a guess.\n"
        "  oslo: Not seen, as it is not there: lost.values.yaml.\n"
        "  oslo/demo: Its health page is meant to answer 401, which Crosshub takes for failing.\n"
        "  oslo, visits and anybody: Its policy is commented out until somebody owns it.\n"
        "  oslo/own-way: hub.extraConfig sets Authenticator.allowed_users in Python, which was not read.\n"
        "  oslo/own-way: It is not known who may log in, so no policy is suggested.\n"
        "  quito: No file says where its Prometheus answers, so it is commented out.\n"
        "  quito/prod: No file names all who may log in, so there are no identities.\n"
    )


def test_the_documentation_shows_what_comes_out() -> None:
    page = (ROOT / "docs/import.md").read_text()

    done = crosshub(FIXTURES / "import_2021", "import", "2i2c", ".")

    assert f"```yaml\n{done.stdout}```" in page
    assert f"```text\n{done.stderr}```" in page


def test_no_password_of_a_tree_is_written() -> None:
    done = crosshub(FIXTURES, "import", "2i2c", "import_today")

    assert "username: harbour" in done.stdout
    assert "hush" in (FIXTURES / "import_today/config/clusters/oslo/support.values.yaml").read_text()
    assert "hush" not in done.stdout + done.stderr


@pytest.mark.parametrize("tree", TREES)
def test_the_audit_fails_on_the_same_hubs_before_and_after_an_import(tree: str) -> None:
    hubs = deployments_in([FIXTURES / tree])

    before = audit(hubs, {}, Given(), NOON)
    after = audit(hubs, policies_in(config_of(FIXTURES / tree)), Given(), NOON)

    failing = [
        {(each.cluster, each.hub) for each in report.findings if each.severity >= Severity.HIGH}
        for report in (before, after)
    ]
    assert failing[0]
    assert failing[0] == failing[1]


def test_a_file_that_is_there_is_written_over_only_by_force(tmp_path: Path) -> None:
    (tmp_path / "crosshub.yaml").write_text("ours\n")
    asked = ("import", "2i2c", str(FIXTURES / "import_2021"), "--output", "crosshub.yaml")

    refused = crosshub(tmp_path, *asked)
    kept = (tmp_path / "crosshub.yaml").read_text()
    forced = crosshub(tmp_path, *asked, "--force")

    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == "crosshub.yaml: is there already; --force writes over it\n"
    assert kept == "ours\n"
    assert forced.returncode == 0
    assert (tmp_path / "crosshub.yaml").read_text() == (FIXTURES / "import_2021/expected.yaml").read_text()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere"], "nowhere: no such file or folder"),
        (["empty"], "empty: no clusters are listed here"),
        (["values.yaml"], "values.yaml: no clusters are listed here"),
        (["broken.cluster.yaml"], "broken.cluster.yaml:1: is not YAML"),
        (["good", "--output", "nowhere/crosshub.yaml"], "nowhere/crosshub.yaml: No such file or directory"),
    ],
)
def test_it_ends_with_2_when_it_could_not_run(tmp_path: Path, arguments: list[str], words: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "values.yaml").write_text("hub: {}\n")
    (tmp_path / "broken.cluster.yaml").write_text("hubs: [")
    grown(tmp_path / "good", cluster("lisbon"))

    done = crosshub(tmp_path, "import", "2i2c", *arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr


def test_a_tree_without_any_address_ends_with_1_and_is_right_once_there_is_one(tmp_path: Path) -> None:
    tree = grown(tmp_path, {"name": "lisbon", "hubs": [hub("prod", LISTED), hub("demo", {})]})

    done = crosshub(tmp_path, "import", "2i2c", ".")
    lines = [line.replace("  # ", "  ", 1) for line in done.stdout.splitlines() if "TODO: No file" not in line]
    mended = "\n".join(lines).replace("url: https://\n", "url: https://prometheus.example.org\n")

    assert done.returncode == 1
    assert "clusters:\n  # TODO: No file says where its Prometheus answers." in done.stdout
    config, faults = parse(mended.encode(), tree)
    assert faults == []
    assert [each.name for each in config.clusters[0].hubs] == ["prod", "demo"]
