"""Requests that are wrong, or nearly: the same status, kind and words as Prometheus 2.42 has for them."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from aggregator.api import errors
from aggregator.api.front import MOST_ASKED, in_front_of
from aggregator.telemetry import Telemetry
from tests.api.asking import asked

QUERY, RANGE, SERIES, LABELS = "/api/v1/query", "/api/v1/query_range", "/api/v1/series", "/api/v1/labels"
VALUES, EXEMPLARS = "/api/v1/label/job/values", "/api/v1/query_exemplars"

SAME = [
    # Instants: times.
    (QUERY, ""),
    (QUERY, "query="),
    (QUERY, "query=1&time=0"),
    (QUERY, "query=1&time=1.0005"),
    (QUERY, "query=1&time=1.23456"),
    (QUERY, "query=1&time=-1.5"),
    (QUERY, "query=1&time=-0.001"),
    (QUERY, "query=1&time=0x10p3"),
    (QUERY, "query=1&time=1_0"),
    (QUERY, "query=1&time=1e3"),
    (QUERY, "query=1&time=1e400"),
    (QUERY, "query=1&time=x"),
    (QUERY, "query=1&time=%22%5C%0A%C2%A0%F0%9F%90%BF"),
    (QUERY, "query=1&time=2020-01-01T00:00:00Z"),
    (QUERY, "query=1&time=2020-01-01T00:00:00.123456789Z"),
    (QUERY, "query=1&time=2020-01-01T00:00:00,5Z"),
    (QUERY, "query=1&time=2020-01-01T00:00:00%2B05:30"),
    (QUERY, "query=1&time=2020-01-01T00:00:00-05:30"),
    (QUERY, "query=1&time=2020-01-01T00:00:00+05:30"),
    (QUERY, "query=1&time=2020-02-30T00:00:00Z"),
    (QUERY, "query=1&time=2020-01-01t00:00:00z"),
    (QUERY, "query=1&time=2020-01-01"),
    (QUERY, "query=1&time=1969-12-31T23:59:59.5Z"),
    # Other parameters.
    (QUERY, "query=1&time=0&timeout=x"),
    (QUERY, "query=1&time=0&timeout=1ns"),
    (QUERY, "query=1&time=0&timeout=1e30"),
    (QUERY, "query=1&time=0&timeout=20s"),
    (QUERY, "query=1&time=0&unknown=1"),
    (QUERY, "query=up{&time=x&timeout=y"),
    (QUERY, "query=1&time=0&timeout=y"),
    # Encodings.
    (QUERY, "query=1&query=2&time=0"),
    (QUERY, "query=1;time=0"),
    (QUERY, "query=1%zz&time=0"),
    (QUERY, "query=1&time=0&x=%"),
    (QUERY, "query=%ff&time=0"),
    (QUERY, "query=%00&time=0"),
    (QUERY, "query=1%2B1&time=0"),
    (QUERY, "query=1+1&time=0"),
    (QUERY, "&&query=1&=&time=0&"),
    # Queries that do not parse, or are of the wrong type.
    (QUERY, "query=up{&time=0"),
    (QUERY, "query=sum(&time=0"),
    (QUERY, "query=nope(up)&time=0"),
    (QUERY, "query=rate(up)&time=0"),
    (QUERY, "query=up%2B%2B&time=0"),
    (QUERY, "query={}&time=0"),
    (QUERY, 'query={job=~".*"}&time=0'),
    (QUERY, 'query=up{job=~"("}&time=0'),
    (QUERY, 'query="a"&time=0'),
    (QUERY, "query=limitk(1,up)&time=0"),
    # Queries that cannot be executed.
    (QUERY, "query=up+*+on(job)+up&time=1767582000"),
    (QUERY, 'query=sum(up)+*+on()+up{cluster="oslo"}&time=1767582000'),
    (QUERY, 'query=label_replace(up,"instance","x","","")&time=1767582000'),
    (QUERY, 'query=label_replace(up,"a%20b","x","","")&time=1767582000'),
    (QUERY, 'query=count_values("a%20b",up)&time=1767582000'),
    # Ranges.
    (RANGE, ""),
    (RANGE, "query=1&start=1"),
    (RANGE, "query=1&start=1&end=0&step=x"),
    (RANGE, "query=1&start=1&end=2"),
    (RANGE, "query=1&start=1&end=2&step=0"),
    (RANGE, "query=1&start=1&end=2&step=-1"),
    (RANGE, "query=1&start=1&end=2&step=-1s"),
    (RANGE, "query=1&start=1&end=2&step=NaN"),
    (RANGE, "query=1&start=1&end=2&step=1e-10"),
    (RANGE, "query=1&start=1&end=2&step=0.0015"),
    (RANGE, "query=1&start=1&end=2&step=1m1m"),
    (RANGE, "query=1&start=1&end=2&step=1.5h"),
    (RANGE, "query=1&start=1&end=2&step=1h30m"),
    (RANGE, "query=1&start=1&end=2&step=999999999999y"),
    (RANGE, "query=1&start=0&end=20000&step=1"),
    (RANGE, "query=1&start=0&end=11001&step=1"),
    (RANGE, "query=1&start=0&end=1e15&step=1e12"),
    (RANGE, "query=time()&start=1.0004&end=3&step=1"),
    (RANGE, "query=1&start=1&end=2&step=1&timeout=x"),
    (RANGE, "query=up[5m]&start=1&end=2&step=1"),
    (RANGE, "query=up[5m:1m]&start=1&end=2&step=1"),
    (RANGE, 'query="a"&start=1&end=2&step=1'),
    (RANGE, "query=up{&start=1&end=2&step=1"),
    # Listings.
    (SERIES, ""),
    (SERIES, "match[]="),
    (SERIES, "match[]=up&start=x"),
    (SERIES, "match[]=up&end=x"),
    (SERIES, "match[]=up&start=2&end=1"),
    (SERIES, "match[]=up{"),
    (SERIES, "match[]={}"),
    (SERIES, 'match[]={job=~".*"}'),
    (SERIES, "match[]=up offset 5m"),
    (SERIES, "match[]=up @ 1"),
    (SERIES, "match[]=up[5m]"),
    (SERIES, "match[]=sum(up)"),
    (SERIES, "match[]=up%zz"),
    (SERIES, "match[]=up;a"),
    (LABELS, "match[]=up{"),
    (LABELS, "match[]={}"),
    (LABELS, "start=2&end=1"),
    (LABELS, "start=x"),
    (LABELS, "match[]=no_such_metric"),
    (VALUES, "match[]={}"),
    (VALUES, "end=x"),
    ("/api/v1/label/a.b/values", ""),
    ("/api/v1/label/0/values", ""),
    ("/api/v1/metadata", "limit=x"),
    ("/api/v1/metadata", "metric=no_such_metric"),
    (EXEMPLARS, ""),
    (EXEMPLARS, "query=test&start=x"),
    (EXEMPLARS, "query=test&start=2&end=1"),
    (EXEMPLARS, "query=te{"),
    (EXEMPLARS, "query=test&start=1795372337534&end=1795374137535"),
    ("/api/v1/rules", "type=x"),
    ("/api/v1/format_query", "query=sum("),
    ("/api/v1/format_query", "query=sum(foo) by(x)"),
]

DIFFERENT = [
    # Prometheus' integers overflow; ours stand still at the year 287396.
    (QUERY, "query=1&time=1e300", 200, ""),
    (QUERY, "query=1&time=NaN", 200, ""),
    (RANGE, "query=1&start=0&end=1e300&step=1", 400, "exceeded maximum resolution"),
    # 2.42 divides by zero, and says so.
    (RANGE, "query=1&start=1&end=2&step=0.0001", 400, "zero or negative query resolution step widths"),
    # 2.42 does not know these parameters; the words are those of 3.x.
    (QUERY, "query=1&lookback_delta=x", 400, 'error parsing lookback delta duration: cannot parse "x" to a valid'),
    (QUERY, "query=1&limit=x", 400, 'invalid parameter "limit": strconv.Atoi: parsing "x": invalid syntax'),
    (LABELS, "limit=-1", 400, 'invalid parameter "limit": limit must be non-negative'),
    # 2.42 is told of the end of time in its queue or behind it, as it happens.
    (QUERY, "query=1&timeout=0", 503, "query timed out in query execution"),
    (QUERY, "query=1&timeout=-1", 503, "query timed out in query execution"),
    # Ours.
    (QUERY, "query=1&partial_response=maybe", 400, 'invalid parameter "partial_response": "maybe" is neither'),
    (QUERY, "query=1&explain=maybe", 400, 'invalid parameter "explain": "maybe" is neither true nor false'),
    # Nothing to be found is no error.
    (EXEMPLARS, "query=1", 200, '"data":[]'),
]


@pytest.mark.parametrize(("path", "query"), SAME, ids=lambda text: text.removeprefix("/api/v1/"))
def test_the_answer_is_prometheus_own(crosshub: str, union: str, path: str, query: str) -> None:
    theirs = asked(union, path, query)

    ours = asked(crosshub, path, query)

    assert (ours.status_code, ours.json()) == (theirs.status_code, theirs.json())
    assert ours.headers["content-type"] == theirs.headers["content-type"]


@pytest.mark.parametrize(
    ("path", "query", "status", "words"), DIFFERENT, ids=lambda part: str(part).removeprefix("/api/v1/")
)
def test_where_the_answer_is_another_it_is_so_on_purpose(
    crosshub: str, path: str, query: str, status: int, words: str
) -> None:
    ours = asked(crosshub, path, query)

    assert ours.status_code == status
    assert words.replace('"', '\\"') in ours.text or words in ours.text


async def fails(_: Request) -> Response:
    raise RuntimeError("password=hunter2")


@pytest.mark.parametrize("behind", [True, False], ids=["behind all layers", "in front of them"])
async def test_what_nobody_foresaw_is_said_without_its_words(caplog: pytest.LogCaptureFixture, *, behind: bool) -> None:
    app, telemetry = Starlette(routes=[Route(path, fails) for path in MOST_ASKED]), Telemetry("test")
    errors.install(app, telemetry)
    asked = app if behind else in_front_of(app, errors.handlers(telemetry))

    transport = httpx.ASGITransport(asked, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://crosshub") as http:
        response = await http.get("/api/v1/query")

    assert (response.status_code, response.json()["errorType"]) == (500, "internal")
    assert "hunter2" not in response.text + caplog.text
    assert "GET /api/v1/query: RuntimeError" in caplog.text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused(crosshub: str, union: str, method: str) -> None:
    ours = asked(crosshub, QUERY, "query=1", method)

    assert ours.status_code == asked(union, QUERY, "query=1", method).status_code == 405
    assert ours.json() == {"status": "error", "errorType": "bad_data", "error": f"{method} {QUERY}: Method Not Allowed"}
    assert set(ours.headers["allow"].split(", ")) >= {"GET", "POST"}


def test_an_unknown_address_below_those_of_prometheus_is_an_error_in_its_form(crosshub: str) -> None:
    below, elsewhere = asked(crosshub, "/api/v1/nope"), asked(crosshub, "/nope")

    assert (below.status_code, elsewhere.status_code) == (404, 404)
    words = "GET /api/v1/nope: Not Found"
    assert below.json() == {"status": "error", "errorType": "not_found", "error": words}
    assert elsewhere.json() == {"detail": "Not Found"}
