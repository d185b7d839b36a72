"""What the rows of one entity are like, counted by the server."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg2 import sql

from mkt_pipeline.contracts.entities import Column, ColumnType, Entity
from mkt_pipeline.crm.query_text import checking
from mkt_pipeline.crm.readable import READABLE, condition
from mkt_pipeline.crm.snapshot import Snapshot
from mkt_pipeline.crm.wrapped_query import as_subquery

UPDATED = "updated_at"
BIRTH_YEAR = "birth_year"

_SOME_VALUES = "(array_agg(DISTINCT left({1}, 40)) {0})[1:5]"


@dataclass(frozen=True)
class RowFacts:
    """Counts of one entity; the mappings are by column and hold only what is not zero.

    ``dangling`` has the rows that point nowhere and those that point at all; ``set_aside`` are the
    rows that break any rule, as a night counts them: each once, and all of a key that repeats.
    """

    entity: Entity
    rows: int
    set_aside: int
    repeated: int
    newest_update: datetime | None
    missing: Mapping[str, int]
    unknown: Mapping[str, int]
    unknown_values: Mapping[str, tuple[str, ...]]
    unreadable: Mapping[str, int]
    in_the_future: Mapping[str, int]
    dangling: Mapping[str, tuple[int, int]]
    distinct_texts: Mapping[str, int]


def count_rows(
    snapshot: Snapshot,
    entity: Entity,
    *,
    queries: Mapping[str, str],
    texts: tuple[str, ...],
    numbers: tuple[str, ...],
    now: datetime,
) -> RowFacts:
    """Count in the entity's query; ``texts`` and ``numbers`` are its attributes of these kinds.

    References are followed only to entities that are in ``queries`` themselves. What is later than
    ``now`` lies in the future.
    """
    doing = checking(entity.name, queries[entity.name])
    query = as_subquery(queries[entity.name])
    wanted = _measures(entity, texts, numbers, now)
    chosen = sql.SQL(", ").join(wanted.values())
    (row,) = snapshot.rows(sql.SQL("SELECT {} FROM {}").format(chosen, query), doing=doing)
    told = dict(zip(wanted, row, strict=True))
    repeated, set_aside = 0, told["broken",]
    if told["repeated",]:
        counted = _with_repeated(entity, query, _rules(entity, numbers))
        ((repeated, set_aside),) = snapshot.rows(counted, doing=doing)
    return RowFacts(
        entity=entity,
        rows=told["rows",],
        set_aside=set_aside,
        repeated=repeated,
        newest_update=told["newest_update",],
        missing=_of(told, "missing"),
        unknown=_of(told, "unknown"),
        unknown_values={name: tuple(v) for name, v in _of(told, "unknown_values").items()},
        unreadable=_of(told, "unreadable"),
        in_the_future=_of(told, "in_the_future"),
        dangling=_count_dangling(snapshot, entity, queries),
        distinct_texts=_of(told, "texts"),
    )


def _count_dangling(
    snapshot: Snapshot, entity: Entity, queries: Mapping[str, str]
) -> dict[str, tuple[int, int]]:
    query = as_subquery(queries[entity.name])
    doing = checking(f"the references of {entity.name}", queries[entity.name])
    counts = {
        column.name: snapshot.rows(_dangling(column, query, queries), doing=doing)[0]
        for column in entity.columns
        if column.refers_to in queries
    }
    return {name: (nowhere, every) for name, (nowhere, every) in counts.items() if nowhere}


def _measures(
    entity: Entity, texts: tuple[str, ...], numbers: tuple[str, ...], now: datetime
) -> dict[tuple[str, ...], sql.Composable]:
    """Expressions to select, by what they measure and, where it is about one, the column."""
    measures: dict[tuple[str, ...], sql.Composable] = {
        ("rows",): sql.SQL("count(*)"),
        ("repeated",): _on("count({0}) - count(DISTINCT {0})", entity.key),
        ("newest_update",): _newest(UPDATED),
        ("broken",): sql.SQL("count(*) FILTER (WHERE {})").format(_rules(entity, numbers)),
    }
    for column in entity.columns:
        if not column.nullable:
            measures["missing", column.name] = _on("count(*) - count({0})", column.name)
        if column.allowed:
            measures["unknown", column.name] = _unknown(column, "count(*) {0}")
            measures["unknown_values", column.name] = _unknown(column, _SOME_VALUES)
        if column.name == BIRTH_YEAR or (column.type == "timestamptz" and column.name != UPDATED):
            measures["in_the_future", column.name] = _in_the_future(column, now)
        if column.type in READABLE:
            measures["unreadable", column.name] = _unreadable(column.name, column.type)
    for name in numbers:
        measures["unreadable", name] = _unreadable(name, "number")
    for name in texts:
        measures["texts", name] = _on("count(DISTINCT {0})", name)
    return measures


def _rules(entity: Entity, numbers: tuple[str, ...]) -> sql.Composed:
    """Whether a row breaks any rule but that of its key."""
    rules: list[sql.Composable] = []
    for column in entity.columns:
        if not column.nullable:
            rules.append(_on("{} IS NULL", column.name))
        if column.allowed:
            rules.append(_is_unknown(column))
        if column.type in READABLE:
            rules.append(sql.SQL("NOT ({})").format(condition(column.name, column.type)))
    rules += [sql.SQL("NOT ({})").format(condition(name, "number")) for name in numbers]
    return sql.SQL(" OR ").join(rules)


def _with_repeated(entity: Entity, query: sql.Composed, rules: sql.Composed) -> sql.Composed:
    """How many rows have a key that repeats, and how many have that or break another rule."""
    return sql.SQL(
        "SELECT count(repeated.key), count(*) FILTER (WHERE repeated.key IS NOT NULL OR {0}) "
        "FROM {1} LEFT JOIN (SELECT {2} AS key FROM {1} WHERE {2} IS NOT NULL GROUP BY 1 "
        "HAVING count(*) > 1) AS repeated ON repeated.key = {2}"
    ).format(rules, query, sql.Identifier("q", entity.key))


def _on(expression: str, column: str) -> sql.Composed:
    return sql.SQL(expression).format(sql.Identifier("q", column))


def _newest(column: str) -> sql.Composed:
    # Times that no calendar holds are counted apart, and cannot leave the server.
    return sql.SQL("max({}) FILTER (WHERE {})").format(
        sql.Identifier("q", column), condition(column, "timestamptz")
    )


def _unreadable(column: str, kind: ColumnType) -> sql.Composed:
    return sql.SQL("count(*) FILTER (WHERE NOT ({}))").format(condition(column, kind))


def _unknown(column: Column, expression: str) -> sql.Composed:
    of_them = sql.SQL("FILTER (WHERE {})").format(_is_unknown(column))
    return sql.SQL(expression).format(of_them, sql.Identifier("q", column.name))


def _is_unknown(column: Column) -> sql.Composed:
    allowed = sql.SQL(", ").join(sql.Literal(value) for value in column.allowed)
    name = sql.Identifier("q", column.name)
    return sql.SQL("{} <> ALL (ARRAY[{}])").format(name, allowed)


def _in_the_future(column: Column, now: datetime) -> sql.Composed:
    name, of_year = sql.Identifier("q", column.name), column.type == "integer"
    if of_year:
        latest = sql.Literal(now.year)
        return sql.SQL("count(*) FILTER (WHERE {} > {})").format(name, latest)
    later = sql.SQL("{} AND {} > {}").format(
        condition(column.name, column.type), name, sql.Literal(now)
    )
    return sql.SQL("count(*) FILTER (WHERE {})").format(later)


def _dangling(column: Column, query: sql.Composed, queries: Mapping[str, str]) -> sql.Composed:
    target = str(column.refers_to)
    return sql.SQL(
        "SELECT count(*) FILTER (WHERE target.key IS NULL), count(*) FROM {0} "
        "LEFT JOIN (SELECT DISTINCT {2} AS key FROM {1}) AS target ON target.key = {3} "
        "WHERE {3} IS NOT NULL"
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
