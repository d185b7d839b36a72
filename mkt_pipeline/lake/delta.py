"""Delta tables: the only place that opens and commits them."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
from deltalake import (
    ColumnProperties,
    CommitProperties,
    DeltaTable,
    WriterProperties,
    write_deltalake,
)

from mkt_pipeline.contracts.entities import ENTITIES
from mkt_pipeline.errors import BusyError
from mkt_pipeline.lake.place import Place
from mkt_pipeline.lake.storage import LOCAL, Storage
from mkt_pipeline.lake.storage_errors import storage_errors

# A write into one partition is handed to one of several writers, and the queue before it has no
# end while the others have nothing: all rows of a day would wait in memory. With one writer the
# queue is short. Read by delta-rs when it first writes.
os.environ.setdefault("DELTARS_MAX_CONCURRENT_WRITERS", "1")

KEPT_LOG = {
    "delta.logRetentionDuration": "interval 36500 days",
    "delta.enableExpiredLogCleanup": "false",
}
"""Commits are kept for good: they hold the facts, and Delta would clean them up after a month."""

_NO_DICTIONARY = ColumnProperties(dictionary_enabled=False, statistics_enabled="CHUNK")
_ALL_DIFFERENT = ("row_hash", *(entity.key for entity in ENTITIES.values()))
"""A dictionary of values that never repeat costs a quarter of the time of writing, and room."""

WRITER = WriterProperties(
    max_row_group_size=65_536,
    compression="ZSTD",
    compression_level=1,
    # Nobody reads what a page holds at least and at most: a sixth less time (6 million rows).
    default_column_properties=ColumnProperties(statistics_enabled="CHUNK"),
    column_properties=dict.fromkeys(_ALL_DIFFERENT, _NO_DICTIONARY),
)
"""Rows wait in memory until their group is whole: a million of a feature set are a gigabyte."""

FACTS = "mkt"
"""Key of the commit metadata under which a commit carries its own facts as JSON."""


@dataclass(frozen=True)
class DeltaStore:
    """One Delta table at a URI; it need not exist yet."""

    uri: str
    storage: Storage = LOCAL

    @classmethod
    def at(cls, place: Place) -> "DeltaStore":
        """The table in a place."""
        return cls(place.uri, place.storage)

    def table(self, version: int | None = None) -> DeltaTable:
        """The table as it is, or as it was."""
        with storage_errors(self.uri):
            return DeltaTable(self.uri, version=version, storage_options=self._options)

    @property
    def _options(self) -> dict[str, str] | None:
        return self.storage.options(self.uri)

    @property
    def exists(self) -> bool:
        """Whether anything was ever committed."""
        with storage_errors(self.uri):
            return bool(DeltaTable.is_deltatable(self.uri, self._options))

    @property
    def version(self) -> int:
        """The number of the newest commit; -1 before the first."""
        return int(self.table().version()) if self.exists else -1

    def files(self, *, as_of: str | None = None, version: int | None = None) -> list[str]:
        """The data files of the newest version or of an earlier one; with ``as_of``, those of one
        partition.
        """
        if not self.exists:
            return []
        filters = None if as_of is None else [("as_of", "=", as_of)]
        uris = self.table(version).file_uris(file_pruning_predicate=filters)
        # They come percent-encoded, which no reader of files understands.
        return [unquote(uri) for uri in uris]

    def is_whole(self, version: int, *, as_of: str | None = None) -> bool:
        """Whether every file of an earlier version is there; vacuum removes what went long ago."""
        place = Place(self.uri, self.storage)
        paths = [
            f"{place.root}/{place.name_of(file)}"
            for file in self.files(as_of=as_of, version=version)
        ]
        with storage_errors(self.uri):
            found = place.filesystem.get_file_info(paths)
        return all(one.is_file for one in found)

    def column_names(self) -> tuple[str, ...]:
        """Names of the columns of the newest version."""
        return tuple(field.name for field in self.table().schema().fields)

    def facts(self) -> Iterator[Mapping[str, Any]]:
        """The facts of every commit that carries any, the newest first."""
        yield from (json.loads(entry[FACTS]) for entry in self._history() if FACTS in entry)

    def _history(self) -> list[dict[str, Any]]:
        with storage_errors(self.uri):
            return self.table().history() if self.exists else []

    def append(
        self, rows: pa.RecordBatchReader, *, facts: Mapping[str, Any], after: int | None = None
    ) -> None:
        """Append rows in one commit; new columns are added, and an empty append still commits.

        With ``after``, the commit is the one that follows this version (-1 for the first), or
        BusyError: whoever compared with that version must not append to another.
        """
        with storage_errors(self.uri):
            if after == -1:
                self._refuse_existing()
            table = self.uri if after in (None, -1) else self.table(after)
            write_deltalake(
                table,
                rows,
                mode="error" if after == -1 else "append",
                schema_mode=None if after == -1 else "merge",
                configuration=None if self.exists else KEPT_LOG,
                writer_properties=WRITER,
                storage_options=self._options,
                commit_properties=_with(facts, retries=None if after is None else 0),
            )

    def _refuse_existing(self) -> None:
        if self.exists:
            raise BusyError(
                f"another run committed to {self.uri} at the same time", remedy="run it again"
            )

    def replace_day(
        self, rows: pa.RecordBatchReader, *, as_of: str, facts: Mapping[str, Any]
    ) -> None:
        """Put rows (with a text column ``as_of``) in place of that day's, in one commit."""
        with storage_errors(self.uri):
            write_deltalake(
                self.uri,
                rows,
                mode="overwrite",
                predicate=f"as_of = '{as_of}'" if self.exists else None,
                partition_by=["as_of"],
                schema_mode="merge" if self.exists else None,
                configuration=None if self.exists else KEPT_LOG,
                writer_properties=WRITER,
                storage_options=self._options,
                commit_properties=_with(facts),
            )

    def delete(self, predicate: str, *, facts: Mapping[str, Any] | None) -> None:
        """Remove the rows that fulfil a condition, in one commit; files that held them stay."""
        with storage_errors(self.uri):
            self.table().delete(predicate, commit_properties=_with(facts) if facts else None)

    def keep_log(self) -> None:
        """Let no commit be cleaned up, also where the table was made without that setting."""
        table = self.table()
        if not KEPT_LOG.items() <= table.metadata().configuration.items():
            table.alter.set_table_properties(KEPT_LOG)


def _with(facts: Mapping[str, Any], *, retries: int | None = None) -> CommitProperties:
    return CommitProperties(
        custom_metadata={FACTS: json.dumps(facts, sort_keys=True)}, max_commit_retries=retries
    )
