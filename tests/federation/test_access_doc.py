"""The examples of docs/access.md, taken from the page and run against stand-ins on the loopback."""

import asyncio
import base64
import re
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from aggregator.clusters.config import load
from aggregator.clusters.values import Prometheus
from aggregator.demo.processes import held_port
from aggregator.errors import ClusterFailed, FailureKind
from aggregator.federation.question import Answered, Question
from tests.fakes.certificates import Authority
from tests.fakes.http import FakeServer, Request, response, send, serving
from tests.fakes.kubernetes import fake_api_server
from tests.fakes.mutual_tls import server_for_clients
from tests.fakes.prometheus import fake_prometheus, prometheus_answer
from tests.fakes.proxies import http_proxy, socks_proxy
from tests.federation.asking import fleet_of, read, reply_of, within

PAGE = Path(__file__).parents[2] / "docs" / "access.md"
INSIDE = "prometheus-server.monitoring.svc.cluster.local"
TOKEN = "a-token-of-a-service-account"
# As Prometheus has them: what may be long is posted, the rest can only be got.
POSTED = ("query", "query_range", "query_exemplars", "series", "labels", "format_query", "parse_query")
GOT = ("label/job/values", "metadata", "rules", "alerts", "targets", "status/buildinfo", "/federate")


def blocks(heading: str, first: str) -> list[str]:
    """The examples below a heading whose first line begins so."""
    section = re.split(r"^## ", PAGE.read_text(), flags=re.MULTILINE)
    (found,) = (text for text in section if text.startswith(heading + "\n"))
    return [text for text in re.findall(r"```yaml\n(.*?)```", found, re.DOTALL) if text.startswith("# " + first)]


def configured(folder: Path, example: str, **instead: str) -> Prometheus:
    """How the one cluster of an example is reached, once some of its addresses are replaced."""
    for old, new in instead.items():
        assert old in example
        example = example.replace(old, new)
    file = folder / "crosshub.yaml"
    file.write_text(example)
    return load(file).clusters[0].prometheus


def written(folder: Path, name: str, content: str | bytes) -> None:
    file = folder / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content)


@asynccontextmanager
async def fake_ingress(
    manifest: dict[str, Any], user: str, password: str, authority: Authority
) -> AsyncIterator[FakeServer]:
    """An ingress controller that does what the manifest says, in front of a Prometheus."""
    shown = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
    prefixes = [entry["path"] for rule in manifest["spec"]["rules"] for entry in rule["http"]["paths"]]

    async def behave(request: Request, writer: asyncio.StreamWriter) -> None:
        if not any(f"{request.path}/".startswith(f"{prefix}/") for prefix in prefixes):
            await send(writer, response(404, b"default backend - 404"))
        elif request.headers.get("authorization") != shown:
            await send(writer, response(401, b"<html>401 Authorization Required</html>"))
        else:
            await send(writer, response(200, prometheus_answer(request, 1)))

    async with serving(behave, authority.server()) as server:
        yield server


@contextmanager
def real_prometheus(folder: Path, web_config: str) -> Iterator[str]:
    """The URL of a Prometheus that was given this web configuration."""
    written(folder, "web.yml", web_config)
    written(folder, "prometheus.yml", "")
    command = ["prometheus", f"--config.file={folder}/prometheus.yml", f"--web.config.file={folder}/web.yml"]
    with held_port() as port:
        command += [f"--web.listen-address=127.0.0.1:{port}", f"--storage.tsdb.path={folder}/data"]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert process.stderr is not None
        try:
            assert any("ready to receive web requests" in line for line in process.stderr)
            yield f"https://127.0.0.1:{port}"
        finally:
            process.kill()
            process.communicate()


async def asked_everything(prometheus: Prometheus) -> list[object]:
    """The kinds of reply to each endpoint that Crosshub asks."""
    form = (("query", "up"), ("start", "1700000000"), ("end", "1700000060"), ("step", "60"))
    questions = [Question("lisbon", path, form, read) for path in POSTED]
    questions += [Question("lisbon", path, form, read, "GET") for path in GOT]
    async with fleet_of(prometheus) as fleet:
        return [type(reply) for reply in await fleet.ask(questions, within(5))]


async def test_the_ingress_lets_in_the_user_and_only_to_what_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (manifest,) = (yaml.safe_load(text) for text in blocks("Ingress with basic auth", "in the cluster"))
    (example,) = blocks("Ingress with basic auth", "crosshub.yaml")
    authority = Authority(tmp_path)
    # The example has a public certificate: here the CA of the test is the public one.
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    written(tmp_path, "secrets/lisbon.password", "a password\n")
    async with fake_ingress(manifest, "crosshub", "a password", authority) as server:
        prometheus = configured(tmp_path, example, **{"https://prometheus.lisbon.example.org": server.url})
        replies = await asked_everything(prometheus)
        elsewhere = await reply_of(prometheus, ("admin/tsdb/delete_series", ()))
        written(tmp_path, "secrets/lisbon.password", "another one\n")
        refused = await reply_of(prometheus)

    assert replies == [Answered] * len(POSTED + GOT)
    assert elsewhere == ClusterFailed(
        "lisbon", FailureKind.STATUS, "404: there is no /api/v1/admin/tsdb/delete_series at its url"
    )
    assert refused == ClusterFailed("lisbon", FailureKind.AUTH, "401: user and password were refused")


async def test_mutual_tls_lets_in_whoever_holds_the_certificate(tmp_path: Path) -> None:
    (example,) = blocks("Mutual TLS", "crosshub.yaml")
    authority = Authority(tmp_path, "lisbon-ca")
    authority.client("crosshub")
    with server_for_clients(authority.server_for_clients()) as url:
        reply = await reply_of(configured(tmp_path, example, **{"https://prometheus.lisbon.example.org:9443": url}))

    assert isinstance(reply, Answered)


async def test_prometheus_itself_asks_for_certificates_as_the_page_says(tmp_path: Path) -> None:
    (web_config,) = blocks("Mutual TLS", "in the cluster")
    (example,) = blocks("Mutual TLS", "crosshub.yaml")
    authority, crosshub_ca = Authority(tmp_path, "lisbon-ca"), Authority(tmp_path, "crosshub-ca")
    crosshub_ca.client("crosshub")
    authority.server_files(tmp_path, "server")
    with real_prometheus(tmp_path, web_config) as url:
        known = await reply_of(configured(tmp_path, example, **{"https://prometheus.lisbon.example.org:9443": url}))
        nobody = example.replace(", cert_file: crosshub.pem, key_file: crosshub.key", "")
        unknown = await reply_of(configured(tmp_path, nobody, **{"https://prometheus.lisbon.example.org:9443": url}))

    assert isinstance(known, Answered)
    assert unknown == ClusterFailed("lisbon", FailureKind.TLS, "it wants a client certificate that it trusts")


async def test_the_socks_proxy_leads_to_a_name_of_the_clusters_inside(tmp_path: Path) -> None:
    example, _ = blocks("A proxy", "crosshub.yaml")
    async with fake_prometheus() as server, socks_proxy({INSIDE: ("127.0.0.1", server.port)}) as proxy:
        reply = await reply_of(configured(tmp_path, example, **{"127.0.0.1:1080": f"127.0.0.1:{proxy.port}"}))

    assert isinstance(reply, Answered)
    assert proxy.destinations == [f"{INSIDE}:80"]


async def test_the_http_proxy_leads_there_too(tmp_path: Path) -> None:
    _, example = blocks("A proxy", "crosshub.yaml")
    async with fake_prometheus() as server, http_proxy({INSIDE: ("127.0.0.1", server.port)}) as proxy:
        instead = {"proxy.lisbon.example.org:3128": f"127.0.0.1:{proxy.port}"}
        reply = await reply_of(configured(tmp_path, example, **instead))

    assert isinstance(reply, Answered)
    assert proxy.destinations == [f"{INSIDE}:80"]


async def test_the_api_server_passes_on_what_the_role_allows_and_nothing_else(tmp_path: Path) -> None:
    (manifests,) = blocks("The Kubernetes API server", "in the cluster")
    (role,) = (each for each in yaml.safe_load_all(manifests) if each["kind"] == "Role")
    (example,) = blocks("The Kubernetes API server", "crosshub.yaml")
    authority = Authority(tmp_path, "lisbon-api-ca")
    written(tmp_path, "secrets/lisbon.token", TOKEN)
    async with fake_api_server(TOKEN, role, authority.server()) as server:
        instead = {"https://api.lisbon.example.org:6443": server.url}
        replies = await asked_everything(configured(tmp_path, example, **instead))
        other = await reply_of(configured(tmp_path, example, **instead, **{"prometheus-server:80": "grafana:80"}))
        written(tmp_path, "secrets/lisbon.token", "another token")
        stranger = await reply_of(configured(tmp_path, example, **instead))

    assert replies == [Answered] * len(POSTED + GOT)
    assert {request.method for request in server.requests} == {"GET", "POST"}
    assert isinstance(other, ClusterFailed)
    assert other.reason.startswith('403: the token may not ask: services "http:grafana:80" is forbidden')
    assert stranger == ClusterFailed("lisbon", FailureKind.AUTH, "401: the token was refused: Unauthorized")


def test_every_example_is_a_configuration_that_is_accepted(tmp_path: Path) -> None:
    examples = re.findall(r"```yaml\n(# crosshub\.yaml.*?)```", PAGE.read_text(), re.DOTALL)
    for name in ("lisbon-ca.pem", "crosshub.pem", "crosshub.key", "lisbon-api-ca.pem"):
        written(tmp_path, name, "")
    for name in ("secrets/lisbon.password", "secrets/lisbon.token"):
        written(tmp_path, name, "x")

    reached = [configured(tmp_path, example) for example in examples]

    assert len(reached) == 6
