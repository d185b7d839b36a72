"""The columns of a source's query, held against the contract."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from mkt_pipeline.contracts.entities import ATTRIBUTE_PREFIX, Column, ColumnType, Entity
from mkt_pipeline.errors import SourceBrokenError

_TEXT = frozenset({"text", "character varying", "character", "citext", "name"})
_WHOLE = frozenset({"smallint", "integer", "bigint"})
_FLOAT = frozenset({"real", "double precision"})

FAMILIES: Mapping[ColumnType, frozenset[str]] = MappingProxyType(
    {
        "text": _TEXT,
        "timestamptz": frozenset({"timestamp with time zone"}),
        # No floats: money that was stored as a float must be rounded on purpose, in the mapping.
        "decimal": _WHOLE | {"numeric"},
        "integer": _WHOLE,
        "number": _WHOLE | _FLOAT | {"numeric"},
        "boolean": frozenset({"boolean"}),
    }
)
"""PostgreSQL types that fit a type of the contract without a decision by the mapping's author."""

_ATTRIBUTE = re.compile(rf"{ATTRIBUTE_PREFIX}[a-z0-9_]+")
"""Names go on into features, columns of the lake and models."""

ATTRIBUTE_KINDS: tuple[ColumnType, ...] = ("number", "boolean", "text")

_CASTS: Mapping[ColumnType, str] = MappingProxyType(
    {
        "text": "{0}::text",
        "timestamptz": "{0}::timestamp AT TIME ZONE 'UTC' (or the zone in which the CRM keeps it)",
        "decimal": "{0}::numeric",
        "integer": "{0}::integer",
        "number": "{0}::double precision",
        "boolean": "a condition that is true or false, such as {0} = 1",
    }
)


@dataclass(frozen=True)
class QueryColumn:
    """One column that a query gives, with its PostgreSQL type as people write it."""

    name: str
    postgres_type: str


@dataclass(frozen=True)
class FittedColumn:
    """One column as it will be read, with its type in the contract."""

    name: str
    type: ColumnType


@dataclass(frozen=True)
class ColumnProblem:
    """Why one column does not fit, and what to write instead."""

    column: str
    problem: str
    remedy: str


def fit(entity: Entity, columns: Sequence[QueryColumn]) -> tuple[FittedColumn, ...]:
    """The contract's columns in its order, then attributes by name.

    Refused with SourceBrokenError: columns that are missing, of another type family, given twice
    or unknown to the contract. The first problem is told in full, the others are counted.
    """
    problems = column_problems(entity, columns)
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise SourceBrokenError(f"{problems[0].problem}{more}", remedy=problems[0].remedy)
    return _contract_columns(entity) + _attributes(entity, columns)


def column_problems(entity: Entity, columns: Sequence[QueryColumn]) -> tuple[ColumnProblem, ...]:
    """Everything in which the columns differ from the contract; empty where they fit."""
    given = {column.name: column for column in columns}
    twice = [name for name, count in Counter(c.name for c in columns).items() if count > 1]
    wanted = [_wanted_problem(entity, column, given.get(column.name)) for column in entity.columns]
    extra = [_extra_problem(entity, c) for c in columns if c.name not in entity.column_names]
    found = [problem for problem in (*wanted, *extra) if problem]
    return (*(_twice_problem(entity, name) for name in twice), *found)


def attribute_kind(postgres_type: str) -> ColumnType | None:
    """How an attribute of this PostgreSQL type is read; None where it cannot be."""
    return next((kind for kind in ATTRIBUTE_KINDS if postgres_type in FAMILIES[kind]), None)


def _contract_columns(entity: Entity) -> tuple[FittedColumn, ...]:
    return tuple(FittedColumn(column.name, column.type) for column in entity.columns)


def _attributes(entity: Entity, columns: Sequence[QueryColumn]) -> tuple[FittedColumn, ...]:
    extra = sorted(
        (c for c in columns if c.name not in entity.column_names), key=lambda column: column.name
    )
    kinds = ((column.name, attribute_kind(column.postgres_type)) for column in extra)
    return tuple(FittedColumn(name, kind) for name, kind in kinds if kind)


def _wanted_problem(
    entity: Entity, wanted: Column, given: QueryColumn | None
) -> ColumnProblem | None:
    where = f"{entity.name}.{wanted.name}"
    if given is None:
        return ColumnProblem(
            wanted.name, f"{where} ({wanted.type}) is not in the query", _missing_remedy(wanted)
        )
    if given.postgres_type in FAMILIES[wanted.type]:
        return None
    return ColumnProblem(
        wanted.name,
        f"{where} is {given.postgres_type}, the contract wants {wanted.type}",
        f"write {_CASTS[wanted.type].format(wanted.name)}",
    )


def _missing_remedy(wanted: Column) -> str:
    if wanted.nullable:
        return f"select it, or NULL::{_null_type(wanted.type)} AS {wanted.name} where it is unknown"
    return f"select it AS {wanted.name}: every row needs one"


def _null_type(kind: ColumnType) -> str:
    return {"decimal": "numeric", "number": "double precision"}.get(kind, kind)


def _extra_problem(entity: Entity, given: QueryColumn) -> ColumnProblem | None:
    where = f"{entity.name}.{given.name}"
    if not (entity.attributes and given.name.startswith(ATTRIBUTE_PREFIX)):
        return ColumnProblem(
            given.name, f"{where} is not in the contract", _extra_remedy(entity, given)
        )
    if not _ATTRIBUTE.fullmatch(given.name):
        return ColumnProblem(
            given.name,
            f"{entity.name} has an attribute called {given.name!r}",
            f"call it {ATTRIBUTE_PREFIX} and lower case letters, digits or _, unquoted",
        )
    if attribute_kind(given.postgres_type):
        return None
    return ColumnProblem(
        given.name,
        f"{where} is {given.postgres_type}, an attribute is a number, a boolean or a short text",
        f"write {given.name}::double precision, a condition, or {given.name}::text",
    )


def _extra_remedy(entity: Entity, given: QueryColumn) -> str:
    if entity.attributes:
        return f"leave it out, or call it {ATTRIBUTE_PREFIX}{given.name} to make it a feature"
    return "leave it out; only customers and products may have attributes"


def _twice_problem(entity: Entity, name: str) -> ColumnProblem:
    return ColumnProblem(
        name, f"{entity.name}.{name} is in the query twice", "select it once, under one name"
    )
