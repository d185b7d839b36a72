"""Writes the journal to the CRM and counts what was written."""

from collections.abc import Mapping
from typing import Any

from psycopg2.extensions import cursor as Cursor  # noqa: N812  the driver names it so

from mkt_pipeline.samples.dealership.database import CRM, TRUTH, copy_in
from mkt_pipeline.samples.dealership.journal import Journal
from mkt_pipeline.samples.dealership.tables import (
    EVENT_TABLES,
    STATE_TABLES,
    TRUTH_TABLES,
    arrow_table,
)

WAITING_ROWS = 400_000
"""So many rows are collected before they are written; it bounds the memory of a large load."""


class TableWriter:
    """Copies rows into the tables of the sample; ``counts`` holds the rows by table."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self.counts: dict[str, int] = {}

    def write_events(self, journal: Journal, *, at_least: int = 1) -> None:
        """Write and forget the journal's event rows, once there are ``at_least`` so many."""
        if journal.rows(EVENT_TABLES) < at_least:
            return
        for table, spec in EVENT_TABLES.items():
            columns = journal.take(table)
            if columns is not None:
                self._write(CRM, table, arrow_table(columns, spec))

    def write_truths(self, journal: Journal) -> None:
        """Write and forget what only the sample knows."""
        for table, spec in TRUTH_TABLES.items():
            columns = journal.take(table)
            if columns is not None:
                copy_in(self._cursor, TRUTH, table, arrow_table(columns, spec))

    def write_state(self, table: str, columns: Mapping[str, Any] | None) -> None:
        """Write new rows of one of the tables whose rows change later."""
        if columns is not None:
            self._write(CRM, table, arrow_table(columns, STATE_TABLES[table]))

    def _write(self, schema: str, table: str, rows: Any) -> None:  # noqa: ANN401 - Arrow is untyped
        written = copy_in(self._cursor, schema, table, rows)
        self.counts[table] = self.counts.get(table, 0) + written
