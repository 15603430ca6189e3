"""`crosshub check`, run as people run it."""

import asyncio
import os
import shutil
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import orjson
import pytest

from aggregator.demo.servers import Wanted, backfill, running
from tests.config.written import EXAMPLE, LISBON, write
from tests.fakes.http import FakeServer, Request, response, send, serving

CROSSHUB = str(Path(sys.executable).parent / "crosshub")

KUBE = 'kube_pod_status_phase 1\nkube_pod_labels{label_app="jupyterhub",label_component="hub"} 1\nkube_node_labels 1\n'
WHOLE = (
    'jupyterhub_running_servers{namespace="prod"} 3\njupyterhub_running_servers{namespace="staff"} 0\n'
    "container_cpu_usage_seconds_total 1\nnode_cpu_seconds_total 1\ndirsize_total_size_bytes 1\n"
    'kube_pod_annotations{cluster="blue"} 1\n' + KUBE
)


async def crosshub(*arguments: str, env: Mapping[str, str] | None = None) -> tuple[int, str, str]:
    """Exit code, output and errors."""
    process = await asyncio.create_subprocess_exec(
        CROSSHUB, *arguments, stdout=-1, stderr=-1, env={**os.environ, **(env or {})}
    )
    output, errors = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    return process.returncode, output.decode(), errors.decode()


def started_with(samples: str, directory: Path) -> Wanted:
    """A Prometheus that scraped these samples just now."""
    now = time.time()
    lines = [f"{line} {now - ago:.3f}\n" for line in samples.splitlines() for ago in (60, 0)]
    directory.mkdir()
    (directory / "samples").write_text("".join(lines) + "# EOF\n")
    wanted = Wanted(name=directory.name, directory=directory)
    backfill(directory / "samples", wanted.data)
    return wanted


@asynccontextmanager
async def prometheus(version: str, *, ahead: float = 0, hubs: Sequence[str] = ()) -> AsyncIterator[FakeServer]:
    """A Prometheus of that version whose clock is ahead, with hubs in these namespaces and nothing else."""

    async def behave(request: Request, writer: asyncio.StreamWriter) -> None:
        match request.path.removeprefix("/api/v1/"), request.form.get("query"):
            case "status/buildinfo", _:
                data: object = {"version": version}
            case "query", ["time()"]:
                data = {"resultType": "scalar", "result": [time.time(), str(time.time() + ahead)]}
            case "query", [query] if "by (namespace)" in query:
                data = {"resultType": "vector", "result": [{"metric": {"namespace": hub}} for hub in hubs]}
            case "query", _:
                data = {"resultType": "vector", "result": []}
            case _:
                data = []
        await send(writer, response(200, orjson.dumps({"status": "success", "data": data})))

    async with serving(behave) as server:
        yield server


@asynccontextmanager
async def answering(status: int, path: str = "", body: bytes = b"") -> AsyncIterator[FakeServer]:
    """A server with one answer, 404 to everything else when there is a path."""

    async def behave(request: Request, writer: asyncio.StreamWriter) -> None:
        known = request.path == path or not path
        await send(writer, response(status if known else 404, body if known else b""))

    async with serving(behave) as server:
        yield server


async def test_check_counts_what_there_is(tmp_path: Path) -> None:
    file = write(tmp_path, EXAMPLE.read_text())
    shutil.copytree(EXAMPLE.parents[1] / "alerts", tmp_path / "alerts")

    code, output, errors = await crosshub("--config", str(file), "check")

    counts, *notes = output.splitlines()
    assert (code, counts, errors) == (0, f"{file}: 1 cluster, 1 hub, 1 community, no faults", "")
    assert [note.partition(": links")[0] for note in notes] == ["note: external_url is http://127.0.0.1:9099"]


async def test_rules_with_a_fault_are_a_fault_as_well(tmp_path: Path) -> None:
    file = write(tmp_path, LISBON + "rules: [rules.yaml]\n")

    code, _, errors = await crosshub("--config", str(file), "check")

    assert (code, errors) == (2, f"rules: no file fits {tmp_path}/rules.yaml\n")


async def test_faults_go_to_standard_error_with_code_2_and_no_traceback(tmp_path: Path) -> None:
    file = write(tmp_path, LISBON + "databse: x\n")

    code, output, errors = await crosshub("--config", str(file), "check", "--connect")

    assert (code, output) == (2, "")
    assert errors == f'{file} has 1 fault:\n  line 4  unknown key "databse"; did you mean "database"?\n'


async def test_the_environment_says_which_file(tmp_path: Path) -> None:
    file = write(tmp_path, LISBON)

    code, output, _ = await crosshub("check", env={"CROSSHUB_CONFIG": str(file)})

    assert (code, output) == (0, f"{file}: 1 cluster, 0 hubs, 0 communities, no faults\n")


async def test_a_fault_in_the_environment_is_code_2_as_well(tmp_path: Path) -> None:
    code, _, errors = await crosshub("--config", str(write(tmp_path, LISBON)), "check", env={"CROSSHUB_LISTEN": "x"})

    assert (code, errors) == (2, "CROSSHUB_LISTEN: is not host and port such as 127.0.0.1:9099\n")


async def test_connect_says_of_a_real_prometheus_what_it_has_and_lacks(tmp_path: Path) -> None:
    with running([started_with(WHOLE, tmp_path / "lisbon"), started_with("up 1\n", tmp_path / "oslo")]) as servers:
        lisbon, oslo = servers
        clusters = [{"name": each.name, "prometheus": {"url": each.url}} for each in (lisbon, oslo)]
        file = write(tmp_path, orjson.dumps({"clusters": clusters}).decode())

        code, output, errors = await crosshub("--config", str(file), "check", "--connect")

    # Columns are as wide as what stands in them, and that is a number of milliseconds.
    title, first, second, last = (" ".join(line.split()) for line in output.splitlines())
    assert (code, errors, title) == (0, "", "clusters (2)")
    assert first.split()[:4] == ["lisbon", "ok", "Prometheus", _version(first)]
    assert first.endswith(
        " ms 2 hubs lacks: groups exporter; "
        "some series already carry the label cluster; the name of the cluster takes its place"
    )
    assert " ms 0 hubs lacks: JupyterHub metrics, groups exporter, home directory sizes, " in second
    assert second.endswith("node exporter, kube-state-metrics")
    assert last == "All 2 clusters answer."


def _version(row: str) -> str:
    version = row.split()[3]
    assert version[0].isdigit()
    return version


async def test_connect_says_why_a_cluster_fails_and_where_its_secret_stands(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hunter2")
    auth = "auth: {basic: {username: u, password_file: secret}}"
    async with answering(401) as oslo, prometheus("0.36.1", ahead=3.2, hubs=["prod"]) as quito:
        file = write(
            tmp_path,
            f"clusters:\n  - {{name: oslo, prometheus: {{url: '{oslo.url}', {auth}}}}}\n"
            f"  - {{name: quito, prometheus: {{url: '{quito.url}'}}}}\n"
            "communities: [{name: lisbon, draft: true}]\n",
        )

        code, output, errors = await crosshub("--config", str(file), "check", "--connect")

    lines = output.splitlines()
    assert (code, errors) == (1, "")
    assert lines[4].startswith('note: the reports of "lisbon" are drafts and reach nobody')
    assert lines[1] == "  oslo    FAILS   401: user and password were refused (secret)"
    assert lines[2].startswith("  quito   ok      Thanos 0.36.1   answered in ")
    assert " 1 hub " in lines[2]
    assert lines[2].endswith("; clock 3 s ahead")
    assert lines[3] == "1 of 2 clusters cannot be asked. Answers will be partial."


async def test_connect_says_of_hubs_their_version_and_policy(tmp_path: Path) -> None:
    async with (
        prometheus("2.42.0", hubs=["prod", "geo", "down"]) as cluster,
        answering(200, "/base/hub/api/", b'{"version": "5.4.6"}') as hub,
        answering(502) as down,
    ):
        file = write(
            tmp_path,
            f"clusters:\n  - name: lisbon\n    prometheus: {{url: '{cluster.url}'}}\n    hubs:\n"
            f"      - {{name: prod, url: '{hub.url}/base', access: {{policy: closed, review_by: 2999-01-01}}}}\n"
            f"      - {{name: geo, access: {{policy: open, review_by: 2020-01-01}}}}\n"
            f"      - {{name: staff}}\n"
            f"      - {{name: down, url: '{down.url}', access: {{policy: closed}}}}\n"
            f"      - {{name: nowhere, url: 'http://☃..net'}}\n",
        )

        code, output, _ = await crosshub("--config", str(file), "check", "--connect")

    assert code == 1
    assert output.splitlines()[2:] == [
        "hubs (5)",
        "  lisbon/prod      ok      JupyterHub 5.4.6   policy closed, to be reviewed by 2999-01-01",
        "  lisbon/geo       ?                          policy open, its review was due on 2020-01-01",
        "  lisbon/staff     ?                          no access policy declared; no JupyterHub metrics in namespace staff",
        "  lisbon/down      FAILS                      its API answers 502; policy closed",
        "  lisbon/nowhere   FAILS                      its address is none that can be asked; no access policy declared; no JupyterHub metrics in namespace nowhere",
        "The cluster answers. 2 of 5 hubs cannot be asked.",
    ]


async def test_what_a_hub_or_a_cluster_says_of_itself_is_not_believed_blindly(tmp_path: Path) -> None:
    async with (
        prometheus("[red]\x1b[31m") as cluster,
        answering(200, "/hub/api/", b'{"version": "\\u001b[31m"}') as hub,
    ):
        file = write(
            tmp_path,
            f"clusters:\n  - name: lisbon\n    prometheus: {{url: '{cluster.url}'}}\n"
            f"    hubs: [{{name: prod, url: '{hub.url}'}}]\n",
        )

        _, output, _ = await crosshub("--config", str(file), "check", "--connect")

    assert "Prometheus of unknown version" in output
    assert "what answers at its address is no JupyterHub" in output
    assert "\x1b" not in output


@pytest.mark.parametrize(
    ("clock", "words"),
    [
        (b'"NaN"', "Prometheus of unknown version   answered in"),
        (b'"soon"', "FAILS   what it answers is not Prometheus' JSON but something else"),
    ],
)
async def test_a_cluster_that_answers_only_the_time_is_told_as_far_as_it_is_seen(
    tmp_path: Path, clock: bytes, words: str
) -> None:
    body = b'{"status": "success", "data": {"resultType": "scalar", "result": [1, ' + clock + b"]}}"
    async with answering(200, "/api/v1/query", body) as cluster:
        file = write(tmp_path, f"clusters: [{{name: a, prometheus: {{url: '{cluster.url}'}}}}]\n")

        _, output, errors = await crosshub("--config", str(file), "check", "--connect")

    assert errors == ""
    assert words in output
    assert "answered in" not in output or "could not look further: " in output


@pytest.mark.parametrize("arguments", [["--help"], ["check", "--help"], ["--version"]])
async def test_help_and_version_need_no_configuration(arguments: list[str]) -> None:
    code, output, errors = await crosshub(*arguments)

    assert (code, errors) == (0, "")
    assert "crosshub" in output
