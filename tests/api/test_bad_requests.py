"""Two thousand requests that nobody should send: odd encodings, impossible times, huge ranges. None of them is a 500."""

import http.client
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, quote_plus, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.running import running_over
from tests.fakes.prometheus import fake_prometheus

FORM = "application/x-www-form-urlencoded"
ENDPOINTS = (
    "query query query query_range query_range query_range series series labels label/job/values label/cluster/values metadata query_exemplars rules alerts targets "
    "status/buildinfo format_query parse_query"
).split()
NAMES = (
    "query time start end step timeout limit match[] stats lookback_delta partial_response explain metric type state "
    "limit_per_metric rule_name[] file[] exclude_alerts dedup"
).split()

TIMES = st.sampled_from(
    "0 1 -1 1700000000 1767580000 1767580000.5 1e9 1e15 -1e15 1e300 1e400 NaN Inf -Inf 0x1p62 9223372036854775807 "
    "-9223372036854775808 92233720368547758070 1795372337534 2026-01-05T03:00:00Z 0000-01-01T00:00:00Z "
    "9999-12-31T23:59:59.999999999Z 2026-01-05T03:00:00+23:59 -292273086-05-16T16:47:06Z 1_000 1__0 ٣ １ 1m -5m".split()
)
STEPS = st.sampled_from(
    "0 -1 1 15 60 1e-10 0.0001 0.001 1e12 1e18 NaN Inf 1m 1h30m 999999999y 1ms 5 -1s 1d 1w1d".split()
)
QUERIES = st.sampled_from(
    [
        "",
        " ",
        "up",
        "1",
        "time()",
        '"text"',
        "up[5m]",
        "up{",
        "up)",
        "((((((((((1))))))))))",
        "(" * 200,
        "1" + "+1" * 1500,
        "-" * 300 + "1",
        "sum(up) by (cluster",
        'up{cluster=~"("}',
        'up{cluster=~"a{1001}"}',
        'up{job=~"(?<"}',
        "up offset 99999999999y",
        "up @ 1e300",
        "up @ -1e300",
        "up @ NaN",
        "max_over_time(sum(up)[1d:1m])",
        "max_over_time(sum(up)[1000y:1ms])",
        "count_over_time(vector(1)[200y:1ms])",
        "sum_over_time(avg(up)[1d:1ms])",
        "max_over_time(up[1000y])",
        "topk(1e300, up)",
        "topk(NaN, up)",
        "quantile(Inf, up)",
        'count_values("", up)',
        'label_replace(up, "a b", "$1", "job", "(.*)")',
        "vector(1) / vector(0)",
        "year(vector(1e300))",
        "timestamp(vector(-1e300))",
        "`raw",
        "up #comment",
        "up{a='\\xff'}",
        "\x00",
        "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
        "up " * 100,
        "a" * 3_000,
    ]
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
VALUES = st.one_of(QUERIES, TIMES, STEPS, TEXTS, st.sampled_from(["true", "false", "maybe", "all", "-1", "1e3", "0"]))

BY_NAME = {"query": QUERIES, "match[]": QUERIES, "time": TIMES, "start": TIMES, "end": TIMES, "step": STEPS}
PAIRS = st.sampled_from(NAMES).flatmap(
    lambda name: st.tuples(st.just(name), st.one_of(BY_NAME.get(name, VALUES), VALUES))
)
WHOLE_RANGES = st.tuples(QUERIES, TIMES, TIMES, STEPS).map(
    lambda parts: list(zip(("query", "start", "end", "step"), parts, strict=True))
)
PARAMETERS = st.one_of(st.lists(PAIRS, max_size=6), WHOLE_RANGES, st.lists(st.tuples(TEXTS, VALUES), max_size=3))

# What a client may do to a text on its way.
ENCODINGS = st.sampled_from(
    [
        quote_plus,
        quote,
        lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
        lambda text: quote_plus(text.encode("utf-16-le")),
        lambda text: quote_plus(text.encode("latin-1", "replace") + b"\xff"),
        lambda text: quote_plus(text) + "%00",
        lambda text: quote_plus(text) + "%zz%",
        lambda text: quote_plus(text) + ";",
        lambda text: quote_plus(quote_plus(text)),
        lambda text: "%c0%af" + quote_plus(text),
    ]
)
KINDS = st.sampled_from(
    [
        FORM,
        "application/x-www-form-urlencoded; charset=utf-16",
        "application/json",
        "multipart/form-data; boundary=x",
        "",
    ]
)
HEADERS = st.dictionaries(
    st.sampled_from(["Accept-Encoding", "FromAlert", "Accept", "X-Grafana-User"]),
    st.sampled_from(["gzip", "gzip;q=0", "br", "true", "*", "identity;q=0, gzip", "text/html", "é"]),
    max_size=2,
)


@pytest.fixture(scope="module")
def connection(crosshub: str) -> Iterator[http.client.HTTPConnection]:
    opened = http.client.HTTPConnection(urlsplit(crosshub).netloc, timeout=60)
    yield opened
    opened.close()


@dataclass(frozen=True)
class Sent:
    """A request, as it travels."""

    endpoint: str
    method: str
    in_url: list[tuple[str, str]]
    in_form: list[tuple[str, str]]
    encode: Callable[[str], str]
    kind: str
    headers: dict[str, str]

    def url(self) -> str:
        return f"/api/v1/{self.endpoint}?{self._encoded(self.in_url)}"

    def body(self) -> str | None:
        return self._encoded(self.in_form) if self.method == "POST" else None

    def all_headers(self) -> dict[str, str]:
        return {name: value.encode().decode("latin-1") for name, value in self.headers.items()} | {
            "Content-Type": self.kind
        }

    def _encoded(self, pairs: list[tuple[str, str]]) -> str:
        return "&".join(f"{self.encode(name)}={self.encode(value)}" for name, value in pairs)


REQUESTS = st.builds(
    Sent,
    endpoint=st.one_of(st.sampled_from(ENDPOINTS), TEXTS.map(lambda name: f"label/{quote(name, safe='')}/values")),
    method=st.sampled_from(["GET", "POST"]),
    in_url=PARAMETERS,
    in_form=PARAMETERS,
    encode=ENCODINGS,
    kind=KINDS,
    headers=HEADERS,
)


@settings(max_examples=2000, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(sent=REQUESTS)
def test_none_is_an_error_of_ours(connection: http.client.HTTPConnection, sent: Sent) -> None:
    connection.request(sent.method, sent.url(), sent.body(), sent.all_headers())
    response = connection.getresponse()
    told = response.read()

    assert response.status in {200, 400, 404, 405, 422, 503}, told
    if response.status not in {404, 405} and response.getheader("Content-Encoding") is None:
        envelope = json.loads(told)
        assert envelope["status"] == ("success" if response.status == 200 else "error")
        assert envelope.get("errorType") != "internal"


@pytest.mark.parametrize("size", [300_000, 11 * 2**20])
@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("query", "query"),
        ("series", "match[]"),
        ("query_exemplars", "query"),
        ("parse_query", "query"),
        ("format_query", "query"),
    ],
)
async def test_what_is_far_too_long_is_refused_and_passed_on_to_nobody(path: str, name: str, size: int) -> None:
    async with fake_prometheus() as lisbon, running_over(lisbon=lisbon) as client:
        response = await client.post(f"/api/v1/{path}", data={name: "a" * size})

    assert (response.status_code, response.json()["errorType"]) == (400, "bad_data")
    assert all(len(request.body) < 1000 for request in lisbon.requests)


def test_the_service_is_well_after_all_that(connection: http.client.HTTPConnection) -> None:
    connection.request("GET", "/api/v1/query?query=1%2B1")

    assert json.loads(connection.getresponse().read())["data"]["result"][1] == "2"
