"""Scratch folders: one per session, gone with it, and known as left behind where it was killed."""

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mkt_pipeline.lake.unfinished import is_old

PREFIX, LOCK = "step-", "lock"


@contextmanager
def scratch_folder(root: Path) -> Iterator[Path]:
    """A new folder below ``root`` that is removed at the end.

    It holds a file that stays locked as long as its process lives, however that ends. Before, what
    killed processes left is removed.
    """
    root.mkdir(parents=True, exist_ok=True)
    remove_leftovers(root)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=root))
    try:
        with (folder / f"new-{LOCK}").open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            # Seen by others only when it is locked.
            Path(held.name).rename(folder / LOCK)
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def leftovers(root: Path) -> list[Path]:
    """Scratch folders below ``root`` whose process has ended."""
    found = sorted(root.glob(f"{PREFIX}*")) if root.is_dir() else []
    return [folder for folder in found if _is_left(folder)]


def remove_leftovers(root: Path) -> list[Path]:
    """Remove what killed processes left; returns the folders that were there."""
    found = leftovers(root)
    for folder in found:
        shutil.rmtree(folder, ignore_errors=True)
    return found


def _is_left(folder: Path) -> bool:
    try:
        with (folder / LOCK).open() as held:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:  # without a lock it is being made at this moment
        return is_old(folder)
    except OSError:  # locked, or somebody else's
        return False
    return True
