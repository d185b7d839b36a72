"""Rows on their way from the CRM into the lake: a Parquet file on the scratch disk."""

import uuid
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq


def stage(reader: pa.RecordBatchReader, folder: Path, name: str = "staged") -> Path:
    """Write a stream to one Parquet file, a row group at a time; memory stays bounded."""
    path = folder / f"{name}-{uuid.uuid4().hex}.parquet"
    # Read once and thrown away: packing it tighter costs more than it saves.
    with pq.ParquetWriter(path, reader.schema, compression="lz4", use_dictionary=False) as writer:
        for batch in reader:
            writer.write_batch(batch)
    return path
