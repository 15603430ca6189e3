"""A URL that a community gives leads to public addresses or nowhere."""

import ssl
from collections.abc import Sequence
from ipaddress import ip_address

import httpx
import pytest
import trustme

from aggregator.clusters.alerting import Receiver, Slack
from aggregator.delivery.public_addresses import NotPublic, PublicTransport, addresses_of, is_public, public_client
from aggregator.store.database import Database
from tests.delivery.making import delivering, secret
from tests.fakes.http import FakeServer
from tests.fakes.receiving import receiving
from tests.outbox.notices import enqueued, message, row_of, standing

HOSTILE = """
127.0.0.1 127.1.2.3 0.0.0.0 0.1.2.3 10.0.0.7 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 169.254.0.1 100.64.0.1
100.127.255.255 192.0.0.1 192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.1 192.88.99.1 224.0.0.1 239.255.255.255 240.0.0.1
255.255.255.255 100.100.100.200 ::1 :: fe80::1 fc00::1 fd00:ec2::254 fec0::1 ff02::1 ff0e::1 2001:db8::1 3fff::1 5f00::1 100::1
::ffff:127.0.0.1 ::ffff:8.8.8.8 ::127.0.0.1 ::8.8.8.8 ::ffff:0:127.0.0.1 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b::808:808
64:ff9b:1::7f00:1 2002:7f00:1:: 2002:a9fe:a9fe:: 2001:0:7f00:1:: 2001:10::1 fe80::1%eth0
""".split()
PUBLIC = (
    "1.1.1.1 8.8.8.8 54.192.1.1 100.63.255.255 100.128.0.1 172.32.0.1 2606:4700:4700::1111 2a00:1450:4001::1".split()
)
# Forms of loopback and of the metadata service that a resolver reads as addresses, and URLs that are none of ours.
URLS = """
https://2130706433/ https://0x7f000001/ https://0x7f.1/ https://0177.0.0.1/ https://017700000001/ https://127.1/ https://0/
https://127.0.0.1/ https://[::1]/ https://[::ffff:127.0.0.1]/ https://[::ffff:7f00:1]/ https://[64:ff9b::7f00:1]/
https://[2002:7f00:1::]/ https://169.254.169.254/latest/ https://0xa9fea9fe/ https://2852039166/ https://[fd00:ec2::254]/
https://localhost/ https://user:password@127.0.0.1/ https://127.0.0.1.:443/ https://127.0.0.1:22/ http://1.1.1.1/
https://1.1.1.1:8443/ https://１２７.0.0.1/ https://100.64.0.1/ https://224.0.0.1/ https://10.0.0.1/
""".split()


@pytest.mark.parametrize("address", HOSTILE)
def test_an_address_that_is_not_to_be_dialled(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_internet(address: str) -> None:
    assert is_public(ip_address(address))


class Nowhere(httpx.AsyncBaseTransport):
    """What would dial; nothing is to come here."""

    def __init__(self) -> None:
        self.dialled: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.dialled.append(str(request.url))
        return httpx.Response(200)


@pytest.mark.parametrize("url", URLS)
async def test_a_hostile_url_is_not_dialled(url: str) -> None:
    nowhere = Nowhere()

    async with public_client(PublicTransport(nowhere)) as http:
        with pytest.raises((NotPublic, httpx.InvalidURL, httpx.ConnectError)):
            await http.post(url)

    assert nowhere.dialled == []


@pytest.mark.parametrize(
    ("found", "dialled"),
    [
        (["1.1.1.1", "1.0.0.1"], ["https://1.1.1.1/x"]),
        (["1.1.1.1", "127.0.0.1"], []),
        (["2606:4700:4700::1111"], ["https://[2606:4700:4700::1111]/x"]),
        ([], []),
    ],
)
async def test_the_address_that_was_checked_is_the_one_that_is_dialled(found: list[str], dialled: list[str]) -> None:
    nowhere = Nowhere()

    async def resolve(host: str, port: int) -> Sequence[str]:
        return found

    transport = PublicTransport(nowhere, resolve)
    request = httpx.Request("POST", "https://hooks.example.org/x")
    try:
        await transport.handle_async_request(request)
    except (NotPublic, httpx.ConnectError):
        assert dialled == []

    assert nowhere.dialled == dialled


async def test_the_certificate_is_to_be_that_of_the_name() -> None:
    authority = trustme.CA()
    contexts = {name: ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) for name in ("hooks.example.org", "other.example.org")}
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    for name, context in contexts.items():
        authority.issue_cert(name).configure_cert(context)

    async def resolve(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    async def asked(server: FakeServer) -> httpx.Response:
        inner = httpx.AsyncHTTPTransport(trust_env=False, verify=trust)
        transport = PublicTransport(inner, resolve, lambda _: True, (server.port,))
        async with public_client(transport) as http:
            return await http.post(f"https://hooks.example.org:{server.port}/x")

    async with (
        receiving(tls=contexts["hooks.example.org"]) as right,
        receiving(tls=contexts["other.example.org"]) as wrong,
    ):
        answer = await asked(right)
        with pytest.raises(httpx.ConnectError, match=r"not valid for 'hooks\.example\.org'"):
            await asked(wrong)

    assert answer.status_code == 200
    assert right.requests[0].headers["host"] == f"hooks.example.org:{right.port}"
    assert wrong.requests == []


async def test_a_community_whose_webhook_is_not_public_is_switched_off(database: Database) -> None:
    async with receiving() as server, public_client() as http:
        theirs = Receiver("community/lisbon", Slack(webhook=secret(server.url.replace("http:", "https:"))))
        await enqueued(database, message("a", to="community/lisbon"))
        async with delivering(database, theirs, public_http=http) as delivery:
            await delivery.tick()

    assert server.connections == 0
    assert (await row_of(database, "a")).state == "pending"
    assert (await standing(database, "community/lisbon")).error == "its URL is not one of HTTPS on its usual port"


async def test_a_resolver_reads_odd_forms_of_an_address() -> None:
    assert await addresses_of("0x7f.1", 443) == await addresses_of("2130706433", 443) == ("127.0.0.1",)
