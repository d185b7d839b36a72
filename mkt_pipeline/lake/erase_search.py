"""Searching a lake for what is left of a person."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

import pyarrow as pa
import pyarrow.parquet as pq

from mkt_pipeline.lake.delta_log import named_in_log
from mkt_pipeline.lake.erased import CUSTOMER, own_entities
from mkt_pipeline.lake.erasing import LakeErasure, data_files, nameless_keys
from mkt_pipeline.lake.place import Place, PlacedFile
from mkt_pipeline.lake.scratch import leftovers
from mkt_pipeline.lake.session import Session


def left_in_lake(erasure: LakeErasure, session: Session, customer_id: str) -> list[str]:
    """What is left, a line for each table; every Parquet file on the disk is read, shown or not.

    The list itself holds hashes only.
    """
    lake, scratch = erasure.place, Place(str(erasure.scratch))
    found = [
        line
        for name, place, files in (*_by_table(lake), ("scratch", scratch, data_files(scratch)))
        for line in _in_files(session, name, place, files, customer_id)
    ]
    logs = ((table, named_in_log(lake.below(table), customer_id)) for table in lake.tables())
    found += [
        f"lake/{table}: {len(named):,} entries of the log, such as {named[0]}"
        for table, named in logs
        if named
    ]
    found += _nameless(erasure, session, customer_id)
    left = leftovers(erasure.scratch)
    return found + [f"scratch/{folder.name}: left by a killed run" for folder in left]


def _by_table(lake: Place) -> Iterator[tuple[str, Place, Iterable[PlacedFile]]]:
    """All files of a lake with the table they lie in, also one that was never committed to."""
    named = sorted(((_table_of(one), one) for one in data_files(lake)), key=itemgetter(0))
    for name, group in groupby(named, key=itemgetter(0)):
        yield name, lake, [one for _, one in group]


def _table_of(file: PlacedFile) -> str:
    return "/".join(("lake", *file.name.split("/")[:-1][:2]))


def _in_files(
    session: Session, name: str, place: Place, files: Iterable[PlacedFile], customer_id: str
) -> Iterator[str]:
    """The rows in all files of a table together, and each file that cannot be read."""
    held = {}
    for one in files:
        told = one.name.rpartition("/")[2]
        try:
            held[told] = _rows_in(session, place, one.name, customer_id)
        except FileNotFoundError:  # gone since it was listed
            continue
        except (pa.ArrowInvalid, OSError):
            yield f"{name}: {told} cannot be read"
    named = [one for one, count in held.items() if count]
    if named:
        files_told = named[0] if len(named) == 1 else f"{len(named):,} files, such as {named[0]}"
        yield f"{name}: {sum(held.values()):,} rows in {files_told}"


def _rows_in(session: Session, place: Place, name: str, customer_id: str) -> int:
    with place.opened(name) as file:
        if CUSTOMER not in pq.read_schema(file).names:
            return 0
    rows = session.read([place.address(name)])
    return int(rows.filter(rows[CUSTOMER] == customer_id).count().to_pyarrow().as_py())


def _nameless(erasure: LakeErasure, session: Session, customer_id: str) -> Iterator[str]:
    if not erasure.erased.store.exists:
        return
    for entity in own_entities():
        for kind in ("crm", "quarantine"):
            table = erasure.place.below(f"{kind}/{entity.name}")
            paths = [table.address(one.name) for one in data_files(table)]
            if not paths or entity.key == CUSTOMER:
                continue
            rows = session.read(paths)
            keys = nameless_keys(session, rows, entity, erasure.erased, customer_id)
            if count := int(keys.count().to_pyarrow().as_py()):
                yield f"lake/{kind}/{entity.name}: {count:,} keys of rows without a name"
