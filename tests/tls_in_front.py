"""TLS in front of a PostgreSQL that speaks none: its side of PostgreSQL's own handshake."""

import contextlib
import datetime
import socket
import ssl
import struct
import threading
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

TLS_IS_ASKED_FOR = struct.pack("!II", 8, 80877103)
"""The SSLRequest of https://www.postgresql.org/docs/current/protocol-message-formats.html."""


def certificate(folder: Path, *hosts: str) -> Path:
    """A file with a key and the certificate that it signed for itself, for some addresses."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address(host)) for host in hosts]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


@contextlib.contextmanager
def tls_in_front(port: int, file: Path):
    """The port of this machine at which the server at ``port`` is reached with TLS, and only so."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    listening = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def accept():
        while not ended.is_set():
            try:
                visitor, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(visitor,), daemon=True).start()

    def serve(visitor):
        with contextlib.suppress(OSError), visitor:
            if visitor.recv(8, socket.MSG_WAITALL) != TLS_IS_ASKED_FOR:
                return
            visitor.sendall(b"S")
            with (
                context.wrap_socket(visitor, server_side=True) as inside,
                socket.create_connection(("127.0.0.1", port)) as server,
            ):
                back = threading.Thread(target=pour, args=(server, inside), daemon=True)
                back.start()
                pour(inside, server)
                back.join()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listening.getsockname()[1]
    finally:
        ended.set()
        listening.close()


def pour(source, target):
    """All that comes from one side, to the other, until it ends."""
    with contextlib.suppress(OSError):
        while some := source.recv(65536):
            target.sendall(some)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
