"""Arrow record batches as the CSV stream that COPY reads."""

import io
from collections.abc import Iterator

import pyarrow as pa
from pyarrow import csv

from mkt_pipeline.campaign.json_column import json_text
from mkt_pipeline.errors import DataRefusedError

COLUMNS = ("customer_id", "propensity", "segment", "recommended_products", "reasons")
"""What the rows of a publication must have; ``segment_rank`` may be there as well."""

OPTIONAL = ("segment_rank",)
_JSON = frozenset({"recommended_products", "reasons"})
_SLICE_ROWS = 32_768
"""Bounds the memory: a slice is written as CSV as a whole."""


class CopyStream:
    """What ``copy_expert`` reads from: ``read(size)`` gives up to ``size`` bytes of CSV.

    The driver turns an error that happens in ``read`` into its own; ``failure`` keeps the real one.
    Columns that are missing or unknown are refused when the stream is made.
    """

    def __init__(self, rows: pa.RecordBatchReader) -> None:
        self.columns = _columns_of(rows.schema)
        self.failure: BaseException | None = None
        self._slices = _slices(rows, self.columns)
        self._chunk = io.BytesIO()

    def read(self, size: int = -1) -> bytes:
        """Up to ``size`` bytes; none at the end."""
        try:
            while not (data := self._chunk.read(size)):
                following = next(self._slices, None)
                if following is None:
                    return b""
                self._chunk = io.BytesIO(following)
        except BaseException as error:
            self.failure = error
            raise
        return data


def _columns_of(schema: pa.Schema) -> tuple[str, ...]:
    names = set(schema.names)
    missing = sorted(set(COLUMNS) - names)
    unknown = sorted(names - set(COLUMNS) - set(OPTIONAL))
    if missing or unknown or len(names) < len(schema.names):
        raise DataRefusedError(
            f"rows to publish miss the columns {missing} and have the unknown columns {unknown}",
            remedy=f"give {', '.join(COLUMNS)} and, if wanted, {', '.join(OPTIONAL)}, each once",
        )
    return tuple(name for name in COLUMNS + OPTIONAL if name in names)


def _slices(rows: pa.RecordBatchReader, columns: tuple[str, ...]) -> Iterator[bytes]:
    options = csv.WriteOptions(include_header=False)
    for batch in rows:
        for start in range(0, batch.num_rows, _SLICE_ROWS):
            table = _as_text(batch.slice(start, _SLICE_ROWS), columns)
            out = io.BytesIO()
            csv.write_csv(table, out, options)
            yield out.getvalue()


def _as_text(batch: pa.RecordBatch, columns: tuple[str, ...]) -> pa.RecordBatch:
    arrays = [
        json_text(batch.column(name), name=name) if name in _JSON else batch.column(name)
        for name in columns
    ]
    return pa.RecordBatch.from_arrays(arrays, names=list(columns))
