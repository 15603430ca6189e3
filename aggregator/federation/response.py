"""One response of HTTP/1.1, put together from its bytes as they come; what cannot be taken is found out on the way."""

import msgspec
from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from aggregator.federation.body import Body, Broken, Gzipped, Plain, TooLarge

LARGEST_ERROR = 1 << 20
READ = {b"content-length", b"content-encoding", b"transfer-encoding", b"location"}


class NotHttp(Exception):
    """What came is no response, or more than one."""


class UnknownEncoding(Exception):
    """The body is packed in a way that nobody asked for."""


UNREADABLE = (NotHttp, UnknownEncoding, Broken, TooLarge)


class Received(msgspec.Struct, frozen=True):
    """An answer of any status. `size` counts the bytes that travelled, `location` is where a redirect points."""

    status: int
    body: bytes
    size: int
    location: str


class Incoming:
    """What has come of one response.

    A body of a 200 may be as large as `largest`; of an error that is larger than LARGEST_ERROR nothing is kept.
    `size` counts the bytes of the body that travelled.
    """

    def __init__(self, largest: int) -> None:
        self.size = 0
        self.is_begun = False
        self._largest = largest
        self._parser: HttpResponseParser | None = HttpResponseParser(self)
        self._headers: dict[bytes, bytes] = {}
        self._status = 0
        self._body: Body = Plain(0)
        self._trouble: Exception | None = None
        self._is_whole = False
        self._is_cut = False
        self._leaves_open = False

    def feed(self, data: bytes) -> bool:
        """Whether the response is whole with these bytes; raises one of UNREADABLE."""
        self.is_begun = True
        if self._parser is None:
            raise NotHttp
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade):
            raise NotHttp from None
        if self._trouble is not None:
            raise self._trouble
        return self._is_whole

    def end(self) -> bool:
        """Whether the response is whole now that the connection has ended: without a length, that is its end."""
        framed = b"content-length" in self._headers or b"transfer-encoding" in self._headers
        return self._status >= 200 and not framed

    @property
    def leaves_open(self) -> bool:
        """Whether the connection can be used again after this response."""
        return self._leaves_open and not self._is_cut

    def received(self) -> Received:
        """The response, once it is whole; raises Broken where its gzip is not."""
        location = self._headers.get(b"location", b"").decode("latin-1")
        return Received(self._status, self._body.whole(), self.size, location)

    def forget(self) -> None:
        """Lets go of the body. The parser knows us and we know it: it would live until somebody looks for cycles."""
        self._parser = None
        self._body = Plain(0)

    # What follows is called by the parser. It must not raise: the parser would hide what was raised.

    def on_message_begin(self) -> None:
        if self._is_whole:
            self._trouble = NotHttp()

    def on_header(self, name: bytes, value: bytes) -> None:
        name = name.lower()
        if name in READ:
            self._headers[name] = value

    def on_headers_complete(self) -> None:
        assert self._parser is not None
        self._status = self._parser.get_status_code()
        try:
            self._body = self._empty_body()
        except (TooLarge, UnknownEncoding) as trouble:
            self._give_up(trouble)

    def on_body(self, chunk: bytes) -> None:
        self.size += len(chunk)
        if self._trouble is None and not self._is_cut:
            try:
                self._body.add(chunk)
            except (TooLarge, Broken) as trouble:
                self._give_up(trouble)

    def on_message_complete(self) -> None:
        if self._status >= 200:
            self._is_whole = True
            assert self._parser is not None
            self._leaves_open = self._parser.should_keep_alive()
        else:
            # Only a word in between: the response is still to come.
            self._headers.clear()

    def _empty_body(self) -> Body:
        largest = self._largest if self._status == 200 else LARGEST_ERROR
        if int(self._headers.get(b"content-length", b"0")) > largest:
            raise TooLarge
        match self._headers.get(b"content-encoding", b"").lower():
            case b"" | b"identity":
                return Plain(largest)
            case b"gzip":
                return Gzipped(largest)
            case _:
                raise UnknownEncoding

    def _give_up(self, trouble: Exception) -> None:
        """Of an error only the words are missing; nobody waits for the rest of them."""
        if self._status == 200 or not isinstance(trouble, TooLarge):
            self._trouble = trouble
            return
        self._body = Plain(0)
        self._is_whole = self._is_cut = True
