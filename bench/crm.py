"""A CRM of any size: one sample dealership, written once and repeated under other ids.

Repeating keeps the shape of the data (who buys how often, how events lie in time) and is as quick
as the server writes. Generating a million customers day by day would take longer than the bench.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor  # noqa: N812  the driver names it so

from mkt_pipeline.samples.dealership import load_dealership

BASE_CUSTOMERS = 25_000
LINES_PER_CUSTOMER, INTERACTIONS_PER_CUSTOMER = 5, 20
"""What the bench promises; the sample has fewer, so visits are repeated until there are enough."""

PERSONS_STEP = 10_000_000
"""Ids of one copy; the sample stays far below it."""

KEYS = {
    "households": "household_id",
    "persons": "person_id",
    "household_changes": "change_id",
    "vehicles_owned": "vehicle_id",
    "leads": "lead_id",
    "test_drives": "test_drive_id",
    "quotes": "quote_id",
    "sales": "sale_id",
    "service_visits": "visit_id",
    "web_visits": "web_visit_id",
    "mailing_sends": "send_id",
    "consent_log": "entry_id",
    "complaints": "complaint_id",
    "reviews": "review_id",
}
"""Tables that grow with the customers, and the key of each."""

SHIFTED = ("household_id", "person_id", "vehicle_id")
"""Columns that point to a row of the same copy."""

TIMES = {
    "leads": "received_at",
    "quotes": "quoted_at",
    "sales": "sold_at",
    "service_visits": "visited_at",
    "web_visits": "visited_at",
    "mailing_sends": "sent_at",
}
"""Events of which there is more where history is longer."""


@dataclass(frozen=True)
class Built:
    """What was written: customers, order lines and interactions."""

    customers: int
    order_lines: int
    interactions: int


def build(url: str, *, customers: int, until: date, history: int = 1) -> Built:
    """Fill an empty database; ``history`` times as many events per customer, further back."""
    base = min(BASE_CUSTOMERS, customers)
    load_dealership(url=url, customers=base, until=until)
    copies = max(customers // base, 1)
    with _cursor(url) as cursor:
        _drop_indexes(cursor)
        for table, key in KEYS.items():
            _repeat(cursor, table, key, copies)
        found = _counted(cursor)
        _top_up(cursor, "service_visits", LINES_PER_CUSTOMER * customers - found.order_lines)
        _top_up(cursor, "web_visits", INTERACTIONS_PER_CUSTOMER * customers - found.interactions)
        for table in TIMES:
            for times in range(1, history):
                _further_back(cursor, table, days=1825 * times)
        for table, key in KEYS.items():
            cursor.execute(
                sql.SQL("ALTER TABLE {} ADD PRIMARY KEY ({})").format(_table(table), _name(key))
            )
            cursor.execute(
                sql.SQL("CREATE INDEX ON {} USING brin (updated_at)").format(_table(table))
            )
        _settle(cursor)
        return _counted(cursor)


def change(url: str, *, percent: float, on: date) -> None:
    """What a day brings: a share of customers changes, buys, visits; a few rows go."""
    with _cursor(url) as cursor:
        moment = sql.Literal(f"{on.isoformat()} 12:00:00+00")
        for table in ("persons", "web_visits", "sales", "mailing_sends"):
            cursor.execute(
                sql.SQL("UPDATE {} SET updated_at = {} WHERE mod({}, 10000) < {}").format(
                    _table(table), moment, _name(KEYS[table]), sql.Literal(int(percent * 100))
                )
            )
        cursor.execute(
            sql.SQL("DELETE FROM {} WHERE mod({}, 100000) = 7").format(
                _table("web_visits"), _name("web_visit_id")
            )
        )
        _settle(cursor)


def _settle(cursor: Cursor) -> None:
    """As a database is at night. Whoever reads rows first after a large load marks every one of
    them as committed and competes with autovacuum; that would be measured as part of the night, and
    not of what is run after it.
    """
    cursor.execute("VACUUM (ANALYZE)")
    cursor.execute("CHECKPOINT")


@contextmanager
def _cursor(url: str) -> Iterator[Cursor]:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit = off")
            cursor.execute("SET maintenance_work_mem = '512MB'")
            yield cursor
    finally:
        connection.close()


def _table(name: str) -> sql.Identifier:
    return sql.Identifier("dealership", name)


def _name(column: str) -> sql.Identifier:
    return sql.Identifier(column)


def _columns(cursor: Cursor, table: str) -> list[str]:
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = ('dealership.' || %s)::regclass"
        " AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        (table,),
    )
    return [name for (name,) in cursor.fetchall()]


def _drop_indexes(cursor: Cursor) -> None:
    for table in KEYS:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = ('dealership.' || %s)::regclass"
            " AND contype = 'p'",
            (table,),
        )
        for (name,) in cursor.fetchall():
            cursor.execute(
                sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(_table(table), _name(name))
            )
        cursor.execute(
            "SELECT indexrelid::regclass::text FROM pg_index"
            " WHERE indrelid = ('dealership.' || %s)::regclass",
            (table,),
        )
        for (name,) in cursor.fetchall():
            cursor.execute(sql.SQL("DROP INDEX ") + sql.SQL(name))


def _repeat(cursor: Cursor, table: str, key: str, copies: int) -> None:
    if copies < 2:
        return
    columns = _columns(cursor, table)
    cursor.execute(f"ALTER TABLE dealership.{table} ALTER COLUMN {key} TYPE bigint")
    shifted = [
        sql.SQL("{} + copy.n * {}").format(_name(column), sql.Literal(PERSONS_STEP))
        if column in (*SHIFTED, key)
        else _name(column)
        for column in columns
    ]
    for column in set(SHIFTED) & set(columns):
        cursor.execute(f"ALTER TABLE dealership.{table} ALTER COLUMN {column} TYPE bigint")
    cursor.execute(
        sql.SQL(
            "INSERT INTO {table} SELECT {columns} FROM {table}, generate_series(1, {last})"
            " AS copy (n)"
        ).format(
            table=_table(table),
            columns=sql.SQL(", ").join(shifted),
            last=sql.Literal(copies - 1),
        )
    )


def _top_up(cursor: Cursor, table: str, missing: int) -> None:
    """As many rows more, spread over all customers and some months earlier."""
    rounds = 0
    while missing > 0:
        cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(_table(table)))
        there, rounds = cursor.fetchone()[0], rounds + 1
        share = min(math.ceil(1000 * missing / there), 1000)
        missing -= _further_back(cursor, table, days=150 * rounds, per_mille=share)


def _further_back(cursor: Cursor, table: str, *, days: int, per_mille: int = 1000) -> int:
    """A share of the events once more, so many days earlier; how many."""
    key = KEYS[table]
    highest = sql.SQL("(SELECT max({}) FROM {})").format(_name(key), _table(table))
    earlier = sql.SQL("{} - {} * interval '1 day'")
    moved = [
        sql.SQL("{} + {}").format(_name(column), highest)
        if column == key
        else earlier.format(_name(column), sql.Literal(days))
        if column in (TIMES[table], "updated_at", "opened_at", "clicked_at")
        else _name(column)
        for column in _columns(cursor, table)
    ]
    cursor.execute(
        sql.SQL(
            "INSERT INTO {table} SELECT {columns} FROM {table} WHERE mod({key}, 1000) < {share}"
        ).format(
            table=_table(table),
            columns=sql.SQL(", ").join(moved),
            key=_name(key),
            share=sql.Literal(per_mille),
        )
    )
    return int(cursor.rowcount)


def _counted(cursor: Cursor) -> Built:
    def count(*tables: str) -> int:
        total = 0
        for table in tables:
            cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(_table(table)))
            total += cursor.fetchone()[0]
        return total

    mails = "SELECT sum(1 + (opened_at IS NOT NULL)::int + (clicked_at IS NOT NULL)::int)"
    cursor.execute(f"{mails} FROM dealership.mailing_sends")
    sent = int(cursor.fetchone()[0] or 0)
    others = count("web_visits", "leads", "test_drives", "household_changes", "complaints")
    return Built(count("persons"), count("quotes", "sales", "service_visits"), others + sent)
