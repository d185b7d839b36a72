"""Copying files that nobody changes, with a digest of each."""

import os
import shutil
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from mkt_pipeline.errors import BusyError

BLOCK_BYTES = 2**20


def copy_files(folder: Path, names: Iterable[str], target: Path) -> dict[str, str]:
    """Copy files by their path within ``folder``; SHA-256 by path.

    A file that is gone was removed by housekeeping or by an erasure since it was listed: the copy
    would not be whole, so it is refused.
    """
    digests: dict[str, str] = {}
    for name in names:
        to = target / name
        to.parent.mkdir(parents=True, exist_ok=True)
        try:
            digests[name] = _copied(folder / name, to)
        except FileNotFoundError:
            raise BusyError(
                f"{folder / name} was removed while it was copied",
                remedy="housekeeping or an erasure ran beside it: run the backup again",
            ) from None
    return digests


def files_in(folder: Path) -> list[str]:
    """Every file below a folder, by its path within it; none where there is no folder."""
    return sorted(
        (Path(root) / name).relative_to(folder).as_posix()
        for root, _, names in os.walk(folder)
        for name in names
    )


def digest(file: Path) -> str:
    """SHA-256 of a file."""
    found = sha256()
    with file.open("rb") as source:
        while block := source.read(BLOCK_BYTES):
            found.update(block)
    return found.hexdigest()


def _copied(source: Path, target: Path) -> str:
    found = sha256()
    with source.open("rb") as given, target.open("wb") as taken:
        while block := given.read(BLOCK_BYTES):
            found.update(block)
            taken.write(block)
        taken.flush()
        os.fsync(taken.fileno())
    shutil.copystat(source, target)
    return found.hexdigest()
