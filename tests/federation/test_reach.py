"""Each key that says how a cluster is reached has an effect on the wire."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from aggregator.clusters.secrets import Secret
from aggregator.clusters.values import Basic, Bearer, Prometheus, Tls
from aggregator.errors import ClusterFailed, FailureKind
from aggregator.federation.question import Answered
from tests.fakes.certificates import Authority
from tests.fakes.http import response, serving
from tests.fakes.misbehaving import ANSWER, always, folded
from tests.fakes.mutual_tls import server_for_clients
from tests.fakes.prometheus import fake_prometheus
from tests.fakes.proxies import http_proxy, socks_proxy
from tests.federation.asking import fleet_of, one, reached_at, reply_of

HIDDEN = "hunter2-Zq9"


def secret(folder: Path, text: str = HIDDEN) -> Secret:
    (folder / "secret").write_text(text)
    return Secret.in_file(folder / "secret")


async def test_url_may_have_a_path() -> None:
    async with fake_prometheus() as server:
        await reply_of(reached_at(server, "/monitoring/proxy"))

    assert server.requests[0].path == "/monitoring/proxy/api/v1/query"


async def test_basic_sends_user_and_password(tmp_path: Path) -> None:
    async with fake_prometheus() as server:
        await reply_of(reached_at(server, auth=Basic("crosshub", secret(tmp_path, "pässword"))))

    assert server.requests[0].headers["authorization"] == "Basic Y3Jvc3NodWI6cMOkc3N3b3Jk"


async def test_bearer_sends_the_token(tmp_path: Path) -> None:
    async with fake_prometheus() as server:
        await reply_of(reached_at(server, auth=Bearer(secret(tmp_path))))

    assert server.requests[0].headers["authorization"] == f"Bearer {HIDDEN}"


async def test_a_secret_that_changed_is_sent_from_the_next_question_on(tmp_path: Path) -> None:
    async with fake_prometheus() as server, fleet_of(reached_at(server, auth=Bearer(secret(tmp_path, "old")))) as fleet:
        await one(fleet)
        secret(tmp_path, "a new one")
        await one(fleet)

    assert [request.headers["authorization"] for request in server.requests] == ["Bearer old", "Bearer a new one"]


async def test_a_secret_that_is_gone_is_a_failure_that_names_its_file(tmp_path: Path) -> None:
    async with fake_prometheus() as server:
        reply = await reply_of(reached_at(server, auth=Bearer(Secret.in_file(tmp_path / "none", "secrets/none"))))

    reason = "its credentials cannot be read: secrets/none: No such file or directory"
    assert reply == ClusterFailed("lisbon", FailureKind.AUTH, reason)
    assert server.requests == []


@pytest.mark.parametrize(
    ("status", "credentials", "reason"),
    [
        (401, "basic", "401: user and password were refused"),
        (401, "bearer", "401: the token was refused"),
        (401, None, "401: it wants credentials, and has none configured"),
        (403, "basic", "403: user and password may not ask"),
        (403, "bearer", "403: the token may not ask"),
    ],
)
async def test_refused_credentials_are_named_and_not_shown(
    status: int, credentials: str | None, reason: str, tmp_path: Path
) -> None:
    shown = {"basic": Basic("crosshub", secret(tmp_path)), "bearer": Bearer(secret(tmp_path)), None: None}[credentials]
    async with serving(always(response(status, b""))) as server:
        reply = await reply_of(reached_at(server, auth=shown))

    assert reply == ClusterFailed("lisbon", FailureKind.AUTH, reason)


async def test_headers_are_sent_along() -> None:
    async with fake_prometheus() as server:
        await reply_of(reached_at(server, headers=(("X-Scope-OrgID", "lisbon"),)))

    assert server.requests[0].headers["x-scope-orgid"] == "lisbon"


async def test_a_header_that_crosshub_sets_itself_is_not_sent_twice(tmp_path: Path) -> None:
    headers = (("authorization", "Bearer other"), ("accept-encoding", "br"))
    async with fake_prometheus() as server:
        await reply_of(reached_at(server, headers=headers, auth=Bearer(secret(tmp_path))))

    (request,) = server.requests
    assert (request.headers["authorization"], request.headers["accept-encoding"]) == (f"Bearer {HIDDEN}", "identity")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://a..b:9095", "its name does not resolve"),
        ("http://prometheus-ü.invalid:9095", "its name does not resolve"),
        ("http://300.1.1.1:9095", "its name does not resolve"),
    ],
)
async def test_an_odd_url_is_a_failure_as_any_other(url: str, reason: str) -> None:
    assert await reply_of(Prometheus((url,))) == ClusterFailed("lisbon", FailureKind.CONNECT, reason)


async def test_ca_file_is_what_a_server_is_known_by(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    async with fake_prometheus(tls=authority.server()) as server:
        trusting = await reply_of(reached_at(server, tls=Tls(ca_file=authority.file)))
        without = await reply_of(reached_at(server))

    assert isinstance(trusting, Answered)
    assert without == ClusterFailed("lisbon", FailureKind.TLS, "its certificate is signed by an unknown CA")


async def test_a_server_that_goes_by_another_name_is_not_trusted(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    async with fake_prometheus(tls=authority.server("prometheus.oslo.example.org")) as server:
        reply = await reply_of(reached_at(server, tls=Tls(ca_file=authority.file)))

    assert reply == ClusterFailed("lisbon", FailureKind.TLS, "its certificate is for another address")


async def test_verify_false_trusts_anybody(tmp_path: Path) -> None:
    async with fake_prometheus(tls=Authority(tmp_path).server("elsewhere", expired=True)) as server:
        reply = await reply_of(reached_at(server, tls=Tls(verify=False)))

    assert isinstance(reply, Answered)


async def test_cert_file_and_key_file_are_shown_to_a_server_that_asks(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    pair = authority.client()
    with server_for_clients(authority.server_for_clients()) as url:
        known = await reply_of(Prometheus((url,), tls=Tls(authority.file, pair.cert, pair.key)))
        unknown = await reply_of(Prometheus((url,), tls=Tls(authority.file)))

    assert isinstance(known, Answered)
    reason = "it broke off the TLS handshake; it may want a client certificate"
    assert unknown == ClusterFailed("lisbon", FailureKind.TLS, reason)


async def test_a_certificate_that_was_renewed_is_shown_from_the_next_connection_on(tmp_path: Path) -> None:
    authority, stranger = Authority(tmp_path), Authority(tmp_path, "stranger")
    pair = stranger.client()
    with server_for_clients(authority.server_for_clients()) as url:
        async with fleet_of(Prometheus((url,), tls=Tls(authority.file, pair.cert, pair.key))) as fleet:
            before = await one(fleet)
            authority.issue("crosshub", pair)
            after = await one(fleet)

    reason = "it refused the client certificate: it does not know its CA"
    assert before == ClusterFailed("lisbon", FailureKind.TLS, reason)
    assert isinstance(after, Answered)


async def test_a_certificate_that_is_half_written_leaves_the_one_before_in_use(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    pair = authority.client()
    with server_for_clients(authority.server_for_clients()) as url:
        async with fleet_of(Prometheus((url,), tls=Tls(authority.file, pair.cert, pair.key))) as fleet:
            await one(fleet)
            pair.key.write_text("-----BEGIN")
            reply = await one(fleet)

    assert isinstance(reply, Answered)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda file: Tls(ca_file=file), "{file} holds no usable CA"),
        (lambda file: Tls(cert_file=file), "{file} and its key are no usable client certificate"),
    ],
)
async def test_a_tls_file_that_cannot_be_used_is_named(
    wrong: Callable[[Path], Tls], words: str, tmp_path: Path
) -> None:
    file = tmp_path / "wrong.pem"
    file.write_text("nonsense")
    async with fake_prometheus(tls=Authority(tmp_path).server()) as server:
        reply = await reply_of(reached_at(server, tls=wrong(file)))

    assert reply == ClusterFailed("lisbon", FailureKind.TLS, words.format(file=file))


async def test_a_server_that_speaks_no_tls_is_said_to() -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(response(400, b"Client sent something odd"))
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        reply = await reply_of(Prometheus((f"https://127.0.0.1:{port}",)))

    assert reply == ClusterFailed("lisbon", FailureKind.TLS, "it does not speak TLS")


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_socks_proxy_is_gone_through_and_resolves_the_names(scheme: str, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    tls = authority.server("prometheus.lisbon.internal") if scheme == "https" else None
    async with (
        fake_prometheus(tls=tls) as server,
        socks_proxy({"prometheus.lisbon.internal": ("127.0.0.1", server.port)}) as proxy,
    ):
        prometheus = Prometheus(
            (f"{scheme}://prometheus.lisbon.internal:9095",),
            proxy=f"socks5://127.0.0.1:{proxy.port}",
            tls=Tls(ca_file=authority.file),
        )
        reply = await reply_of(prometheus)

    assert isinstance(reply, Answered)
    assert proxy.destinations == ["prometheus.lisbon.internal:9095"]


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_an_http_proxy_is_gone_through(scheme: str, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    tls = authority.server("prometheus.lisbon.internal") if scheme == "https" else None
    async with (
        fake_prometheus(tls=tls) as server,
        http_proxy({"prometheus.lisbon.internal": ("127.0.0.1", server.port)}) as proxy,
    ):
        prometheus = Prometheus(
            (f"{scheme}://prometheus.lisbon.internal:9095",),
            proxy=f"http://127.0.0.1:{proxy.port}",
            tls=Tls(ca_file=authority.file),
        )
        reply = await reply_of(prometheus)

    assert isinstance(reply, Answered)
    assert proxy.destinations == ["prometheus.lisbon.internal:9095"]


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_a_proxy_that_is_not_there_is_blamed(scheme: str) -> None:
    async with fake_prometheus() as server:
        reply = await reply_of(reached_at(server, proxy=f"{scheme}://127.0.0.1:1"))

    assert reply == ClusterFailed("lisbon", FailureKind.CONNECT, "its proxy cannot be reached")


async def test_a_proxy_of_the_environment_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with fake_prometheus() as server:
        reply = await reply_of(reached_at(server))

    assert isinstance(reply, Answered)


@pytest.mark.parametrize(
    ("encoding", "host", "asked_for"),
    [
        ("auto", "127.0.0.1", "identity"),
        ("auto", "localhost", "identity"),
        ("identity", "127.0.0.1", "identity"),
        ("gzip", "127.0.0.1", "gzip"),
    ],
)
async def test_encoding_is_what_a_cluster_is_asked_to_send(encoding: str, host: str, asked_for: str) -> None:
    async with fake_prometheus() as server:
        prometheus = Prometheus((server.url.replace("127.0.0.1", host),), encoding=encoding)  # type: ignore[arg-type]
        await reply_of(prometheus)

    assert server.requests[0].headers["accept-encoding"] == asked_for


async def test_what_comes_behind_a_proxy_is_asked_for_in_gzip() -> None:
    async with fake_prometheus() as server, http_proxy() as proxy:
        await reply_of(reached_at(server, proxy=f"http://127.0.0.1:{proxy.port}"))

    assert server.requests[0].headers["accept-encoding"] == "gzip"


async def test_an_answer_in_gzip_is_unfolded() -> None:
    async with serving(always(response(200, folded(ANSWER), Content_Encoding="gzip"))) as server:
        reply = await reply_of(reached_at(server))

    assert reply == Answered("lisbon", {"resultType": "vector", "result": []})


async def test_an_encoding_nobody_asked_for_is_a_failure() -> None:
    async with serving(always(response(200, ANSWER, Content_Encoding="br"))) as server:
        reply = await reply_of(reached_at(server))

    reason = "its answer is in an encoding nobody asked for"
    assert reply == ClusterFailed("lisbon", FailureKind.NOT_PROMETHEUS, reason)


async def test_cookies_are_not_kept() -> None:
    async with fake_prometheus(headers={"Set-Cookie": "session=1"}) as server, fleet_of(reached_at(server)) as fleet:
        await one(fleet)
        await one(fleet)

    assert "cookie" not in server.requests[1].headers
    assert server.connections == 1
