"""What the lake's libraries raise, told as the project's errors."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
from deltalake.exceptions import CommitFailedError, DeltaError

from mkt_pipeline.errors import (
    AccessRefusedError,
    BusyError,
    FailNowError,
    MktError,
    ServerUnavailableError,
    StorageFullError,
)

_OF_A_STORE = ("AWS Error", "Generic S3 error")
"""In what Arrow and delta-rs say of a store of objects; its errors have no number."""

_REFUSED = (
    "ACCESS_DENIED",
    "AccessDenied",
    "INVALID_ACCESS_KEY_ID",
    "InvalidAccessKeyId",
    "SIGNATURE_DOES_NOT_MATCH",
    "SignatureDoesNotMatch",
    "NO_SUCH_BUCKET",
    "NoSuchBucket",
    "403 Forbidden",
)
_OUT_OF_MEMORY = "Out of Memory Error"
"""DuckDB's words: where its rows are read by delta-rs, the type of its errors is lost."""

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
    if any(sign in str(error) for sign in _OF_A_STORE):
        return _of_a_store(what, str(error))
    if _OUT_OF_MEMORY in str(error):
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


def _of_a_store(what: str, words: str) -> MktError:
    """A store that refuses will refuse again; anything else may pass."""
    code = next((code for code in _REFUSED if code in words), None)
    if code:
        return AccessRefusedError(
            f"the object store refuses {what}: {code}",
            remedy="check bucket, key and secret (MKT_LAKE_URI, MKT_LAKE_KEY, MKT_LAKE_SECRET),"
            " and the rights that the key has there",
        )
    return ServerUnavailableError(
        f"the object store does not answer about {what}",
        remedy="see that it runs and can be reached (MKT_LAKE_ENDPOINT), then run it again; nothing"
        " was committed",
    )
