"""What PostgreSQL says, turned into errors that say what to do next.

A message of the server may quote values of a row. Only messages about names (SQLSTATE class 42)
are passed on whole; in all others what stands between quotes is left out.
"""

import re

import psycopg2

from mkt_pipeline.database_connection import tls_error
from mkt_pipeline.errors import (
    AccessRefusedError,
    MktError,
    ServerUnavailableError,
    SettingsError,
    SourceBrokenError,
    StorageFullError,
    TryAgainError,
)

_AWAY_CODES = ("08", "53", "57P", "58")
_AGAIN_CODES = ("40", "25P03", "55P03", "55006")
_REFUSED_CODES = ("28", "42501", "3D000")
_NOT_THERE = ("42P01", "3F000")
"""A table, or a schema."""
_AWAY_WORDS = (
    "starting up",
    "shutting down",
    "recovery",
    "too many",
    "connection slots",
    "not accept",
)
_REFUSED_WORDS = ("FATAL", "no password", "certificate", "SSL", "authentication")


def connection_error(error: psycopg2.Error | ValueError) -> MktError:
    """The error for a connection that could not be made.

    libpq gives no code here, only words: a server that answers FATAL has refused, unless it says
    that it is busy, starting or stopping; without an answer it is away.
    """
    if not isinstance(error, psycopg2.OperationalError):
        return SettingsError(
            "the address of the CRM is not a PostgreSQL address",
            remedy="write it as postgresql://user:password@host:5432/database",
        )
    if refused := tls_error(error, server="the CRM's database"):
        return refused
    told = first_line(error)
    if any(word in told for word in _AWAY_WORDS):
        return _away(told)
    if any(word in told for word in _REFUSED_WORDS):
        return _refused(told, "the connection to the CRM")
    return _away(told)


def statement_error(error: psycopg2.Error, *, doing: str) -> MktError:
    """The error for a statement that failed; ``doing`` names it, such as ``reading orders``."""
    code = error.pgcode or ""
    told = first_line(error)
    if code == "53100":
        return StorageFullError(
            f"{doing}: the CRM's server has no disk left", remedy="free space on that server"
        )
    if code == "57014":
        return _too_slow(doing)
    if code.startswith(_AGAIN_CODES):
        return TryAgainError(f"{doing}: {told}", remedy="try again when the CRM is less busy")
    if code.startswith(_REFUSED_CODES):
        return _refused(told, doing)
    if not code or code.startswith(_AWAY_CODES):
        return _away(f"{doing}: {told}")
    if code in _NOT_THERE:
        return SourceBrokenError(
            f"{doing}: {told}",
            remedy="correct the query of the source, or the address, if this is another database"
            " than the CRM's (an empty sample CRM is filled by `mkt sample load`)",
        )
    return SourceBrokenError(f"{doing}: {told}", remedy="correct the query of the source")


def first_line(error: psycopg2.Error) -> str:
    """The first line of what the server said, without values of rows."""
    told = (error.diag.message_primary or str(error)).strip() or "no message"
    line = told.splitlines()[0]
    if not error.pgcode or error.pgcode.startswith("42"):
        return line
    return re.sub(r"""(["']).*\1""", "…", line)


def _too_slow(doing: str) -> MktError:
    return TryAgainError(
        f"{doing}: the statement took longer than its time limit, or was cancelled",
        remedy="try again, make the query faster, or raise the statement time limit",
    )


def _away(told: str) -> MktError:
    return ServerUnavailableError(
        f"the CRM's database does not answer: {told}",
        remedy="see that the server runs and can be reached, then try again",
    )


def _refused(told: str, doing: str) -> MktError:
    return AccessRefusedError(
        f"{doing}: {told}",
        remedy="correct user and password, or let the CRM's administrator GRANT CONNECT, "
        "USAGE on the schema and SELECT on what the source reads",
    )
