"""Keeping the lake small: old days go, small files become large, old files are removed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from deltalake import DeltaTable

from mkt_pipeline.lake.delta import DeltaStore
from mkt_pipeline.lake.erasing import data_files
from mkt_pipeline.lake.storage_errors import storage_errors

VACUUM_HOURS = 7 * 24
"""Whoever reads a table may do so for as long; no task runs nearly as long."""

JOINED_BYTES = 100 * 2**20
"""Small files are joined up to this size; larger ones are left as they are."""


@dataclass(frozen=True)
class TableUpkeep:
    """What was done to one table, or would be: sizes in bytes of all its files on the disk.

    ``files`` are those that the newest version shows, ``expired`` the days beyond retention. Of a
    dry run, files afterwards are about right, and bytes do without those of expired days and
    joined files, which go a week later.
    """

    table: str
    expired: int
    files_before: int
    files_after: int
    bytes_before: int
    bytes_after: int


@dataclass(frozen=True)
class LakeUpkeep:
    """Upkeep of the Delta tables under a local folder.

    ``first_day`` is the first day kept, by a table's name or else the first part of it; where both
    are missing everything is kept. The newest day of a table is kept whatever its age.
    """

    uri: str
    first_day: dict[str, date]

    def run(self, *, dry_run: bool) -> Iterator[TableUpkeep]:
        """Look after one table after another; a dry run only says what would be done."""
        for log in sorted(Path(self.uri).rglob("_delta_log")):
            folder = log.parent
            with storage_errors(str(folder)):
                yield self._look_after(folder, dry_run=dry_run)

    def _look_after(self, folder: Path, *, dry_run: bool) -> TableUpkeep:
        name = folder.relative_to(self.uri).as_posix()
        store = DeltaStore(str(folder))
        files, size = len(store.files()), _bytes(folder)
        expired = self._expired(name, store)
        if dry_run:
            vacuumed = DeltaTable(store.uri).vacuum(VACUUM_HOURS, dry_run=True, full=True)
            freed = sum(_size(folder / file) for file in vacuumed)
            joined = _files_when_joined(store, expired)
            return TableUpkeep(name, len(expired), files, joined, size, size - freed)
        store.keep_log()
        if expired:
            listed = ", ".join(f"'{day}'" for day in expired)
            store.delete(f"as_of IN ({listed})", facts=None)
        DeltaTable(store.uri).optimize.compact(target_size=JOINED_BYTES)
        DeltaTable(store.uri).vacuum(VACUUM_HOURS, dry_run=False, full=True)
        return TableUpkeep(name, len(expired), files, len(store.files()), size, _bytes(folder))

    def _expired(self, name: str, store: DeltaStore) -> list[str]:
        first = self.first_day.get(name, self.first_day.get(name.partition("/")[0]))
        if first is None:
            return []
        days = sorted({one["as_of"] for one in DeltaTable(store.uri).partitions()})
        return [day for day in days[:-1] if day < first.isoformat()]


def _files_when_joined(store: DeltaStore, expired: list[str]) -> int:
    """How many files joining small ones day by day leaves: each goes where it fits first."""
    bins: dict[Path, list[int]] = {}
    for path in sorted(map(Path, store.files()), key=_size):
        if not any(f"as_of={day}" in path.parts for day in expired):
            size, filled = _size(path), bins.setdefault(path.parent, [])
            place = next((n for n, one in enumerate(filled) if one + size <= JOINED_BYTES), None)
            if place is None:
                filled.append(size)
            else:
                filled[place] += size
    return sum(map(len, bins.values()))


def _bytes(folder: Path) -> int:
    return sum(_size(path) for path in data_files(folder))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
