"""The rights that a role needs to read a CRM, as SQL that a person reads and runs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from psycopg2.extensions import connection as Connection  # noqa: N812  the driver names it so

from mkt_pipeline.contracts.role_name import refuse_unusable_role
from mkt_pipeline.crm.query_reads import QueryReads, TableReads, together
from mkt_pipeline.crm.statements import statement

WIDTH = 96


@dataclass(frozen=True)
class Grants:
    """Who is to run which queries; ``extracts`` where it is for the nights, not for sending."""

    role: str
    source: str
    queries: Mapping[str, str]
    extracts: bool = True


def grants_text(connection: Connection, wanted: Grants, reads: Mapping[str, QueryReads]) -> str:
    """GRANT statements for exactly these tables and columns, with a line on why each is there.

    They may be run again, and take nothing away. BadInputError for a name that no role can have.
    """
    refuse_unusable_role(wanted.role)
    quoted = _Quoted(connection)
    return "\n".join(_lines(wanted, reads, quoted)) + "\n"


class _Quoted:
    """Names as the server would quote them, so that plain ones stay readable."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __call__(self, name: str) -> str:
        with self._connection.cursor() as cursor:
            cursor.execute(statement("quoted_name"), {"name": name})
            ((quoted,),) = cursor.fetchall()
        return str(quoted)

    def table(self, table: TableReads) -> str:
        return f"{self(table.schema)}.{self(table.name)}"

    def database(self) -> str:
        return self(self._connection.info.dbname)


def _lines(wanted: Grants, reads: Mapping[str, QueryReads], quoted: _Quoted) -> Iterator[str]:
    role = quoted(wanted.role)
    yield f"-- The rights that a role needs to {_purpose(wanted)}:"
    yield f"-- {', '.join(f'{name}.sql' for name in wanted.queries)}. Nothing else is granted."
    yield "-- Run it as the owner of the tables. It may be run again, and takes nothing away:"
    yield "-- `mkt source check` tells what a role may do beyond it. The role is made beforehand:"
    yield f"--   CREATE ROLE {role} LOGIN PASSWORD '...';"
    yield "BEGIN;"
    yield f"GRANT CONNECT ON DATABASE {quoted.database()} TO {role};"
    for schema in sorted(frozenset().union(*(one.schemas for one in reads.values()))):
        yield f"GRANT USAGE ON SCHEMA {quoted(schema)} TO {role};"
    for table in together(reads.values()).values():
        yield from _table_lines(table, _readers(table, reads), role, quoted)
    for signature in sorted({sign for one in reads.values() for sign in one.functions}):
        yield "-- A function reads with the rights of who calls it, unless it is SECURITY DEFINER:"
        yield "-- look what this one reads, for nobody tells."
        yield f"GRANT EXECUTE ON FUNCTION {signature} TO {role};"
    yield "COMMIT;"
    if wanted.extracts:
        yield "-- Needs a superuser, or a role with ADMIN OPTION on it: how long transactions of"
        yield "-- others have been open, so that rows which appear late are not missed. No table"
        yield "-- can be read by it. Without it a night looks back by the source's overlap alone."
        yield f"GRANT pg_read_all_stats TO {role};"


def _purpose(wanted: Grants) -> str:
    if wanted.extracts:
        return f"read the CRM for the nights of the source {wanted.source}"
    return f"look up contact points of the source {wanted.source} at the moment of sending"


def _readers(table: TableReads, reads: Mapping[str, QueryReads]) -> str:
    key = (table.schema, table.name)
    names = [n for n, one in reads.items() if key in {(t.schema, t.name) for t in one.tables}]
    return ", ".join(names)


def _table_lines(table: TableReads, readers: str, role: str, quoted: _Quoted) -> Iterator[str]:
    if table.whole_rows:
        yield f"-- {readers}: takes rows of it whole, which needs every column. Name the columns"
        yield "-- in the query instead, and fewer are granted."
        yield f"GRANT SELECT ON {quoted.table(table)} TO {role};"
        return
    yield f"-- {readers}"
    yield from _wrapped("GRANT SELECT (", [quoted(name) for name in table.columns])
    yield f"    ON {quoted.table(table)} TO {role};"


def _wrapped(start: str, names: list[str]) -> Iterator[str]:
    """The names behind ``start``, in lines of bearable length, and the bracket closed."""
    line = start
    for at, name in enumerate(names):
        piece = name + (", " if at < len(names) - 1 else ")")
        if len(line) + len(piece) > WIDTH:
            yield line.rstrip()
            line = "    "
        line += piece
    yield line
