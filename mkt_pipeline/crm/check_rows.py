"""What the rows of one entity are like, counted by the server."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg2 import sql

from mkt_pipeline.contracts.entities import Column, ColumnType, Entity
from mkt_pipeline.crm.check_report import Problem
from mkt_pipeline.crm.query_text import checking
from mkt_pipeline.crm.readable import READABLE, condition
from mkt_pipeline.crm.snapshot import Snapshot
from mkt_pipeline.crm.wrapped_query import as_subquery

SHORT_CATEGORY_VALUES = 200
"""An attribute with more different texts than this is an id or a free text, not a category."""


@dataclass(frozen=True)
class RowFacts:
    """Counts of one entity; the mappings are by column and hold only what is not zero."""

    entity: Entity
    rows: int
    repeated_keys: int
    newest_update: datetime | None
    missing: Mapping[str, int]
    unknown: Mapping[str, tuple[str, ...]]
    unreadable: Mapping[str, int]
    dangling: Mapping[str, int]
    distinct_texts: Mapping[str, int]


def count_rows(
    snapshot: Snapshot,
    entity: Entity,
    *,
    queries: Mapping[str, str],
    texts: tuple[str, ...],
    numbers: tuple[str, ...],
) -> RowFacts:
    """Count in the entity's query; ``texts`` and ``numbers`` are its attributes of these kinds.

    References are followed only to entities that are in ``queries`` themselves.
    """
    doing = checking(entity.name, queries[entity.name])
    query = as_subquery(queries[entity.name])
    wanted = _measures(entity, texts, numbers)
    chosen = sql.SQL(", ").join(wanted.values())
    (row,) = snapshot.rows(sql.SQL("SELECT {} FROM {}").format(chosen, query), doing=doing)
    told = dict(zip(wanted, row, strict=True))
    return RowFacts(
        entity=entity,
        rows=told["rows",],
        repeated_keys=told["repeated",],
        newest_update=told["newest_update",],
        missing=_of(told, "missing"),
        unknown={name: tuple(values) for name, values in _of(told, "unknown").items()},
        unreadable=_of(told, "unreadable"),
        dangling=_count_dangling(snapshot, entity, queries),
        distinct_texts=_of(told, "texts"),
    )


def _count_dangling(
    snapshot: Snapshot, entity: Entity, queries: Mapping[str, str]
) -> dict[str, int]:
    query = as_subquery(queries[entity.name])
    doing = checking(f"the references of {entity.name}", queries[entity.name])
    counts = {
        column.name: snapshot.rows(_dangling(column, query, queries), doing=doing)[0][0]
        for column in entity.columns
        if column.refers_to in queries
    }
    return {name: count for name, count in counts.items() if count}


def row_problems(
    facts: RowFacts, *, may_be_empty: bool, quarantine_limit: float, now: datetime
) -> Iterator[Problem]:
    """What is wrong with the rows; more bad ones than the source's limit allows are an error.

    Updates later than ``now`` lie in the future.
    """
    name = facts.entity.name
    if not facts.rows:
        yield from _empty(name, may_be_empty=may_be_empty)
        return
    limit = quarantine_limit * facts.rows
    for count, problem, remedy in _bad_rows(facts):
        yield Problem("error" if count > limit else "warning", problem, remedy)
    yield from _values(facts)
    yield from _times(facts, now)


def _measures(
    entity: Entity, texts: tuple[str, ...], numbers: tuple[str, ...]
) -> dict[tuple[str, ...], sql.Composable]:
    """Expressions to select, by what they measure and, where it is about one, the column."""
    measures: dict[tuple[str, ...], sql.Composable] = {
        ("rows",): sql.SQL("count(*)"),
        ("repeated",): _on("count({0}) - count(DISTINCT {0})", entity.key),
        ("newest_update",): _newest("updated_at"),
    }
    for column in entity.columns:
        if not column.nullable:
            measures["missing", column.name] = _on("count(*) - count({0})", column.name)
        if column.allowed:
            measures["unknown", column.name] = _unknown(column)
        if column.type in READABLE:
            measures["unreadable", column.name] = _unreadable(column.name, column.type)
    for name in numbers:
        measures["unreadable", name] = _unreadable(name, "number")
    for name in texts:
        measures["texts", name] = _on("count(DISTINCT {0})", name)
    return measures


def _on(expression: str, column: str) -> sql.Composed:
    return sql.SQL(expression).format(sql.Identifier("q", column))


def _newest(column: str) -> sql.Composed:
    # Times that no calendar holds are counted apart, and cannot leave the server.
    return sql.SQL("max({}) FILTER (WHERE {})").format(
        sql.Identifier("q", column), condition(column, "timestamptz")
    )


def _unreadable(column: str, kind: ColumnType) -> sql.Composed:
    return sql.SQL("count(*) FILTER (WHERE NOT ({}))").format(condition(column, kind))


def _unknown(column: Column) -> sql.Composed:
    return sql.SQL(
        "(array_agg(DISTINCT left({0}, 40)) FILTER (WHERE {0} <> ALL (ARRAY[{1}])))[1:5]"
    ).format(
        sql.Identifier("q", column.name),
        sql.SQL(", ").join(sql.Literal(value) for value in column.allowed),
    )


def _dangling(column: Column, query: sql.Composed, queries: Mapping[str, str]) -> sql.Composed:
    target = str(column.refers_to)
    return sql.SQL(
        "SELECT count(*) FROM {0} LEFT JOIN (SELECT DISTINCT {2} AS key FROM {1}) AS target "
        "ON target.key = {3} WHERE {3} IS NOT NULL AND target.key IS NULL"
    ).format(
        query,
        as_subquery(queries[target]),
        sql.Identifier("q", _key_of(target)),
        sql.Identifier("q", column.name),
    )


def _key_of(entity: str) -> str:
    return {"customers": "customer_id", "products": "product_id"}[entity]


def _of(told: Mapping[tuple[str, ...], Any], measure: str) -> dict[str, Any]:
    return {key[1]: value for key, value in told.items() if key[0] == measure and value}


def _empty(name: str, *, may_be_empty: bool) -> Iterator[Problem]:
    if may_be_empty:
        yield Problem("note", f"{name} reads zero rows, as it may", "nothing to do")
        return
    yield Problem(
        "error",
        f"{name} reads zero rows",
        "look whether row-level security or a filter hides them; list it in may_be_empty of "
        "source.yaml if there are none yet",
    )


def _bad_rows(facts: RowFacts) -> Iterator[tuple[int, str, str]]:
    """Rows that a night would set aside: how many, what is wrong, and the remedy."""
    name = facts.entity.name
    if facts.repeated_keys:
        yield (
            facts.repeated_keys,
            f"{name}.{facts.entity.key} repeats in {facts.repeated_keys:,} rows",
            "give every row a key of its own; look for a join that multiplies rows",
        )
    for column, count in facts.missing.items():
        yield (
            count,
            f"{name}.{column} is missing in {count:,} of {facts.rows:,} rows",
            "fill it in the query, or leave such rows out in a WHERE",
        )
    for column, count in facts.unreadable.items():
        yield (
            count,
            f"{name}.{column} cannot be read in {count:,} of {facts.rows:,} rows (infinity, NaN, "
            "before the year 1, after 9999, or beyond 14 digits)",
            "leave such rows out, or write NULL, in the query",
        )
    for column, count in facts.dangling.items():
        yield (
            count,
            f"{name}.{column} points nowhere in {count:,} of {facts.rows:,} rows",
            f"let the query of {facts.entity.column(column).refers_to} give them, or leave these "
            "rows out",
        )


def _values(facts: RowFacts) -> Iterator[Problem]:
    name = facts.entity.name
    for column, values in facts.unknown.items():
        allowed = ", ".join(facts.entity.column(column).allowed)
        told = ", ".join(repr(value) for value in values)
        remedy = f"map each to one of {allowed} in a CASE"
        yield Problem("error", f"{name}.{column} holds unknown values: {told}", remedy)
    for column, count in facts.distinct_texts.items():
        if count > SHORT_CATEGORY_VALUES:
            yield Problem(
                "warning",
                f"{name}.{column} has {count:,} different texts",
                f"group them to at most {SHORT_CATEGORY_VALUES}, or leave the attribute out",
            )


def _times(facts: RowFacts, now: datetime) -> Iterator[Problem]:
    name = facts.entity.name
    if facts.newest_update is None:
        yield Problem(
            "note",
            f"{name}.updated_at is never given",
            "map it where the CRM keeps it; changes are then found by comparing rows",
        )
    elif facts.newest_update > now:
        yield Problem(
            "warning",
            f"{name}.updated_at reaches {facts.newest_update:%Y-%m-%d %H:%M} UTC, in the future",
            "look whether the CRM keeps local time: AT TIME ZONE must name that zone",
        )
