"""Values that PostgreSQL can hold and the lake cannot: infinity, NaN, times outside the calendar.

Such a row arrives without the value and with the column's name, and breaks the contract by that.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from psycopg2 import sql

from mkt_pipeline.contracts.entities import ColumnType
from mkt_pipeline.crm.query_columns import FittedColumn

# NaN is greater than every number, so no comparison with a highest value lets it through.
READABLE: Mapping[ColumnType, str] = MappingProxyType(
    {
        "timestamptz": "{0} >= '0001-01-01Z' AND {0} < '10000-01-01Z'",
        "decimal": "{0} BETWEEN -99999999999999.9999 AND 99999999999999.9999",
        "number": "{0} BETWEEN -1.7e308 AND 1.7e308",
    }
)
"""Conditions on a column by its type; the types that are not here arrive whatever they hold."""


def value_or_null(column: FittedColumn, cast: sql.Composable) -> sql.Composable:
    """The value as ``cast``, or NULL where it is unreadable."""
    if column.type not in READABLE:
        return cast
    return sql.SQL("CASE WHEN {} THEN {} END").format(condition(column.name, column.type), cast)


def unreadable_columns(columns: Sequence[FittedColumn]) -> sql.Composable:
    """The names of a row's unreadable columns as one text, NULL where all can be read."""
    found = [column for column in columns if column.type in READABLE]
    if not found:
        return sql.SQL("NULL::text")
    conditions = [condition(column.name, column.type) for column in found]
    names = [
        sql.SQL("CASE WHEN NOT ({}) THEN {} END").format(one, sql.Literal(column.name))
        for column, one in zip(found, conditions, strict=True)
    ]
    any_is = sql.SQL(" OR ").join(sql.SQL("NOT ({})").format(one) for one in conditions)
    return sql.SQL("CASE WHEN {} THEN concat_ws(', ', {}) END").format(
        any_is, sql.SQL(", ").join(names)
    )


def condition(name: str, kind: ColumnType) -> sql.Composed:
    """Whether the column ``name`` of the query can be read; NULL where it is NULL."""
    return sql.SQL(READABLE[kind]).format(sql.Identifier("q", name))
