"""`mkt backup`: everything into one folder, consistent with itself, while nights go on."""

import errno
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from mkt_pipeline.backup.files import copy_files, digest, files_in
from mkt_pipeline.backup.lake_copy import copy_lake, refuse_torn
from mkt_pipeline.backup.manifest import FORMAT, Manifest
from mkt_pipeline.backup.places import FIRST, MLFLOW, Places
from mkt_pipeline.backup.postgres_programs import dump
from mkt_pipeline.errors import BadInputError, StorageFullError
from mkt_pipeline.lake.place import Place

PROGRAMS = ("mkt_pipeline", "apache-airflow", "mlflow", "deltalake")


@dataclass(frozen=True)
class BackedUp:
    """Where a backup lies, and what it holds."""

    folder: Path
    files: int
    bytes: int
    tables: int
    covered: str | None
    seconds: float

    def lines(self) -> list[str]:
        """For a person."""
        size = self.bytes / 2**20
        return [
            f"{self.folder}: {self.files:,} files, {size:,.0f} MiB, {self.tables} tables of the"
            f" lake read up to {self.covered or 'nothing yet'}; {self.seconds:.1f} s",
            f"the way back, into an empty place: mkt restore {self.folder}",
        ]

    def facts(self) -> dict[str, object]:
        """For a machine."""
        return {
            "folder": str(self.folder),
            "files": self.files,
            "bytes": self.bytes,
            "tables": self.tables,
            "covered": self.covered,
            "seconds": self.seconds,
        }


def back_up(found: Places, into: Path, *, source: str, covered: str | None) -> BackedUp:
    """Write a new folder below ``into``, named for the moment; half a backup is never named so.

    Nothing is locked: see ``Places`` for why what runs beside it does no harm.
    """
    began = datetime.now(UTC)
    folder = into.resolve() / f"mkt-{began:%Y%m%dT%H%M%SZ}"
    draft = folder.with_name(f"{folder.name}.unfinished")
    try:
        if folder.exists() or draft.exists():
            raise BadInputError(f"{folder} is there already", remedy="wait a second, or remove it")
        # Customers' data will lie in it.
        draft.mkdir(parents=True, mode=0o700)
    except OSError as error:
        raise BadInputError(
            f"no backup can be written into {into}: {error.strerror}",
            remedy="name a folder that you may write to; it is made where it is not there",
        ) from None
    try:
        files = _copied(found, draft)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise StorageFullError(
            f"the disk is full while writing {draft}",
            remedy="free space there, remove that folder, and run the backup again",
        ) from error
    tables = refuse_torn(Place(str(draft / "lake")))
    ended = datetime.now(UTC)
    versions = {name: metadata.version(name) for name in PROGRAMS}
    Manifest(FORMAT, began, ended, source, covered, versions, tables, files).write(draft)
    draft.rename(folder)
    size = sum((folder / name).stat().st_size for name in files)
    seconds = (ended - began).total_seconds()
    return BackedUp(folder, len(files), size, tables, covered, seconds)


def _copied(found: Places, draft: Path) -> dict[str, str]:
    files: dict[str, str] = {}
    for name in FIRST:
        files |= _dumped(name, found.databases[name], draft)
    files |= _below("lake", copy_lake(found.lake, Place(str(draft / "lake"))))
    files |= _dumped(MLFLOW, found.databases[MLFLOW], draft)
    for name in ("artifacts", "secrets"):
        folder = found.folders[name]
        files |= _below(name, copy_files(folder, files_in(folder), draft / name))
    return files


def _dumped(name: str, url: str, draft: Path) -> dict[str, str]:
    file = draft / f"{name}.dump"
    dump(url, file)
    return {file.name: digest(file)}


def _below(folder: str, digests: Mapping[str, str]) -> dict[str, str]:
    return {f"{folder}/{name}": value for name, value in digests.items()}
