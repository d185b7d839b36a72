"""How every connection to PostgreSQL begins: with TLS, unless the server is on this machine.

libpq's own default (``prefer``) takes TLS where the server offers it and goes on without a word
where it does not, so whoever stands in between may read along. See decision 0090.
"""

import os
from ipaddress import ip_address

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class
from psycopg2.extensions import parse_dsn

from mkt_pipeline.errors import AccessRefusedError

WITHOUT_TLS = "does not support SSL"
_NOT_TRUSTED = ("certificate verify failed", "root certificate", "server certificate for")


def connect(url: str, **options: str | int) -> Connection:
    """``psycopg2.connect`` with ``sslmode=require`` where ``tls_mode`` asks for it.

    Raises what psycopg2 raises; ``tls_error`` explains those errors that are about TLS.
    """
    if mode := tls_mode(url):
        options["sslmode"] = mode
    return psycopg2.connect(url, **options)  # type: ignore[call-overload, no-any-return]


def place(url: str) -> str:
    """Where an address leads, host and port, without user and password."""
    try:
        told = parse_dsn(url)
    except psycopg2.ProgrammingError:
        return "an address that cannot be read"
    host = told.get("hostaddr") or told.get("host") or os.environ.get("PGHOST", "a local socket")
    return f"{host}:{told.get('port') or os.environ.get('PGPORT', '5432')}"


def tls_mode(url: str) -> str | None:
    """``require`` where the server is elsewhere and nobody chose a mode; None to leave it be.

    A mode is chosen in the address (``?sslmode=``), in a service file that it names, or in
    ``PGSSLMODE``. Raises ``psycopg2.ProgrammingError`` for what is no address.
    """
    told = parse_dsn(url)
    chosen = {"sslmode", "service"} & told.keys() or "PGSSLMODE" in os.environ
    hosts = told.get("hostaddr") or told.get("host") or os.environ.get("PGHOST", "")
    return None if chosen or all(map(_is_here, hosts.split(","))) else "require"


def _is_here(host: str) -> bool:
    """Whether a host is this machine: a folder of sockets, or a loopback address by its number."""
    if not host or host.startswith(("/", "@")) or host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def described(connection: Connection) -> str:
    """How a connection is protected, in a few words for people."""
    info = connection.info
    if not info.ssl_in_use:
        hosts = info.dsn_parameters.get("hostaddr") or info.dsn_parameters.get("host") or ""
        here = all(map(_is_here, hosts.split(",")))
        return "on this machine" if here else "without TLS, as its address says"
    verified = (info.dsn_parameters.get("sslmode") or "").startswith("verify")
    certificate = "certificate verified" if verified else "certificate not verified"
    return f"{info.ssl_attribute('protocol')}, {certificate}"


def tls_error(error: psycopg2.Error, *, server: str) -> AccessRefusedError | None:
    """The error of a connection that could not be made for want of TLS or trust, else None."""
    told = str(error)
    if WITHOUT_TLS in told:
        return AccessRefusedError(
            f"{server} is on another machine and does not speak TLS",
            remedy="switch ssl on in its PostgreSQL; on a network that is nobody else's, end its"
            " address with ?sslmode=disable",
        )
    if any(words in told for words in _NOT_TRUSTED):
        return AccessRefusedError(
            f"{server} shows a certificate that is not trusted",
            remedy="name the file of the authority that signed it: end its address with"
            " ?sslmode=verify-full&sslrootcert=/path/to/authority.pem",
        )
    return None
