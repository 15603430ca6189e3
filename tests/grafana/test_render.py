"""What `crosshub grafana render` writes, and what it says of what is there."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from aggregator.cli.main import cli
from tests.grafana.boards import NAMES, RENDERED, board

CONFIG = """
external_url: https://crosshub.example.org
clusters:
  - {name: lisbon, prometheus: {url: http://127.0.0.1:1}, hubs: [{name: prod}]}
  - {name: Oslo (north) and a name that is far too long for it, prometheus: {url: http://127.0.0.1:2}}
grafana: {user_dashboards: false}
"""


def rendered(output: Path, *options: str, config: Path | None = None) -> Result:
    chosen = ("--config", str(config)) if config else ()
    return CliRunner().invoke(cli, [*chosen, "grafana", "render", "--output", str(output), *options])


def read(file: Path) -> Any:
    return yaml.safe_load(file.read_text())


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "crosshub.yaml"
    file.write_text(CONFIG)
    return file


def test_the_committed_files_are_what_is_rendered() -> None:
    result = rendered(RENDERED, "--check")

    assert result.output == ""
    assert result.exit_code == 0


def test_rendering_twice_writes_the_same_bytes(tmp_path: Path) -> None:
    first, second = (rendered(tmp_path / name) for name in ("a", "b"))

    files = {
        name: {file.relative_to(tmp_path / name): file.read_bytes() for file in (tmp_path / name).rglob("*.*")}
        for name in ("a", "b")
    }
    assert first.exit_code == second.exit_code == 0
    assert files["a"] == files["b"]
    assert rendered(tmp_path / "a").output.endswith("10 files, 0 of them changed\n")


def test_a_check_says_which_files_are_stale_and_writes_nothing(tmp_path: Path) -> None:
    rendered(tmp_path)
    boards = tmp_path / "dashboards" / "crosshub-folder-hubs"
    (boards / "hub.json").unlink()
    (boards / "old.json").write_text("{}")
    (tmp_path / "datasources" / "crosshub.yaml").write_text("apiVersion: 1\n")

    result = rendered(tmp_path, "--check")

    assert result.exit_code == 1
    for words in (
        "datasources/crosshub.yaml: differs",
        "hub.json: is missing",
        "old.json: is no more",
        "make dashboards",
    ):
        assert words in result.output
    assert not (boards / "hub.json").exists()
    assert (boards / "old.json").exists()


def test_rendering_makes_stale_files_right_and_leaves_others_alone(tmp_path: Path) -> None:
    rendered(tmp_path)
    boards = tmp_path / "dashboards" / "crosshub-folder-hubs"
    (boards / "old.json").write_text("{}")
    (tmp_path / "dashboards" / "others.yaml").write_text("apiVersion: 1\n")

    rendered(tmp_path)

    assert not (boards / "old.json").exists()
    assert (tmp_path / "dashboards" / "others.yaml").exists()
    assert rendered(tmp_path, "--check").exit_code == 0


@pytest.mark.parametrize("shape", ["configmaps", "operator"])
def test_what_is_wanted_no_more_goes_from_the_objects_of_kubernetes_too(tmp_path: Path, shape: str) -> None:
    rendered(tmp_path, "--as", shape)
    (tmp_path / "others.yaml").write_text("kind: ConfigMap\n")

    stale = rendered(tmp_path, "--as", shape, "--no-people", "--check")
    rendered(tmp_path, "--as", shape, "--no-people")

    assert "people.yaml: is no more" in stale.output
    assert not (tmp_path / "people.yaml").exists()
    assert (tmp_path / "others.yaml").exists()
    assert rendered(tmp_path, "--as", shape, "--no-people", "--check").exit_code == 0


def test_a_contact_point_that_is_wanted_no_more_goes(tmp_path: Path) -> None:
    rendered(tmp_path, "--contact-point")

    rendered(tmp_path)

    assert not (tmp_path / "alerting" / "crosshub.yaml").exists()


def test_a_data_source_that_is_in_the_file_no_more_goes_from_grafana() -> None:
    # Since Grafana 11.1; earlier ones pass over the word.
    assert read(RENDERED / "datasources" / "crosshub.yaml")["prune"] is True


def test_the_data_source_asks_as_crosshub_wants_to_be_asked() -> None:
    (source,) = read(RENDERED / "datasources" / "crosshub.yaml")["datasources"]

    settings = source["jsonData"]
    assert (source["uid"], source["type"], source["access"], source["editable"]) == (
        "crosshub",
        "prometheus",
        "proxy",
        False,
    )
    assert settings["httpMethod"] == "POST"
    assert settings["timeInterval"] == "1m"
    assert settings["incrementalQuerying"] is False
    assert settings["manageAlerts"] is False
    assert settings["httpHeaderName1"] == "Authorization"
    # Grafana reads the token from its own file; none is ever written.
    assert source["secureJsonData"] == {"httpHeaderValue1": "Bearer $__file{/etc/grafana/secrets/crosshub.token}"}


def test_folders_are_given_the_files_that_are_there() -> None:
    providers = read(RENDERED / "dashboards" / "crosshub.yaml")["providers"]

    found = {each["options"]["path"].removeprefix("/etc/grafana/provisioning/"): each["folder"] for each in providers}
    assert found == {
        "dashboards/crosshub-folder-hubs": "Crosshub",
        "dashboards/crosshub-folder-people": "Crosshub: people",
    }
    assert sum(len(list((RENDERED / path).glob("*.json"))) for path in found) == len(NAMES)
    # A folder and a dashboard are kept in one table by older Grafanas.
    assert not {each["folderUid"] for each in providers} & {board(name)["uid"] for name in NAMES}


def test_the_configuration_says_where_crosshub_is_and_whether_people_are_named(tmp_path: Path, config: Path) -> None:
    rendered(tmp_path / "out", "--configured", config=config)

    (source,) = read(tmp_path / "out/datasources/crosshub.yaml")["datasources"]
    assert source["url"] == "https://crosshub.example.org"
    assert not list((tmp_path / "out").rglob("people.json"))
    hub = (tmp_path / "out/dashboards/crosshub-folder-hubs/hub.json").read_text()
    assert "Servers with much CPU" not in hub
    assert "/d/crosshub-people" not in hub


def test_each_cluster_can_have_a_data_source_of_its_own(tmp_path: Path, config: Path) -> None:
    rendered(tmp_path / "out", "--each-cluster", "--no-token", config=config)

    _, lisbon, oslo = read(tmp_path / "out/datasources/crosshub.yaml")["datasources"]
    assert (lisbon["name"], lisbon["uid"]) == ("lisbon (Crosshub)", "crosshub-c-lisbon")
    assert lisbon["url"] == "https://crosshub.example.org/c/lisbon"
    assert re.fullmatch(r"crosshub-c-[0-9a-f]{16}", oslo["uid"])
    assert "/c/Oslo%20%28north%29" in oslo["url"]
    assert "secureJsonData" not in oslo


def test_options_win_over_the_configuration(tmp_path: Path, config: Path) -> None:
    options = (
        "--url",
        "http://here",
        "--interval",
        "15s",
        "--people",
        "--token-file",
        "/run/token",
        "--place",
        "/srv/grafana/",
    )

    rendered(tmp_path / "out", "--configured", *options, config=config)

    (source,) = read(tmp_path / "out/datasources/crosshub.yaml")["datasources"]
    providers = read(tmp_path / "out/dashboards/crosshub.yaml")["providers"]
    assert (source["url"], source["jsonData"]["timeInterval"]) == ("http://here", "15s")
    assert "$__file{/run/token}" in source["secureJsonData"]["httpHeaderValue1"]
    assert providers[0]["options"]["path"] == "/srv/grafana/dashboards/crosshub-folder-hubs"
    assert list((tmp_path / "out").rglob("people.json"))


def test_an_interval_that_is_none_is_refused(tmp_path: Path) -> None:
    result = rendered(tmp_path, "--interval", "often")

    assert "--interval often is no duration such as 30s" in str(result.exception)
    assert list(tmp_path.iterdir()) == []


def test_crosshub_can_be_a_contact_point_of_grafanas_own_alerts(tmp_path: Path) -> None:
    rendered(tmp_path, "--contact-point", "--url", "http://crosshub:9099")

    (point,) = read(tmp_path / "alerting/crosshub.yaml")["contactPoints"]
    (receiver,) = point["receivers"]
    assert receiver["type"] == "webhook"
    assert receiver["settings"]["url"] == "http://crosshub:9099/api/crosshub/alertmanager"


def test_config_maps_hold_one_dashboard_each_and_fit(tmp_path: Path) -> None:
    rendered(tmp_path, "--as", "configmaps")

    found = [read(file) for file in tmp_path.glob("*.yaml")]
    boards = [each for each in found if each["metadata"]["labels"].get("grafana_dashboard") == "1"]
    assert {each["metadata"]["name"] for each in boards} == {board(name)["uid"] for name in NAMES}
    assert all(len(each["data"]) == 1 for each in boards)
    assert all(len(str(each)) < 2**20 for each in found)
    assert {each["metadata"]["annotations"]["grafana_folder"] for each in boards} == {"Crosshub", "Crosshub: people"}


def test_objects_of_kubernetes_are_not_written_among_grafanas_own_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    CliRunner().invoke(cli, ["grafana", "render", "--as", "operator"])

    assert [each.name for each in tmp_path.iterdir()] == ["operator"]


def test_the_operator_is_given_data_sources_folders_and_dashboards(tmp_path: Path) -> None:
    rendered(tmp_path, "--as", "operator")

    found = [read(file) for file in tmp_path.glob("*.yaml")]
    kinds = {
        kind: [each for each in found if each["kind"] == kind]
        for kind in ("GrafanaDatasource", "GrafanaFolder", "GrafanaDashboard")
    }
    (source,) = kinds["GrafanaDatasource"]
    folders = {each["metadata"]["name"] for each in kinds["GrafanaFolder"]}
    assert sum(map(len, kinds.values())) == len(found)
    assert source["spec"]["valuesFrom"][0]["valueFrom"]["secretKeyRef"]["key"] == "token"
    # What is sent over the API, Grafana does not put its environment in.
    assert source["spec"]["datasource"]["url"] == "http://crosshub:9099"
    assert {each["spec"]["folderRef"] for each in kinds["GrafanaDashboard"]} == folders
    assert len(kinds["GrafanaDashboard"]) == len(NAMES)
