"""What went wrong on the way to a cluster and back, in words: a table from the exceptions of sockets and TLS."""

import socket
import ssl

from python_socks import ProxyConnectionError, ProxyError, ProxyTimeoutError

from aggregator.clusters.secrets import SecretUnreadable
from aggregator.errors import FailureKind
from aggregator.federation.body import Broken
from aggregator.federation.connection import Disconnected
from aggregator.federation.dial import ProxyUnreachable, Unreachable
from aggregator.federation.response import NotHttp, UnknownEncoding
from aggregator.federation.tls import TlsUnusable

OWN_FAULTS = (SecretUnreadable, TlsUnusable, Broken, UnknownEncoding, NotHttp)
PROXY_FAULTS = (ProxyConnectionError, ProxyError, ProxyTimeoutError, ProxyUnreachable)
FAULTS = (*OWN_FAULTS, *PROXY_FAULTS, Unreachable, Disconnected, OSError, UnicodeError)

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
    if isinstance(error, PROXY_FAULTS):
        return FailureKind.CONNECT, _of_proxy(error)
    cause = error.__cause__ if isinstance(error, Unreachable | Disconnected) else error
    if isinstance(cause, ssl.SSLError):
        return FailureKind.TLS, _of_tls(cause)
    # A name that cannot even be written as DNS wants it is a UnicodeError.
    if isinstance(cause, socket.gaierror | UnicodeError):
        return FailureKind.CONNECT, "its name does not resolve"
    if isinstance(cause, TimeoutError):
        return FailureKind.TIMEOUT, "no connection in time"
    if isinstance(error, Disconnected):
        return FailureKind.RESET, _of_end(error, cause)
    return FailureKind.CONNECT, _of_socket(cause)


def is_of_tls(error: BaseException) -> bool:
    """Whether TLS broke off what was going on."""
    return isinstance(error.__cause__, ssl.SSLError)


def _own(error: BaseException) -> tuple[FailureKind, str]:
    match error:
        case SecretUnreadable():
            return FailureKind.AUTH, f"its credentials cannot be read: {error}"
        case TlsUnusable():
            return FailureKind.TLS, str(error)
        case UnknownEncoding():
            return FailureKind.NOT_PROMETHEUS, "its answer is in an encoding nobody asked for"
        case NotHttp():
            return FailureKind.NOT_PROMETHEUS, "what it answers is not HTTP"
        case _:
            return FailureKind.RESET, f"its answer {error}"


def _of_end(error: Disconnected, cause: BaseException | None) -> str:
    if error.begun:
        return "its answer broke off"
    return "it closed the connection without an answer" if cause is None else _of_socket(cause)


def _of_tls(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return CERTIFICATE.get(error.verify_code, f"its certificate is refused: {error.verify_message}")
    reason = error.reason or "unknown reason"
    return HANDSHAKE.get(reason, f"TLS failed: {reason.lower().replace('_', ' ')}")


def _of_proxy(error: BaseException) -> str:
    match error:
        case ProxyError(error_code=407):
            return "its proxy wants user and password"
        case ProxyTimeoutError():
            return "its proxy does not answer"
        case ProxyUnreachable() | ProxyConnectionError():
            return "its proxy cannot be reached"
        case _:
            return f"its proxy refused the connection: {error}"


def _of_socket(error: BaseException | None) -> str:
    match error:
        case ConnectionRefusedError():
            return "connection refused"
        case ConnectionResetError() | BrokenPipeError() | ConnectionAbortedError():
            return "connection reset"
        case OSError(strerror=str(words)):
            return words.lower()
        case _:
            return "no connection"
