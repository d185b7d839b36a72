"""A source's query, wrapped so that every column arrives in the contract's order and type."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import pyarrow as pa
from psycopg2 import sql

from mkt_pipeline.contracts.entities import ColumnType
from mkt_pipeline.contracts.reading import UNREADABLE, Reading
from mkt_pipeline.crm.query_columns import FittedColumn
from mkt_pipeline.crm.readable import unreadable_columns, value_or_null

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
        # Rounds to four places, half away from zero.
        "decimal": "round({}::numeric, 4)::numeric(18, 4)",
        "integer": "{}::bigint",
        "number": "{}::double precision",
        "boolean": "{}",
    }
)

_LAST_SEMICOLON = re.compile(r";\s*((?:--[^\n]*\s*)*)\Z")


def arrow_schema(columns: Sequence[FittedColumn]) -> pa.Schema:
    """The Arrow schema of the rows; every field may be null, for bad rows are kept as they are."""
    fields = [pa.field(column.name, ARROW_TYPES[column.type]) for column in columns]
    return pa.schema([*fields, pa.field(UNREADABLE, pa.string())])


def as_subquery(query: str) -> sql.Composed:
    """The query as a table expression ``q``; the line break ends a comment on its last line."""
    return sql.Composed([sql.SQL("(\n"), sql.SQL(bare_query(query)), sql.SQL("\n) AS q")])


def bare_query(query: str) -> str:
    """The query without the semicolon that may end it."""
    return _LAST_SEMICOLON.sub(r"\1", query)


def no_rows(query: str) -> sql.Composed:
    """A statement with the columns of the query and none of its rows."""
    return sql.SQL("SELECT * FROM {} LIMIT 0").format(as_subquery(query))


def copy_out(
    query: str, columns: Sequence[FittedColumn], *, where: sql.Composable | None = None
) -> sql.Composed:
    """A COPY that streams the rows as CSV: NULL is nothing, an empty text is two quotes."""
    named = [
        sql.SQL("{} AS {}").format(_value(column), sql.Identifier(column.name))
        for column in columns
    ]
    told = sql.SQL("{} AS {}").format(unreadable_columns(columns), sql.Identifier(UNREADABLE))
    condition = sql.SQL(" WHERE ") + where if where else sql.SQL("")
    return _copy(sql.SQL(", ").join([*named, told]), query, condition)


def _value(column: FittedColumn) -> sql.Composable:
    cast = sql.SQL(_CASTS[column.type]).format(sql.Identifier("q", column.name))
    return value_or_null(column, cast)


def copy_keys(query: str, key: str) -> sql.Composed:
    """A COPY that streams the keys alone."""
    column = sql.SQL("{}::text AS {}").format(sql.Identifier("q", key), sql.Identifier(key))
    return _copy(column, query, sql.SQL(""))


def of_reading(reading: Reading, key: str) -> sql.Composed | None:
    """The condition for what a reading asks for; None where it asks for every row."""
    if reading.changed_since is None:
        return None
    since = sql.SQL("{time} >= {since} OR {time} IS NULL").format(
        time=sql.Identifier("q", "updated_at"), since=sql.Literal(reading.changed_since)
    )
    if reading.share is None:
        return since
    share = sql.SQL("mod(hashtext({key}::text)::bigint + 2147483648, {parts}) = {part}").format(
        key=sql.Identifier("q", key),
        parts=sql.Literal(reading.share.parts),
        part=sql.Literal(reading.share.part),
    )
    return sql.SQL(" OR ").join([since, share])


def of_keys(keys: Sequence[str], key: str) -> sql.Composed:
    """The condition for the rows of some keys."""
    return sql.SQL("{}::text = ANY({}::text[])").format(
        sql.Identifier("q", key), sql.Literal(list(keys))
    )


def _copy(columns: sql.Composable, query: str, condition: sql.Composable) -> sql.Composed:
    return sql.SQL(
        "COPY (SELECT {} FROM {}{}) TO STDOUT (FORMAT csv, HEADER true, ENCODING 'UTF8')"
    ).format(columns, as_subquery(query), condition)
