"""What the user that reads the CRM may do: too little, and too much."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from psycopg2 import sql

from mkt_pipeline.contracts.source import Source
from mkt_pipeline.crm.check_report import Problem
from mkt_pipeline.crm.database import Crm
from mkt_pipeline.crm.query_reads import QueryReads, ViewsRefusedError, together
from mkt_pipeline.crm.snapshot import Snapshot
from mkt_pipeline.crm.statements import statement
from mkt_pipeline.crm.wide_rights import TableRights, listed, too_wide
from mkt_pipeline.errors import AccessRefusedError, FailNowError

_POWERS = ("superuser", "BYPASSRLS", "CREATEROLE", "CREATEDB", "REPLICATION")
_DENIED = re.compile(r"permission denied for (.*\b(?:table|view|schema)) (\S+)")


@dataclass(frozen=True)
class Role:
    """The user of the connection and the powers it has over the whole server."""

    name: str
    powers: tuple[str, ...]


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


def known_reads(
    crm: Crm, source: Source
) -> tuple[Mapping[str, QueryReads] | None, tuple[Problem, ...]]:
    """What the queries of a source read; where the server does not tell, None and a note why.

    A query that does not run is an error of its entity already.
    """
    try:
        return crm.reads(source.queries), ()
    except ViewsRefusedError as error:
        problem, remedy = error.problem, error.remedy
    except FailNowError as error:
        problem, remedy = error.problem, "correct the query first"
    told = f"whether the user may read more than is needed is not known: {problem}"
    return None, (Problem("note", told, remedy),)


def access_problems(
    snapshot: Snapshot, role: Role, reads: Mapping[str, QueryReads] | None
) -> Iterator[Problem]:
    """Rights beyond reading what the queries read, and rows that are hidden from the user.

    ``reads`` is what each query reads; None where it is not known, and nothing is told then of what
    may be read beyond it.
    """
    rights = _table_rights(snapshot)
    read = together(reads.values()) if reads is not None else None
    yield from _hidden_rows(role, [t for t in rights if read is None or t.key in read])
    if role.powers:
        yield _too_powerful(role)
    if "superuser" in role.powers:
        return  # which implies every right that follows
    yield from _writable(role, [t.full_name for t in rights if t.may_write])
    if read is not None:
        yield from too_wide(role.name, rights, read)


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
            f"row-level security may hide rows of {listed(hidden)} from {role.name}",
            f"see that a policy lets {role.name} read all rows that the source needs",
        )


def _too_powerful(role: Role) -> Problem:
    return Problem(
        "warning",
        f"user {role.name} is or has {', '.join(role.powers)}",
        "read with a user of its own: CREATE ROLE mkt_reader LOGIN, then run what "
        "`mkt source grants --role mkt_reader` prints",
    )


def _writable(role: Role, tables: Sequence[str]) -> Iterator[Problem]:
    if tables:
        yield Problem(
            "warning",
            f"user {role.name} may write to {listed(tables)}",
            f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE on them FROM {role.name} (an owner always "
            "may: read with another user)",
        )
