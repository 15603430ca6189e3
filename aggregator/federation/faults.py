"""What went wrong on the way to a cluster and back, in words: a table from the exceptions of sockets and TLS."""

import socket
import ssl
from collections.abc import Iterator

import aiohttp
from aiohttp_socks import ProxyConnectionError, ProxyError, ProxyTimeoutError

from aggregator.clusters.secrets import SecretUnreadable
from aggregator.errors import FailureKind
from aggregator.federation.body import Broken
from aggregator.federation.tls import TlsUnusable

OWN_FAULTS = (SecretUnreadable, TlsUnusable, Broken)
PROXY_FAULTS = (ProxyConnectionError, ProxyError, ProxyTimeoutError, aiohttp.ClientProxyConnectionError)
FAULTS = (*OWN_FAULTS, *PROXY_FAULTS, aiohttp.ClientError, aiohttp.http.HttpProcessingError, OSError, UnicodeError)

# By the numbers of X509_V_ERR_*, which Python does not name.
CERTIFICATE = {
    9: "its certificate is not valid yet",
    10: "its certificate has expired",
    18: "its certificate is signed by itself",
    19: "its certificate is signed by an unknown CA",
    20: "its certificate is signed by an unknown CA",
    21: "its certificate is signed by an unknown CA",
    62: "its certificate is for another name",
    64: "its certificate is for another address",
}

HANDSHAKE = {
    "WRONG_VERSION_NUMBER": "it does not speak TLS",
    "RECORD_LAYER_FAILURE": "it does not speak TLS",
    "HTTP_REQUEST": "it does not speak TLS",
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": "it wants a client certificate",
    "SSLV3_ALERT_HANDSHAKE_FAILURE": "it broke off the TLS handshake; it may want a client certificate",
    # Of Go, also when there was none.
    "SSLV3_ALERT_BAD_CERTIFICATE": "it wants a client certificate that it trusts",
    "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE": "it refused the client certificate",
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": "it refused the client certificate",
    "SSLV3_ALERT_CERTIFICATE_REVOKED": "it refused the client certificate: revoked",
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": "it refused the client certificate: expired",
    "TLSV1_ALERT_UNKNOWN_CA": "it refused the client certificate: it does not know its CA",
    "TLSV1_ALERT_PROTOCOL_VERSION": "it speaks no version of TLS that is still safe",
    "UNSUPPORTED_PROTOCOL": "it speaks no version of TLS that is still safe",
}


def fault(error: BaseException) -> tuple[FailureKind, str]:
    """Kind and words for what a request ran into; never a URL, never a secret."""
    if isinstance(error, OWN_FAULTS):
        return _own(error)
    if isinstance(error, (*PROXY_FAULTS, aiohttp.ClientHttpProxyError)):
        return FailureKind.CONNECT, _of_proxy(error)
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLError):
            return FailureKind.TLS, _of_tls(cause)
        # A name that cannot even be written as DNS wants it is a UnicodeError.
        if isinstance(cause, socket.gaierror | UnicodeError):
            return FailureKind.CONNECT, "its name does not resolve"
    if isinstance(error, aiohttp.InvalidURL):
        return FailureKind.CONNECT, "its url is none that can be asked"
    if isinstance(error, aiohttp.ClientConnectorError):
        return FailureKind.CONNECT, _of_socket(error.os_error)
    return _on_the_way(error)


def _own(error: BaseException) -> tuple[FailureKind, str]:
    match error:
        case SecretUnreadable():
            return FailureKind.AUTH, f"its credentials cannot be read: {error}"
        case TlsUnusable():
            return FailureKind.TLS, str(error)
        case _:
            return FailureKind.RESET, f"its answer {error}"


def _on_the_way(error: BaseException) -> tuple[FailureKind, str]:
    match error:
        case TimeoutError():
            return FailureKind.TIMEOUT, "no connection in time"
        case aiohttp.ServerDisconnectedError():
            return FailureKind.RESET, "it closed the connection without an answer"
        case aiohttp.ClientPayloadError():
            return FailureKind.RESET, "its answer broke off"
        case aiohttp.ClientResponseError() | aiohttp.http.HttpProcessingError():
            return FailureKind.NOT_PROMETHEUS, "what it answers is not HTTP"
        case OSError():
            return FailureKind.RESET, _of_socket(error)
        case _:
            return FailureKind.RESET, f"the request failed ({type(error).__name__})"


def _of_tls(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return CERTIFICATE.get(error.verify_code, f"its certificate is refused: {error.verify_message}")
    reason = error.reason or "unknown reason"
    return HANDSHAKE.get(reason, f"TLS failed: {reason.lower().replace('_', ' ')}")


def _of_proxy(error: BaseException) -> str:
    match error:
        case aiohttp.ClientHttpProxyError(status=407):
            return "its proxy wants user and password"
        case aiohttp.ClientHttpProxyError(status=status):
            return f"its proxy refused the connection: {status}"
        case ProxyTimeoutError():
            return "its proxy does not answer"
        case aiohttp.ClientProxyConnectionError() | ProxyConnectionError():
            return "its proxy cannot be reached"
        case _:
            return f"its proxy refused the connection: {error}"


def _of_socket(error: BaseException) -> str:
    match error:
        case ConnectionRefusedError():
            return "connection refused"
        case ConnectionResetError() | BrokenPipeError() | ConnectionAbortedError():
            return "connection reset"
        case OSError(strerror=str(words)):
            return words.lower()
        case _:
            return "no connection"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """What the exception was made of, itself included; the library keeps the cause in an attribute."""
    todo: list[BaseException | None] = [error]
    seen: set[int] = set()
    while todo:
        current = todo.pop(0)
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        # Some of the library's own pass for errors of TLS, without saying what those say.
        if not isinstance(current, aiohttp.ClientError):
            yield current
        todo += [
            getattr(current, "certificate_error", None),
            getattr(current, "os_error", None),
            current.__cause__,
            current.__context__,
        ]
