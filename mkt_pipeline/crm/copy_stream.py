"""One COPY out of PostgreSQL as a stream of Arrow batches, in bounded memory.

psycopg2 writes what the server sends into a pipe, on a thread; Arrow reads the other end. The
pipe is what bounds memory: a slow consumer stops the writer, and through it the server.
"""

import os
import re
import threading
from collections.abc import Iterator

import psycopg2
import pyarrow as pa
from psycopg2.extensions import connection as Connection  # noqa: N812  the driver names it so
from pyarrow import csv

from mkt_pipeline.crm.server_errors import statement_error
from mkt_pipeline.errors import MktError, SourceBrokenError

BLOCK_BYTES = 8 * 1024 * 1024
"""Read at once; also the longest row."""

PIPE_BUFFER_BYTES = 1024 * 1024


class CopyStream:
    """Runs one COPY statement; at most one may run on a connection at a time."""

    def __init__(
        self, connection: Connection, statement: str, *, schema: pa.Schema, doing: str
    ) -> None:
        self._connection = connection
        self._statement = statement
        self._schema = schema
        self._doing = doing
        self._server_error: psycopg2.Error | None = None
        self._stopped = False
        reading, writing = os.pipe()
        self._source = os.fdopen(reading, "rb", buffering=PIPE_BUFFER_BYTES)
        self._sink = os.fdopen(writing, "wb", buffering=PIPE_BUFFER_BYTES)
        self._thread = threading.Thread(target=self._copy, name=f"copy: {doing}", daemon=True)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows; whatever ends the iteration early also ends the statement."""
        self._thread.start()
        try:
            yield from self._parsed()
            self._thread.join()
            self._raise_failure(None)
        except (pa.ArrowInvalid, ValueError, OSError) as error:
            self.stop(keep_reason=True)
            self._raise_failure(error)
        finally:
            self.stop()

    def stop(self, *, keep_reason: bool = False) -> None:
        """End the statement if it still runs, and free the pipe and the thread."""
        self._stopped = self._stopped or not keep_reason
        if self._thread.is_alive():
            self._connection.cancel()
        # A writer that waits on a full pipe sees its end here.
        self._source.close()
        self._thread.join()

    def _parsed(self) -> Iterator[pa.RecordBatch]:
        with csv.open_csv(
            self._source,
            read_options=csv.ReadOptions(block_size=BLOCK_BYTES, use_threads=False),
            parse_options=csv.ParseOptions(newlines_in_values=True),
            convert_options=self._conversion(),
        ) as reader:
            for batch in reader:
                yield pa.RecordBatch.from_arrays(batch.columns, schema=self._schema)

    def _conversion(self) -> csv.ConvertOptions:
        return csv.ConvertOptions(
            column_types=self._schema,
            null_values=[""],
            true_values=["t"],
            false_values=["f"],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        )

    def _copy(self) -> None:
        try:
            with self._sink, self._connection.cursor() as cursor:
                cursor.copy_expert(self._statement, self._sink)
        except psycopg2.Error as error:
            self._server_error = error
        except BrokenPipeError:
            # Nobody reads any more: stop() closed the other end and knows why.
            return

    def _raise_failure(self, error: Exception | None) -> None:
        if self._stopped:
            raise SourceBrokenError(
                f"{self._doing} was cut off by another statement of the same snapshot",
                remedy="read one entity to its end before the next",
            ) from None
        if self._server_error and not (error and self._server_error.pgcode == "57014"):
            raise statement_error(self._server_error, doing=self._doing) from None
        if error:
            raise self._unreadable(str(error)) from None

    def _unreadable(self, told: str) -> MktError:
        """Arrow's own message quotes the value, so only the column is taken from it."""
        place = re.search(r"CSV column #(\d+)", told)
        if not place:
            return SourceBrokenError(
                f"{self._doing}: a row is longer than {BLOCK_BYTES} bytes, or not UTF-8",
                remedy="shorten long texts in the query, such as left(body, 100000)",
            )
        field = self._schema.field(int(place.group(1)))
        return SourceBrokenError(
            f"{self._doing}: a value of {field.name} is no {field.type}",
            remedy="leave out or correct such rows in the query",
        )
