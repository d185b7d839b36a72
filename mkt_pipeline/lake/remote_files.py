"""Objects of a store, fetched to the scratch disk of a step, where DuckDB reads them."""

from dataclasses import dataclass
from pathlib import Path

from pyarrow import fs

from mkt_pipeline.lake.storage import S3
from mkt_pipeline.lake.storage_errors import storage_errors

COPIED_AT_ONCE = 8 * 2**20
"""Bytes in memory at a time."""


@dataclass(frozen=True)
class RemoteFiles:
    """Each object is fetched once; below ``folder`` it has the path that it has in the store,
    from which DuckDB reads the values of partitions.
    """

    store: fs.FileSystem
    folder: Path

    def local(self, uri: str) -> str:
        """The path of a file on this machine; one that is here already is left where it is."""
        if not uri.startswith(S3):
            return uri
        target = self.folder / uri.removeprefix(S3)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            draft = target.with_name(f"{target.name}.part")
            with storage_errors(uri):
                fs.copy_files(
                    uri.removeprefix(S3),
                    str(draft),
                    source_filesystem=self.store,
                    destination_filesystem=fs.LocalFileSystem(),
                    chunk_size=COPIED_AT_ONCE,
                    use_threads=False,
                )
            draft.replace(target)
        return str(target)
