"""`mkt restore`: a backup into an empty place; what is there already is never overwritten."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mkt_pipeline.backup.files import copy_files, files_in
from mkt_pipeline.backup.lake_copy import bring_back, refuse_torn
from mkt_pipeline.backup.manifest import Manifest, read_manifest, refuse_changed
from mkt_pipeline.backup.places import Places
from mkt_pipeline.backup.postgres_programs import has_tables, mark_of, remove_mark, restore
from mkt_pipeline.errors import BadInputError
from mkt_pipeline.lake.place import Place

UNFINISHED = ".restoring"
LAKE = "lake"


@dataclass(frozen=True)
class Restored:
    """What was brought back."""

    folder: Path
    manifest: Manifest

    def lines(self) -> list[str]:
        """For a person."""
        told = self.manifest
        return [
            f"restored as of {told.began:%Y-%m-%d %H:%M} UTC: {len(told.files):,} files,"
            f" {told.tables} tables of the lake read up to {told.covered or 'nothing yet'}",
            "persons who were erased since then are back: erase them again with `mkt erase`,"
            " before the next night",
        ]

    def facts(self) -> dict[str, object]:
        """For a machine."""
        return {
            "folder": str(self.folder),
            "began": self.manifest.began.isoformat(),
            "files": len(self.manifest.files),
            "tables": self.manifest.tables,
            "covered": self.manifest.covered,
        }


def restore_backup(found: Places, folder: Path, *, source: str) -> Restored:
    """Check every file of the backup, refuse a place that is not empty, then bring all back.

    Each database comes back in one transaction, each folder under another name first. After a
    failure the same command goes on: what is back already is recognised and left alone.
    """
    manifest = read_manifest(folder)
    if manifest.source != source:
        raise BadInputError(
            f"the backup is of the source {manifest.source}, configured is {source}",
            remedy=f"set MKT_SOURCE={manifest.source}",
        )
    refuse_changed(folder, manifest)
    mark = f"the backup of {manifest.began.isoformat()}"
    done = _done(found, folder, mark)
    if taken := list(_taken(found, done)):
        raise BadInputError(
            f"not empty: {', '.join(taken)}",
            remedy="restore into an empty MKT_HOME and into new databases; nothing was changed",
        )
    _bring_back(found, folder, done, mark)
    return Restored(folder, manifest)


def _done(found: Places, folder: Path, mark: str) -> set[str]:
    """The parts that an earlier, unfinished call for the same backup has brought back.

    A database says so itself, by a mark that came with it: a call may be killed before it notes it.
    """
    if not found.notes.is_file():
        return set()
    of, *parts = found.notes.read_text(encoding="utf-8").splitlines()
    if of != str(folder.resolve()):
        return set()
    return {*parts, *(name for name, url in found.databases.items() if mark_of(url) == mark)}


def _taken(found: Places, done: set[str]) -> Iterator[str]:
    for name, url in found.databases.items():
        if name not in done and has_tables(url):
            yield f"the database {name}"
    if LAKE not in done:
        there = {file.name for file in found.lake.files()}
        if there and UNFINISHED not in there:
            yield f"the lake at {found.lake.uri}"
    for name, target in found.folders.items():
        # The local stack makes keys of its own when it starts; those of the backup replace them.
        if name in done or name == "secrets" or (target / UNFINISHED).is_dir():
            continue
        if files_in(target):
            yield f"the folder {target}"


def _bring_back(found: Places, folder: Path, done: set[str], mark: str) -> None:
    notes = found.notes
    notes.parent.mkdir(parents=True, exist_ok=True)
    notes.write_text("\n".join((str(folder.resolve()), *sorted(done))), encoding="utf-8")
    for part in (*found.databases, LAKE, *found.folders):
        if part not in done:
            if part in found.databases:
                restore(found.databases[part], folder / f"{part}.dump", mark=mark)
            elif part == LAKE:
                _lake_back(Place(str(folder / LAKE)), found.lake)
            else:
                _folder_back(folder / part, found.folders[part], keep_others=part == "secrets")
            with notes.open("a", encoding="utf-8") as file:
                file.write(f"\n{part}")
        if part in found.folders and (found.folders[part] / UNFINISHED).is_dir():
            (found.folders[part] / UNFINISHED).rmdir()
    found.lake.remove(UNFINISHED)
    refuse_torn(found.lake)
    for url in found.databases.values():
        remove_mark(url)
    notes.unlink()


def _lake_back(copy: Place, target: Place) -> None:
    """A file named ``UNFINISHED`` lies in it, until it is noted that this part is done.

    Where that is there, what else lies here is what an earlier call left half-way.
    """
    for file in target.files():
        if file.name != UNFINISHED:
            target.remove(file.name)
    target.write_text(UNFINISHED, "")
    bring_back(copy, target)


def _folder_back(copy: Path, target: Path, *, keep_others: bool) -> None:
    """Copy aside first, then move; the folder itself stays, for it may be a volume.

    An empty folder named ``UNFINISHED`` is left in it, until it is noted that this part is done.
    """
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    if keep_others:
        copy_files(copy, files_in(copy), target)
        return
    draft = target / UNFINISHED
    # What an earlier call left half-way; that nothing else lies here was checked before it began.
    for left in target.iterdir():
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    draft.mkdir()
    copy_files(copy, files_in(copy), draft)
    for entry in draft.iterdir():
        entry.rename(target / entry.name)
