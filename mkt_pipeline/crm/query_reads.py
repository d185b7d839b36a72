"""What a query reads, told by PostgreSQL and not guessed from its text.

The server makes a temporary view of each query and notes which columns it depends on; the
transaction is then rolled back. Nothing is read and nothing stays.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as Connection  # noqa: N812  the driver names it so
from psycopg2.extensions import cursor as Cursor  # noqa: N812  the same

from mkt_pipeline.crm.query_text import checking
from mkt_pipeline.crm.server_errors import statement_error
from mkt_pipeline.crm.statements import statement
from mkt_pipeline.crm.wrapped_query import bare_query
from mkt_pipeline.errors import AccessRefusedError

_VIEW = "mkt_pipeline_reads"
_NO_VIEWS = frozenset({"25006", "0A000"})
"""A standby, which takes no writes at all."""


class ViewsRefusedError(AccessRefusedError):
    """This server, or this user on it, makes no temporary views."""


@dataclass(frozen=True)
class TableReads:
    """The columns of one table or view that are read, in the table's order; one at least."""

    schema: str
    name: str
    columns: tuple[str, ...]
    whole_rows: bool = False

    @property
    def full_name(self) -> str:
        """Schema and name."""
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True)
class QueryReads:
    """What one query needs; ``functions`` are the signatures of those the system did not make."""

    tables: tuple[TableReads, ...]
    schemas: frozenset[str]
    functions: tuple[str, ...]


def reads_of(
    connection: Connection, queries: Mapping[str, str], *, limits: Mapping[str, str]
) -> dict[str, QueryReads]:
    """What each query reads, by its name; ``limits`` are those of a snapshot.

    The transaction is left open, to be rolled back. Raises ViewsRefusedError where no temporary
    view can be made, and what ``statement_error`` makes of a query that does not run.
    """
    found = {}
    with connection.cursor() as cursor:
        doing = "opening a transaction"
        try:
            cursor.execute(statement("begin_snapshot"), limits)
            for name, query in queries.items():
                doing = checking(name, query)
                found[name] = _reads(cursor, query)
        except psycopg2.Error as error:
            if error.pgcode in _NO_VIEWS or "temporary" in (error.diag.message_primary or ""):
                raise ViewsRefusedError(
                    "the server makes no temporary view for this user: it is a standby, or the"
                    " user lacks TEMPORARY on the database",
                    remedy="ask the primary, or as a user that may",
                ) from None
            raise statement_error(error, doing=doing) from None
    return found


def together(reads: Iterable[QueryReads]) -> dict[tuple[str, str], TableReads]:
    """By schema and name, all that is read of each table."""
    found: dict[tuple[str, str], TableReads] = {}
    for table in (table for one in reads for table in one.tables):
        key = (table.schema, table.name)
        before = found.get(key, table)
        columns = tuple(dict.fromkeys((*before.columns, *table.columns)))
        whole = before.whole_rows or table.whole_rows
        found[key] = TableReads(*key, columns, whole)
    return found


def _reads(cursor: Cursor, query: str) -> QueryReads:
    view, asked = sql.Identifier(_VIEW), {"view_name": _VIEW}
    make = sql.SQL("CREATE TEMPORARY VIEW {} AS\n{}").format(view, sql.SQL(bare_query(query)))
    cursor.execute(make)
    cursor.execute(statement("query_tables"), asked)
    tables = tuple(_table(*row) for row in cursor.fetchall())
    cursor.execute(statement("query_functions"), asked)
    others = cursor.fetchall()
    cursor.execute(sql.SQL("DROP VIEW {}").format(view))
    schemas = {table.schema for table in tables} | {schema for schema, _ in others}
    return QueryReads(tables, frozenset(schemas), tuple(sign for _, sign in others if sign))


def _table(
    schema: str, name: str, whole_rows: bool, columns: list[str], all_columns: list[str]
) -> TableReads:
    if whole_rows:
        return TableReads(schema, name, tuple(all_columns), whole_rows=True)
    # Who only counts rows needs the right to read one column, whichever.
    return TableReads(schema, name, tuple(columns or all_columns[:1]))
