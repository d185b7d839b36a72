"""The files of a lake as of one instant for each table."""

import re
from collections.abc import Iterator
from pathlib import Path

from deltalake import DeltaTable

from mkt_pipeline.backup.files import files_in
from mkt_pipeline.errors import FailNowError

LOG = "_delta_log"
_VERSION = re.compile(r"^(\d{20})\.")
_LAST = "_last_checkpoint"
"""Only a hint of where the log is short: without it a table is read all the same."""


def lake_files(lake: Path) -> list[str]:
    """What belongs into a copy: the log of each table up to its present version, and all data.

    The log is listed first, so that the files which its version names are on the disk already; a
    file of a later version does no harm, and the next housekeeping removes it.
    """
    logs = {
        name
        for table in _tables(lake)
        for name in _log_until(lake, table, DeltaTable(str(lake / table)).version())
    }
    data = [name for name in files_in(lake) if LOG not in Path(name).parts]
    return [*data, *sorted(logs)]


def refuse_torn(lake: Path) -> int:
    """Open every table of a copy; refused where a file is missing. Returns how many there are."""
    tables = list(_tables(lake))
    for table in tables:
        for uri in DeltaTable(str(lake / table)).file_uris():
            if not Path(uri).is_file():
                raise FailNowError(
                    f"the copy of {table} lacks {Path(uri).name}",
                    remedy="run the backup again; housekeeping must not run beside it",
                )
    return len(tables)


def _tables(lake: Path) -> Iterator[Path]:
    return (log.parent.relative_to(lake) for log in sorted(lake.rglob(LOG)))


def _log_until(lake: Path, table: Path, version: int) -> Iterator[str]:
    for entry in sorted((lake / table / LOG).iterdir()):
        number = _VERSION.match(entry.name)
        if number and int(number[1]) <= version:
            yield (table / LOG / entry.name).as_posix()
