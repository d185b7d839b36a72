"""UCI Online Retail II as a CRM: the invoice lines of a real wholesaler, loaded as they are."""

import io
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path

import psycopg2
import pyarrow as pa
from psycopg2.extensions import connection as Connection  # noqa: N812 - the driver names it so
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - the same
from pyarrow import csv

from mkt_pipeline.database_connection import connect
from mkt_pipeline.errors import ServerUnavailableError, StorageFullError
from mkt_pipeline.samples.online_retail_file import read_file

CHUNK_ROWS = 100_000
"""Rows that are turned into text at once: some 12 MB."""

_COPY = "COPY online_retail.invoice_lines FROM STDIN (FORMAT csv)"


@dataclass(frozen=True)
class LoadReport:
    """What lies in ``online_retail.invoice_lines``, in lines unless the name says otherwise.

    The kinds of dirt overlap. ``order_lines`` is what the source ``online_retail`` maps to orders:
    a known customer, a product, and a price.
    """

    lines: int
    customers: int
    first_at: datetime
    last_at: datetime
    without_customer: int
    cancellations: int
    not_products: int
    without_price: int
    other_spellings: int
    products_with_several_names: int
    repeated_lines: int
    order_lines: int


def load(*, url: str, path: Path) -> LoadReport:
    """Replace the raw table with the lines of the file, in one transaction."""
    lines = read_file(path)
    numbered = lines.add_column(
        0, "line_number", pa.array(range(1, lines.num_rows + 1), pa.int64())
    )
    try:
        with closing(connect(url)) as connection, connection:
            return _replace(connection, numbered)
    except psycopg2.errors.DiskFull:
        raise StorageFullError(
            "the CRM's server has no disk left for online_retail", remedy="free space on it"
        ) from None
    except psycopg2.OperationalError as error:
        raise ServerUnavailableError(
            f"the CRM's database does not answer: {str(error).strip().splitlines()[0]}",
            remedy="see that the server runs, then load again",
        ) from None


def _replace(connection: Connection, numbered: pa.Table) -> LoadReport:
    with connection.cursor() as cursor:
        cursor.execute(_statement("online_retail_table"))
        for chunk in numbered.to_batches(max_chunksize=CHUNK_ROWS):
            cursor.copy_expert(_COPY, _as_csv(chunk))
        cursor.execute("ALTER TABLE online_retail.invoice_lines ADD PRIMARY KEY (line_number)")
        cursor.execute("ANALYZE online_retail.invoice_lines")
        return _report(cursor)


def _report(cursor: Cursor) -> LoadReport:
    cursor.execute(_statement("online_retail_report"))
    names = [column.name for column in cursor.description or ()]
    (row,) = cursor.fetchall()
    return LoadReport(**dict(zip(names, row, strict=True)))


def _as_csv(chunk: pa.RecordBatch) -> io.BytesIO:
    text = io.BytesIO()
    # Every value between quotes, so that an empty text is not taken for a missing one.
    options = csv.WriteOptions(include_header=False, quoting_style="all_valid")
    csv.write_csv(chunk, text, options)
    text.seek(0)
    return text


def _statement(name: str) -> str:
    return (files("mkt_pipeline.samples") / "sql" / f"{name}.sql").read_text(encoding="utf-8")
