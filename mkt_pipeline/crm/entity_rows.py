"""The rows of one entity at a snapshot, as much of them as a night reads."""

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from mkt_pipeline.contracts.entities import Entity
from mkt_pipeline.contracts.reading import Reading
from mkt_pipeline.crm.snapshot import Snapshot
from mkt_pipeline.crm.wrapped_query import of_keys, of_reading


@dataclass(frozen=True)
class SnapshotRows:
    """``EntityRows`` of one query, all read at the same snapshot."""

    snapshot: Snapshot
    entity: Entity
    query: str
    reading: Reading

    def changed(self) -> pa.RecordBatchReader:
        """The rows that the reading asks for."""
        where = of_reading(self.reading, self.entity.key)
        return self.snapshot.read(self.entity, self.query, where=where)

    def keys(self) -> pa.RecordBatchReader:
        """The key of every row."""
        return self.snapshot.keys(self.entity, self.query)

    def of(self, keys: Sequence[str]) -> pa.RecordBatchReader:
        """The rows of these keys."""
        where = of_keys(keys, self.entity.key)
        return self.snapshot.read(self.entity, self.query, where=where)

    def every(self) -> pa.RecordBatchReader:
        """All rows."""
        return self.snapshot.read(self.entity, self.query)
