"""The files of a lake as of one instant for each table, wherever it lies."""

import os
import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

from mkt_pipeline.errors import BusyError, FailNowError
from mkt_pipeline.lake.delta import DeltaStore
from mkt_pipeline.lake.place import LOG, Place

_VERSION = re.compile(r"^(\d{20})\.")
"""Not of `_last_checkpoint`, a hint without which all is read as well."""

_BLOCK_BYTES = 2**20


def copy_lake(lake: Place, target: Place) -> dict[str, str]:
    """Copy what belongs into a copy; SHA-256 by the name of a file.

    A file that is gone was removed by housekeeping or by an erasure since it was listed: the copy
    would not be whole, so it is refused.
    """
    digests = {}
    for name in _in_order(_names(lake)):
        try:
            digests[name] = _fetched(lake, name, Path(target.root) / name)
        except FileNotFoundError:
            raise BusyError(
                f"{lake.address(name)} was removed while it was copied",
                remedy="housekeeping or an erasure ran beside it: run the backup again",
            ) from None
    return digests


def bring_back(copy: Place, target: Place) -> None:
    """Put every file of a copy into a place, the logs last: before them nobody sees the data."""
    for name in _in_order(file.name for file in copy.files()):
        target.put(Path(copy.root) / name, name)


def refuse_torn(lake: Place) -> int:
    """Open every table of a copy; refused where a file is missing. Returns how many there are."""
    tables = list(lake.tables())
    there = {file.name for file in lake.files()}
    for table in tables:
        for uri in DeltaStore.at(lake.below(table)).files():
            if lake.name_of(uri) not in there:
                raise FailNowError(
                    f"the copy of {table} lacks {uri.rpartition('/')[2]}",
                    remedy="run the backup again; housekeeping must not run beside it",
                )
    return len(tables)


def _names(lake: Place) -> Iterator[str]:
    """The log of each table up to its present version, and all data.

    The log is listed first, so that the files which its version names are there already; a file
    of a later version does no harm, and the next housekeeping removes it.
    """
    logs = [name for table in lake.tables() for name in _log(lake.below(table), table)]
    yield from (file.name for file in lake.files() if LOG not in file.name.split("/"))
    yield from logs


def _log(table: Place, name: str) -> Iterator[str]:
    version = DeltaStore.at(table).version
    for file in table.below(LOG).files():
        number = _VERSION.match(file.name)
        if number and int(number[1]) <= version:
            yield f"{name}/{LOG}/{file.name}"


def _in_order(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: (LOG in name.split("/"), name))


def _fetched(lake: Place, name: str, target: Path) -> str:
    target.parent.mkdir(parents=True, exist_ok=True)
    found = sha256()
    with lake.opened(name) as given, target.open("wb") as taken:
        while block := given.read(_BLOCK_BYTES):
            found.update(block)
            taken.write(block)
        taken.flush()
        os.fsync(taken.fileno())
    return found.hexdigest()
