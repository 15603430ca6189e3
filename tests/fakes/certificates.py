"""Certificates made on the spot: an authority, servers and clients it vouches for."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme


@dataclass(frozen=True, slots=True)
class Pair:
    """The files of one certificate."""

    cert: Path
    key: Path


class Authority:
    """A CA; `file` is what those who trust it hold."""

    def __init__(self, folder: Path, name: str = "ca") -> None:
        self._folder = folder
        self._ca = trustme.CA()
        self.file = folder / f"{name}.pem"
        self._ca.cert_pem.write_to_path(str(self.file))

    def server(self, name: str = "127.0.0.1", *, expired: bool = False) -> ssl.SSLContext:
        """What a server needs that goes by this name."""
        ends = datetime.now(UTC) + timedelta(days=-1 if expired else 1)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._ca.issue_cert(name, not_after=ends).configure_cert(context)
        return context

    def server_files(self, folder: Path, stem: str) -> None:
        """The same in files, for a server of another program."""
        issued = self._ca.issue_cert("127.0.0.1")
        (folder / f"{stem}.pem").write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
        issued.private_key_pem.write_to_path(str(folder / f"{stem}.key"))

    def server_for_clients(self) -> ssl.SSLContext:
        """What a server needs that lets in only clients this authority vouches for."""
        context = self.server()
        self._ca.configure_trust(context)
        context.verify_mode = ssl.CERT_REQUIRED
        # From TLS 1.3 on a client is refused after the handshake, and a reset can overtake the reason.
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        return context

    def client(self, name: str = "crosshub") -> Pair:
        """The certificate of a client, in files."""
        pair = Pair(self._folder / f"{name}.pem", self._folder / f"{name}.key")
        self.issue(name, pair)
        return pair

    def issue(self, name: str, pair: Pair) -> None:
        """A new certificate in the same files."""
        issued = self._ca.issue_cert(f"{name}@example.org", common_name=name)
        pair.cert.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
        issued.private_key_pem.write_to_path(str(pair.key))
