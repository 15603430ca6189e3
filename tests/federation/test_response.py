"""A response put together from its bytes, however they are cut."""

import gc
import weakref
from collections.abc import Sequence

import pytest

from aggregator.federation.body import Broken, TooLarge
from aggregator.federation.response import LARGEST_ERROR, Incoming, NotHttp, Received, UnknownEncoding
from tests.fakes.http import response
from tests.fakes.misbehaving import folded

BODY = b'{"status":"success"}'
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n"
    + BODY[:5]
    + b"\r\nf\r\n"
    + BODY[5:]
    + b"\r\n0\r\n\r\n"
)
CONTINUED = b"HTTP/1.1 100 Continue\r\n\r\n" + response(200, BODY)
HINTED = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + response(200, BODY)
UNTIL_END = b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n" + BODY


def fed(pieces: Sequence[bytes], largest: int = 1000) -> tuple[Incoming, bool]:
    """A response fed with the pieces one after the other, and whether it was whole with the last of them."""
    incoming = Incoming(largest)
    return incoming, [incoming.feed(piece) for piece in pieces][-1]


@pytest.mark.parametrize(
    "data",
    [response(200, BODY), response(200, folded(BODY), Content_Encoding="gzip"), CHUNKED, CONTINUED, HINTED],
    ids=["length", "gzip", "chunked", "100 before it", "103 before it"],
)
def test_a_response_is_the_same_wherever_its_bytes_are_cut(data: bytes) -> None:
    cuts = [fed([data[:at], data[at:]]) for at in range(1, len(data))]

    assert {(incoming.received().status, incoming.received().body, whole) for incoming, whole in cuts} == {
        (200, BODY, True)
    }


def test_the_size_is_that_of_the_bytes_that_travelled() -> None:
    incoming, _ = fed([response(200, folded(BODY * 50), Content_Encoding="gzip")], largest=10_000)

    assert incoming.received() == Received(200, BODY * 50, len(folded(BODY * 50)), "")


@pytest.mark.parametrize(
    ("data", "stays"),
    [
        (response(200, BODY), True),
        (response(200, BODY, Connection="close"), False),
        (response(200, BODY).replace(b"HTTP/1.1", b"HTTP/1.0"), False),
        (response(200, BODY, Connection="keep-alive").replace(b"HTTP/1.1", b"HTTP/1.0"), True),
        (CHUNKED, True),
    ],
)
def test_a_connection_stays_open_when_the_server_says_so(data: bytes, *, stays: bool) -> None:
    incoming, _ = fed([data])

    assert incoming.leaves_open is stays


def test_without_a_length_the_end_of_the_connection_is_the_end_of_the_body() -> None:
    incoming, whole = fed([UNTIL_END])

    assert (whole, incoming.end(), incoming.received().body, incoming.leaves_open) == (False, True, BODY, False)


@pytest.mark.parametrize("data", [response(200, BODY)[:-1], CHUNKED[:-5], response(200, BODY)[:20]])
def test_with_a_length_the_end_of_the_connection_is_an_end_too_soon(data: bytes) -> None:
    incoming, _ = fed([data])

    assert not incoming.end()


def test_a_response_that_was_read_holds_nothing_of_its_body() -> None:
    incoming, _ = fed([response(200, bytes(1000))])
    incoming.forget()
    there = weakref.ref(incoming)
    gc.disable()
    try:
        del incoming
        assert there() is None
    finally:
        gc.enable()


def test_a_redirect_tells_where_it_points() -> None:
    incoming, _ = fed([response(302, b"", Location="https://sso.example.org/")])

    assert incoming.received().location == "https://sso.example.org/"


def test_an_error_that_is_too_long_is_an_error_without_words() -> None:
    incoming, whole = fed([response(500, bytes(LARGEST_ERROR + 1))])

    assert (whole, incoming.received().status, incoming.received().body) == (True, 500, b"")
    assert not incoming.leaves_open


@pytest.mark.parametrize(
    ("data", "trouble"),
    [
        (b"220 mail.example.org ESMTP\r\n", NotHttp),
        (response(200, BODY) + b"more", NotHttp),
        (response(200, BODY) * 2, NotHttp),
        (response(200, BODY, Content_Length="twelve"), NotHttp),
        (response(200, BODY, Content_Encoding="br"), UnknownEncoding),
        (response(200, BODY, Content_Encoding="gzip"), Broken),
        (response(200, bytes(1001)), TooLarge),
        (CHUNKED[: CHUNKED.index(b"5\r\n")] + b"7d1\r\n" + bytes(2001), TooLarge),
    ],
)
def test_what_cannot_be_taken_is_said_as_soon_as_it_shows(data: bytes, trouble: type[Exception]) -> None:
    with pytest.raises(trouble):
        fed([data])
