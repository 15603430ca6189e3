"""A server that lets in only clients with a certificate, and tells the others so.

In a thread and with blocking sockets: asyncio drops a client it refuses before the reason has gone out.
"""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from tests.fakes.http import Request
from tests.fakes.prometheus import prometheus_answer


@contextmanager
def server_for_clients(tls: ssl.SSLContext) -> Iterator[str]:
    """The URL of a Prometheus that is there for clients with a certificate."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Answers(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = prometheus_answer(Request("POST", self.path, {}, body), 1)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Keeps quiet."""
