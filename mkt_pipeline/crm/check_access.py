"""What the user that reads the CRM may do: too little, and too much."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from psycopg2 import sql

from mkt_pipeline.contracts.source import Source
from mkt_pipeline.crm.check_report import Problem
from mkt_pipeline.crm.query_text import names_in
from mkt_pipeline.crm.snapshot import Snapshot
from mkt_pipeline.crm.statements import statement
from mkt_pipeline.errors import AccessRefusedError, FailNowError

_POWERS = ("superuser", "BYPASSRLS", "CREATEROLE", "CREATEDB", "REPLICATION")
_DENIED = re.compile(r"permission denied for (.*\b(?:table|view|schema)) (\S+)")
_SHOWN = 5


@dataclass(frozen=True)
class Role:
    """The user of the connection and the powers it has over the whole server."""

    name: str
    powers: tuple[str, ...]


@dataclass(frozen=True)
class TableRights:
    """What the user may do with one table or view."""

    name: str
    schema: str
    may_write: bool
    rows_are_hidden: bool
    readable_columns: tuple[str, ...]

    @property
    def full_name(self) -> str:
        """Schema and name."""
        return f"{self.schema}.{self.name}"


def reader(snapshot: Snapshot) -> Role:
    """The user that the snapshot reads as."""
    ((name, *powers),) = snapshot.rows(sql.SQL(statement("role")), doing="checking the user")
    held = tuple(power for power, has in zip(_POWERS, powers, strict=True) if has)
    return Role(name, held)


def missing_right(error: FailNowError, user: str) -> str | None:
    """The GRANT that is missing, where the server named what it refused; else None."""
    denied = _DENIED.search(error.problem) if isinstance(error, AccessRefusedError) else None
    if not denied:
        return None
    kind, name = denied.groups()
    right = f"USAGE ON SCHEMA {name}" if kind == "schema" else f"SELECT ON {name}"
    return f"let the CRM's administrator run: GRANT {right} TO {user}"


def access_problems(snapshot: Snapshot, role: Role, source: Source) -> Iterator[Problem]:
    """Rights beyond reading what is mapped, and rows that are hidden from the user.

    A table or column counts as mapped where any query of the source mentions its name.
    """
    mentioned = frozenset().union(*(names_in(query) for query in source.queries.values()))
    rights = _table_rights(snapshot)
    yield from _hidden_rows(role, [t for t in rights if t.name in mentioned])
    if role.powers:
        yield _too_powerful(role)
    if "superuser" in role.powers:
        return  # which implies every right that follows
    yield from _writable(role, [t.full_name for t in rights if t.may_write])
    yield from _unmapped(role, rights, mentioned)


def _table_rights(snapshot: Snapshot) -> list[TableRights]:
    rows = snapshot.rows(sql.SQL(statement("table_rights")), doing="checking rights")
    return [
        TableRights(name, schema, may_write, hidden, tuple(columns))
        for schema, name, may_write, hidden, columns in rows
    ]


def _hidden_rows(role: Role, tables: Sequence[TableRights]) -> Iterator[Problem]:
    hidden = [table.full_name for table in tables if table.rows_are_hidden]
    if hidden:
        yield Problem(
            "warning",
            f"row-level security may hide rows of {_listed(hidden)} from {role.name}",
            f"see that a policy lets {role.name} read all rows that the source needs",
        )


def _too_powerful(role: Role) -> Problem:
    return Problem(
        "warning",
        f"user {role.name} is or has {', '.join(role.powers)}",
        "read with a user of its own that may only SELECT: CREATE ROLE mkt_reader LOGIN, then "
        "GRANT SELECT on what the source reads",
    )


def _writable(role: Role, tables: Sequence[str]) -> Iterator[Problem]:
    if tables:
        yield Problem(
            "warning",
            f"user {role.name} may write to {_listed(tables)}",
            f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE on them FROM {role.name} (an owner always "
            "may: read with another user)",
        )


def _unmapped(
    role: Role, rights: Sequence[TableRights], mentioned: frozenset[str]
) -> Iterator[Problem]:
    tables = [t.full_name for t in rights if t.readable_columns and t.name not in mentioned]
    if tables:
        yield Problem(
            "note",
            f"user {role.name} may read {_listed(tables)}, which the source does not map",
            f"let the administrator revoke the right to read them from {role.name}",
        )
    columns = [
        f"{table.name}.{column}"
        for table in rights
        if table.name in mentioned
        for column in table.readable_columns
        if column not in mentioned
    ]
    if columns:
        yield Problem(
            "note",
            f"user {role.name} may read {_listed(columns)}, which the source does not map",
            f"GRANT SELECT (column, ...) ON the table TO {role.name} instead of the whole table",
        )


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more:,} more" if more > 0 else "")
