"""TLS settings made of files, and made again when the files change: certificates are renewed while Crosshub runs."""

import ssl
from pathlib import Path

from aggregator.clusters.values import Tls

Stamps = tuple[tuple[int, int, int], ...]


class TlsUnusable(Exception):
    """The files do not make up TLS settings; the message names them."""


class TlsContexts:
    """One context for all clusters with the same settings."""

    def __init__(self) -> None:
        self._kept: dict[Tls, tuple[Stamps, ssl.SSLContext]] = {}

    def current(self, tls: Tls) -> ssl.SSLContext:
        """The context as the files say now; the one before, while a renewal is half written."""
        kept = self._kept.get(tls)
        stamps = _stamps(tls)
        if kept is not None and (kept[0] == stamps or not stamps):
            return kept[1]
        try:
            self._kept[tls] = (stamps, _context(tls))
        except TlsUnusable:
            if kept is None:
                raise
        return self._kept[tls][1]


def _stamps(tls: Tls) -> Stamps:
    try:
        found = [file.stat() for file in (tls.ca_file, tls.cert_file, tls.key_file) if file is not None]
    except OSError:
        return ()
    return tuple((stat.st_ino, stat.st_size, stat.st_mtime_ns) for stat in found)


def _context(tls: Tls) -> ssl.SSLContext:
    context = _trusting(tls.ca_file)
    # From Python 3.13 on, strict checks refuse the CAs that Kubernetes makes for itself.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    context.set_alpn_protocols(["http/1.1"])
    if not tls.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if tls.cert_file is not None:
        _identify(context, tls.cert_file, tls.key_file)
    return context


def _trusting(ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ValueError):
        raise TlsUnusable(f"{ca_file} holds no usable CA") from None


def _identify(context: ssl.SSLContext, cert_file: Path, key_file: Path | None) -> None:
    try:
        # Without a password at hand OpenSSL would ask for one on the terminal, and wait.
        context.load_cert_chain(cert_file, key_file, password="")
    except (OSError, ValueError):
        raise TlsUnusable(f"{cert_file} and {key_file or 'its key'} are no usable client certificate") from None
