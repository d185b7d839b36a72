"""What the lake's libraries raise, told as the project's errors."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
from deltalake.exceptions import CommitFailedError, DeltaError

from mkt_pipeline.errors import BusyError, FailNowError, MktError, StorageFullError

_FULL = ("no space left", "disk quota exceeded", "could not write all bytes", "max_temp_directory")


@contextmanager
def storage_errors(what: str) -> Iterator[None]:
    """Tell a full disk and a lost race from every other failure of ``what``."""
    try:
        yield
    except CommitFailedError as error:
        raise BusyError(
            f"another run committed to {what} at the same time", remedy="run it again"
        ) from error
    except (OSError, DeltaError, duckdb.Error) as error:
        told = _told(what, error)
        if told is None:
            raise
        raise told from error


def _told(what: str, error: Exception) -> MktError | None:
    full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    if full or any(sign in str(error).lower() for sign in _FULL):
        return StorageFullError(
            f"the disk is full while writing {what}; nothing was committed",
            remedy="free space on the disk of the lake and of MKT_HOME, then run it again",
        )
    if isinstance(error, duckdb.OutOfMemoryException):
        return FailNowError(
            "the memory that a step may use is not enough",
            remedy="raise MKT_MEMORY_LIMIT (600MB suits a million customers)",
        )
    refused = isinstance(error, PermissionError) or (
        isinstance(error, OSError) and error.errno == errno.EROFS
    )
    if isinstance(error, OSError) and not refused:
        return None  # not a matter of storage: somebody else knows what it means
    first_line = (str(error).splitlines() or [type(error).__name__])[0]
    return FailNowError(f"{what}: {first_line}", remedy="check the lake's folder and its rights")
