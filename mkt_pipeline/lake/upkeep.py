"""Keeping the lake small: old days go, small files become large, old files are removed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import unquote

from mkt_pipeline.lake.delta import DeltaStore
from mkt_pipeline.lake.erasing import data_files
from mkt_pipeline.lake.place import Place
from mkt_pipeline.lake.staged_scores import FOLDER, StagedScores
from mkt_pipeline.lake.storage_errors import storage_errors

VACUUM_HOURS = 7 * 24
"""Whoever reads a table may do so for as long; no task runs nearly as long."""

JOINED_BYTES = 100 * 2**20
"""Small files are joined up to this size; larger ones are left as they are."""


@dataclass(frozen=True)
class TableUpkeep:
    """What was done to one table, or would be: sizes in bytes of all its files on the disk.

    ``files`` are those that the newest version shows, ``expired`` the days beyond retention.
    ``bytes_waiting`` of those afterwards are in files that no version shows any more: readers have
    them for a week. Bytes after a dry run are the most it can be: joined files become smaller.
    """

    table: str
    expired: int
    files_before: int
    files_after: int
    bytes_before: int
    bytes_after: int
    bytes_waiting: int


@dataclass(frozen=True)
class LakeUpkeep:
    """Upkeep of the Delta tables of a lake.

    ``first_day`` is the first day kept, by a table's name or else the first part of it; where both
    are missing everything is kept. The newest day of a table is kept whatever its age.
    """

    place: Place
    first_day: dict[str, date]

    def run(self, *, dry_run: bool) -> Iterator[TableUpkeep]:
        """Look after one table after another; a dry run only says what would be done."""
        for name in self.place.tables():
            with storage_errors(self.place.address(name)):
                yield self._look_after(name, dry_run=dry_run)
        if told := self._staged(dry_run=dry_run):
            yield told

    def _staged(self, *, dry_run: bool) -> TableUpkeep | None:
        """Scores of nights that were planned and never finished."""
        staged = StagedScores(self.place.below(FOLDER))
        before = list(staged.place.files())
        old = staged.old(before=datetime.now(UTC) - timedelta(hours=VACUUM_HOURS))
        if not dry_run:
            staged.remove(*old)
        size, freed = (sum(one.size for one in files) for files in (before, old))
        kept = len(before) - len(old)
        found = TableUpkeep(FOLDER, 0, len(before), kept, size, size - freed, 0)
        return found if before else None

    def _look_after(self, name: str, *, dry_run: bool) -> TableUpkeep:
        table = self.place.below(name)
        store, sizes = DeltaStore.at(table), _sizes(table)
        files, size = len(store.files()), sum(sizes.values())
        expired = self._expired(name, store)
        if dry_run:
            vacuumed = store.table().vacuum(VACUUM_HOURS, dry_run=True, full=True)
            freed = sum(sizes.get(unquote(file), 0) for file in vacuumed)
            shown = {table.name_of(file) for file in store.files()}
            kept = {file: size for file, size in sizes.items() if file in shown}
            joined, written = _when_joined(kept, expired)
            left = size - freed + written
            waiting = left - sum(joined)
            return TableUpkeep(name, len(expired), files, len(joined), size, left, waiting)
        store.keep_log()
        if expired:
            listed = ", ".join(f"'{day}'" for day in expired)
            store.delete(f"as_of IN ({listed})", facts=None)
        store.table().optimize.compact(target_size=JOINED_BYTES)
        store.table().vacuum(VACUUM_HOURS, dry_run=False, full=True)
        sizes, shown = _sizes(table), {table.name_of(file) for file in store.files()}
        left = sum(sizes.values())
        waiting = left - sum(sizes.get(file, 0) for file in shown)
        return TableUpkeep(name, len(expired), files, len(shown), size, left, waiting)

    def _expired(self, name: str, store: DeltaStore) -> list[str]:
        first = self.first_day.get(name, self.first_day.get(name.partition("/")[0]))
        if first is None:
            return []
        days = sorted({one["as_of"] for one in store.table().partitions()})
        return [day for day in days[:-1] if day < first.isoformat()]


def _when_joined(sizes: dict[str, int], expired: list[str]) -> tuple[list[int], int]:
    """The sizes of the files that joining small ones day by day leaves, and of those it writes.

    Each file goes where it fits first; what is not joined with another is left as it is.
    """
    bins: dict[str, list[list[int]]] = {}
    for name in sorted(sizes, key=lambda name: sizes[name]):
        folder = name.rpartition("/")[0]
        if not any(f"as_of={day}" in folder.split("/") for day in expired):
            size, filled = sizes[name], bins.setdefault(folder, [])
            place = next((one for one in filled if sum(one) + size <= JOINED_BYTES), None)
            if place is None:
                filled.append([size])
            else:
                place.append(size)
    every = [one for filled in bins.values() for one in filled]
    return [sum(one) for one in every], sum(sum(one) for one in every if len(one) > 1)


def _sizes(table: Place) -> dict[str, int]:
    """Bytes of every data file that is there, by its name in the table."""
    return {one.name: one.size for one in data_files(table)}
