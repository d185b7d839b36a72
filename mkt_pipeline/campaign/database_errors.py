"""psycopg2's errors as ours, by what should happen next.

The server's own words may quote a row, so only its code, the names of constraints and columns, and
what it says about the connection are used.
"""

import psycopg2

from mkt_pipeline.database_connection import tls_error
from mkt_pipeline.errors import (
    AccessRefusedError,
    BadInputError,
    BusyError,
    DataRefusedError,
    FailNowError,
    MktError,
    ServerUnavailableError,
    StorageFullError,
)

THE_DATABASE = "the campaign database"

_REFUSED_TO_CONNECT = (
    "authentication failed",
    "no password supplied",
    "no pg_hba.conf entry",
    "is not permitted to log in",
    "permission denied for database",
)
_AWAY = frozenset({"08", "57", "53", "58"})
_BUSY = (
    BusyError,
    f"another session holds a lock in {THE_DATABASE}",
    "wait for the other publication or reader to end, and publish again",
)
_NOT_MIGRATED = (
    FailNowError,
    f"{THE_DATABASE} has no campaign tables yet",
    "publish a night first, which creates them",
)
_FULL = (
    StorageFullError,
    f"the disk of {THE_DATABASE} is full",
    "free space on it; nothing was committed",
)
_NO_PRIVILEGE = (
    AccessRefusedError,
    f"the user of {THE_DATABASE} lacks a privilege",
    "run what `mkt campaign grants` prints, as the owner of the schema campaign",
)
_BY_CODE: dict[str, tuple[type[MktError], str, str]] = {
    "55P03": _BUSY,  # lock not available
    "40P01": _BUSY,  # deadlock
    "40001": _BUSY,  # serialisation
    "53100": _FULL,
    "42501": _NO_PRIVILEGE,
    "42P01": _NOT_MIGRATED,  # table
    "3F000": _NOT_MIGRATED,  # schema
    "42883": _NOT_MIGRATED,  # function
}
_REFUSALS = {
    "propensity_is_probability": "a propensity is not between 0 and 1",
    "segment_known": "a segment is not one of high, medium, low",
    "segment_rank_positive": "a segment rank is below 1",
    "customer_named": "a customer id is empty",
    "recommended_products_is_list": "recommended products are not a JSON list",
    "reasons_is_list": "reasons are not a JSON list",
}
_DATA_REMEDY = "correct the scores and publish again; what was published before is still in place"


def connecting_as_ours(error: psycopg2.Error, *, place: str) -> MktError:
    """The error of a connection that could not be opened; ``place`` is where it led."""
    words = str(error).lower()
    if refused := tls_error(error, server=THE_DATABASE):
        return refused
    if isinstance(error, psycopg2.ProgrammingError):
        return BadInputError(
            f"the address of {THE_DATABASE} cannot be read",
            remedy="write MKT_CAMPAIGN_URL as postgresql://user:password@host:port/database",
        )
    if any(refusal in words for refusal in _REFUSED_TO_CONNECT):
        return AccessRefusedError(
            f"{THE_DATABASE} refused the user or the password",
            remedy="correct user and password in MKT_CAMPAIGN_URL or the campaign connection",
        )
    if "database" in words and "does not exist" in words:
        return AccessRefusedError(
            "the database named in the campaign address does not exist",
            remedy="create it, or correct its name in MKT_CAMPAIGN_URL",
        )
    return _unavailable(f"does not answer at {place}")


def as_ours(error: psycopg2.Error) -> MktError:
    """The error of a statement."""
    code = error.pgcode or ""
    if code in _BY_CODE:
        kind, problem, remedy = _BY_CODE[code]
        return kind(problem, remedy=remedy)
    if code[:2] in {"22", "23"}:
        return _refusal(error)
    if not code or code[:2] in _AWAY:
        return _unavailable("ended the connection")
    return FailNowError(
        f"{THE_DATABASE} refused a statement with SQLSTATE {code}",
        remedy="look the code up in PostgreSQL's manual, and the statement up in the server's log",
    )


def _refusal(error: psycopg2.Error) -> MktError:
    constraint, column = error.diag.constraint_name or "", error.diag.column_name
    if error.pgcode == "23505":
        problem = "a customer is there more than once"
    elif error.pgcode == "23502" and column:
        problem = f"{column} is null"
    else:
        problem = _REFUSALS.get(constraint, f"a value has the wrong form (SQLSTATE {error.pgcode})")
    return DataRefusedError(f"segments refused: {problem}", remedy=_DATA_REMEDY)


def _unavailable(what: str) -> MktError:
    return ServerUnavailableError(
        f"{THE_DATABASE} {what}",
        remedy="check that it runs and that host and port of MKT_CAMPAIGN_URL are right",
    )
