"""Searching the disk for what is left of a person."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from mkt_pipeline.lake.delta_log import LOG, named_in_log
from mkt_pipeline.lake.erased import CUSTOMER, own_entities
from mkt_pipeline.lake.erasing import LakeErasure, data_files, nameless_keys
from mkt_pipeline.lake.scratch import leftovers
from mkt_pipeline.lake.session import Session


def left_in_lake(erasure: LakeErasure, session: Session, customer_id: str) -> list[str]:
    """What is left, a line for each table; every Parquet file on the disk is read, shown or not.

    The list itself holds hashes only.
    """
    root = Path(erasure.uri)
    found = [
        line
        for name, paths in (*_by_table(root), ("scratch", _parquet(erasure.scratch)))
        for line in _in_files(session, name, paths, customer_id)
    ]
    for folder in erasure.tables():
        if named := named_in_log(folder, customer_id):
            name = folder.relative_to(root).as_posix()
            found.append(f"lake/{name}: {len(named):,} entries of the log, such as {named[0]}")
    found += _nameless(erasure, session, customer_id)
    left = leftovers(erasure.scratch)
    return found + [f"scratch/{folder.name}: left by a killed run" for folder in left]


def _by_table(root: Path) -> Iterator[tuple[str, Iterable[Path]]]:
    """All files below ``root`` with the table they lie in, also one that was never committed to."""
    named = sorted((_table_of(path, root), path) for path in _parquet(root))
    for name, group in groupby(named, key=itemgetter(0)):
        yield name, [path for _, path in group]


def _table_of(path: Path, root: Path) -> str:
    return "/".join(("lake", *path.relative_to(root).parts[:-1][:2]))


def _parquet(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*.parquet")) if LOG not in path.parts]


def _in_files(
    session: Session, name: str, paths: Iterable[Path], customer_id: str
) -> Iterator[str]:
    """The rows in all files of a table together, and each file that cannot be read."""
    held = {}
    for path in paths:
        try:
            held[path.name] = _rows_in(session, path, customer_id)
        except FileNotFoundError:  # gone since it was listed
            continue
        except (pa.ArrowInvalid, OSError):
            yield f"{name}: {path.name} cannot be read"
    named = [one for one, count in held.items() if count]
    if named:
        files = named[0] if len(named) == 1 else f"{len(named):,} files, such as {named[0]}"
        yield f"{name}: {sum(held.values()):,} rows in {files}"


def _rows_in(session: Session, path: Path, customer_id: str) -> int:
    if CUSTOMER not in pq.read_schema(path).names:
        return 0
    rows = session.read([str(path)])
    return int(rows.filter(rows[CUSTOMER] == customer_id).count().to_pyarrow().as_py())


def _nameless(erasure: LakeErasure, session: Session, customer_id: str) -> Iterator[str]:
    if not erasure.erased.store.exists:
        return
    for entity in own_entities():
        for kind in ("crm", "quarantine"):
            folder = Path(erasure.uri) / kind / entity.name
            paths = [str(path) for path in data_files(folder)]
            if not paths or entity.key == CUSTOMER:
                continue
            rows = session.read(paths)
            keys = nameless_keys(session, rows, entity, erasure.erased, customer_id)
            if count := int(keys.count().to_pyarrow().as_py()):
                yield f"lake/{kind}/{entity.name}: {count:,} keys of rows without a name"
