"""One view of the CRM at one instant, however long reading it takes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg2
import pyarrow as pa
from psycopg2 import sql
from psycopg2.extensions import connection as Connection  # noqa: N812  the driver names it so
from psycopg2.extensions import cursor as Cursor  # noqa: N812  the same

from mkt_pipeline.contracts.entities import Entity
from mkt_pipeline.contracts.reading import ServerState
from mkt_pipeline.crm.copy_stream import CopyStream
from mkt_pipeline.crm.query_columns import QueryColumn, fit
from mkt_pipeline.crm.query_text import reading
from mkt_pipeline.crm.server_errors import statement_error
from mkt_pipeline.crm.statements import statement
from mkt_pipeline.crm.wrapped_query import arrow_schema, copy_keys, copy_out, no_rows
from mkt_pipeline.database_connection import described
from mkt_pipeline.errors import MktError, SourceBrokenError


class Snapshot:
    """One read-only transaction; a statement that fails leaves it usable for the next one.

    ``taken_at`` is the aware time at which the server began the transaction.
    """

    def __init__(self, connection: Connection, *, limits: Mapping[str, str]) -> None:
        self._connection = connection
        self._began_before = self._oldest_open()
        self._stream: CopyStream | None = None
        self.stream_error: MktError | None = None
        """Why a stream failed, for those who got it through a reader that lost the type."""
        began = self.rows(
            sql.SQL(statement("begin_snapshot")), parameters=limits, doing="opening a snapshot"
        )
        self.taken_at: datetime = began[0][0].astimezone(UTC)
        self.protection = described(connection)
        """How the connection is protected, for people."""
        self._clock_offset = (self.taken_at - datetime.now(UTC)).total_seconds()

    def columns(self, query: str, *, doing: str = "describing a query") -> tuple[QueryColumn, ...]:
        """The columns that the query would give, without reading any of its rows."""
        with self._statement(doing) as cursor:
            cursor.execute(no_rows(query))
            described = [(column.name, column.type_code) for column in cursor.description or ()]
        names = dict(
            self.rows(
                sql.SQL(statement("type_names")),
                parameters={"oids": [oid for _, oid in described]},
                doing=doing,
            )
        )
        return tuple(QueryColumn(name, names[oid]) for name, oid in described)

    def read(
        self, entity: Entity, query: str, *, where: sql.Composable | None = None
    ) -> pa.RecordBatchReader:
        """The rows of the query as a stream, refused at once where columns do not fit.

        ``where`` is a condition on the query's columns, which it calls ``q``.

        The schema is the contract's columns in its order, then attributes by name. Decimals are
        rounded to four places by the server. The statement starts with the first batch and must
        be read to its end before the next one of the same snapshot.
        """
        doing = reading(entity.name, query)
        columns = fit(entity, self.columns(query, doing=doing))
        schema = arrow_schema(columns)
        copy = copy_out(query, columns, where=where)
        return pa.RecordBatchReader.from_batches(schema, self._batches(copy, schema, doing))

    def keys(self, entity: Entity, query: str) -> pa.RecordBatchReader:
        """The key of every row of the query as a stream of one text column."""
        schema = pa.schema([pa.field(entity.key, pa.string())])
        doing = f"{reading(entity.name, query)}, keys only"
        return pa.RecordBatchReader.from_batches(
            schema, self._batches(copy_keys(query, entity.key), schema, doing)
        )

    def server_state(self) -> ServerState:
        """The server's clock, and the oldest transaction whose rows the snapshot may lack."""
        return ServerState(self.taken_at, self._began_before, self._clock_offset)

    def rows(
        self,
        query: sql.Composable,
        *,
        parameters: Mapping[str, Any] | None = None,
        doing: str,
    ) -> list[tuple[Any, ...]]:
        """All rows of a small statement; ``doing`` names it where it fails."""
        with self._statement(doing) as cursor:
            cursor.execute(query, parameters)
            return cursor.fetchall()

    def stop_stream(self) -> None:
        """End a stream that was not read to its end; the transaction goes on."""
        if self._stream:
            self._stream.stop()
            self._stream = None
            self._roll_back()

    def _oldest_open(self) -> datetime | None:
        """When the oldest open transaction began; None where the role may not see all of them.

        Asked in a transaction that ends before that of the snapshot begins: one that commits in
        between is seen by the snapshot, and one that commits later was open, or began, after this.
        """
        try:
            with self._connection, self._connection.cursor() as cursor:
                cursor.execute(statement("oldest_open_transaction"))
                oldest, sees_all = cursor.fetchall()[0]
        except psycopg2.Error as error:
            raise statement_error(error, doing="looking for open transactions") from None
        return oldest.astimezone(UTC) if sees_all else None

    @contextmanager
    def _statement(self, doing: str) -> Iterator[Cursor]:
        self.stop_stream()
        try:
            self._execute("SAVEPOINT statement")
            with self._connection.cursor() as cursor:
                yield cursor
            self._execute("RELEASE SAVEPOINT statement")
        except psycopg2.Error as error:
            self._roll_back()
            raise statement_error(error, doing=doing) from None

    def _batches(
        self, copy: sql.Composed, schema: pa.Schema, doing: str
    ) -> Iterator[pa.RecordBatch]:
        if self._connection.closed:
            raise SourceBrokenError(
                f"{doing} began after its snapshot had ended",
                remedy="read it inside `with crm.snapshot()`",
            )
        self.stop_stream()
        self._execute("SAVEPOINT statement")
        stream = CopyStream(
            self._connection, copy.as_string(self._connection), schema=schema, doing=doing
        )
        self._stream = stream
        try:
            yield from stream.batches()
        except MktError as error:
            self.stream_error = error
            raise
        finally:
            if self._stream is stream:
                self.stop_stream()

    def _roll_back(self) -> None:
        # Nothing is left to roll back where the server ended the connection.
        if not self._connection.closed:
            self._execute("ROLLBACK TO SAVEPOINT statement")

    def _execute(self, command: str) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(command)
