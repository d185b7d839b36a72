"""The database that holds the sample: one transaction, statements from files, COPY from columns."""

import io
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
import pyarrow as pa
from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor  # noqa: N812  the driver names it so
from pyarrow import csv

from mkt_pipeline.database_connection import connect, tls_error
from mkt_pipeline.errors import FailNowError, ServerUnavailableError, StorageFullError

CRM, TRUTH = "dealership", "dealership_truth"
"""The schemas of the sample; a source maps the first and never sees the second."""

_FOLDER = Path(__file__).parent / "sql"
_DISK_FULL = "53100"


@contextmanager
def transaction(url: str) -> Iterator[Cursor]:
    """One transaction in UTC: committed at the end, rolled back on any error."""
    try:
        connection = connect(url, connect_timeout=10, options="-c timezone=UTC")
    except psycopg2.OperationalError as error:
        if refused := tls_error(error, server="the sample's database"):
            raise refused from None
        raise ServerUnavailableError(
            "the sample's database cannot be reached",
            remedy="check its address and password, and that the server runs (`mkt stack up`)",
        ) from None
    with closing(connection):
        try:
            with connection, connection.cursor() as cursor:
                yield cursor
        except psycopg2.Error as error:
            raise _explained(error) from error


def _explained(error: psycopg2.Error) -> Exception:
    told = (error.diag.message_primary or "the server closed the connection").splitlines()[0]
    if error.pgcode == _DISK_FULL:
        return StorageFullError(
            "the sample's database has no disk left", remedy="free space or ask for fewer customers"
        )
    if error.pgcode is None or error.pgcode.startswith(("57P", "08")):
        return ServerUnavailableError(
            f"the sample's database went away: {told}", remedy="start the server and try again"
        )
    return FailNowError(
        f"the sample's database refused a statement: {told}",
        remedy="check the user's privileges, or load the sample again with --replace",
    )


def statement(name: str) -> str:
    """The text of ``sql/<name>.sql``."""
    return (_FOLDER / f"{name}.sql").read_text(encoding="utf-8")


def exists(cursor: Cursor) -> bool:
    """Whether the sample's schemas are there."""
    cursor.execute("SELECT to_regnamespace(%s) IS NOT NULL", (CRM,))
    row = cursor.fetchone()
    return bool(row and row[0])


def copy_in(cursor: Cursor, schema: str, table: str, rows: pa.Table) -> int:
    """COPY ``rows`` into a table with columns of the same names; returns how many."""
    sink = pa.BufferOutputStream()
    csv.write_csv(rows, sink, csv.WriteOptions(include_header=False))
    command = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(
        sql.Identifier(schema, table),
        sql.SQL(", ").join(sql.Identifier(name) for name in rows.column_names),
    )
    cursor.copy_expert(command, io.BufferedReader(pa.BufferReader(sink.getvalue())))
    return int(rows.num_rows)
