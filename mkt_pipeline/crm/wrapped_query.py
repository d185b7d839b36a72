"""A source's query, wrapped so that every column arrives in the contract's order and type."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import pyarrow as pa
from psycopg2 import sql

from mkt_pipeline.contracts.entities import ColumnType
from mkt_pipeline.crm.query_columns import FittedColumn

ARROW_TYPES: Mapping[ColumnType, pa.DataType] = MappingProxyType(
    {
        "text": pa.string(),
        "timestamptz": pa.timestamp("us", "UTC"),
        "decimal": pa.decimal128(18, 4),
        "integer": pa.int64(),
        "number": pa.float64(),
        "boolean": pa.bool_(),
    }
)

_CASTS: Mapping[ColumnType, str] = MappingProxyType(
    {
        "text": "{}::text",
        "timestamptz": "{}",
        # Rounds to four places, half away from zero; more than 14 digits before the point is an
        # error of the server, so nothing is lost in silence.
        "decimal": "round({}::numeric, 4)::numeric(18, 4)",
        "integer": "{}::bigint",
        "number": "{}::double precision",
        "boolean": "{}",
    }
)

_LAST_SEMICOLON = re.compile(r";\s*((?:--[^\n]*\s*)*)\Z")


def arrow_schema(columns: Sequence[FittedColumn]) -> pa.Schema:
    """The Arrow schema of the rows; every field may be null, for bad rows are kept as they are."""
    return pa.schema([pa.field(column.name, ARROW_TYPES[column.type]) for column in columns])


def as_subquery(query: str) -> sql.Composed:
    """The query as a table expression ``q``; the line break ends a comment on its last line."""
    bare = _LAST_SEMICOLON.sub(r"\1", query)
    return sql.Composed([sql.SQL("(\n"), sql.SQL(bare), sql.SQL("\n) AS q")])


def no_rows(query: str) -> sql.Composed:
    """A statement with the columns of the query and none of its rows."""
    return sql.SQL("SELECT * FROM {} LIMIT 0").format(as_subquery(query))


def copy_out(query: str, columns: Sequence[FittedColumn]) -> sql.Composed:
    """A COPY that streams the rows as CSV: NULL is nothing, an empty text is two quotes."""
    casts = (sql.SQL(_CASTS[c.type]).format(sql.Identifier("q", c.name)) for c in columns)
    named = (
        sql.SQL("{} AS {}").format(cast, sql.Identifier(column.name))
        for cast, column in zip(casts, columns, strict=True)
    )
    return sql.SQL(
        "COPY (SELECT {} FROM {}) TO STDOUT (FORMAT csv, HEADER true, ENCODING 'UTF8')"
    ).format(sql.SQL(", ").join(named), as_subquery(query))
