"""Searching the disk for what is left of a person."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from mkt_pipeline.lake.delta_log import named_in_log
from mkt_pipeline.lake.erased import CUSTOMER, own_entities
from mkt_pipeline.lake.erasing import LakeErasure, data_files, nameless_keys
from mkt_pipeline.lake.scratch import leftovers
from mkt_pipeline.lake.session import Session


def left_in_lake(erasure: LakeErasure, session: Session, customer_id: str) -> list[str]:
    """What is left, a line each; every Parquet file on the disk is read, shown or not.

    The list itself holds hashes only.
    """
    root = Path(erasure.uri)
    found = [
        line
        for folder in (root, erasure.scratch)
        for path in sorted(folder.rglob("*.parquet"))
        if "_delta_log" not in path.parts
        for line in _in_file(session, path, folder, customer_id)
    ]
    for folder in erasure.tables():
        name = folder.relative_to(root).as_posix()
        found += [f"lake/{name}: log {entry}" for entry in named_in_log(folder, customer_id)]
    found += _nameless(erasure, session, customer_id)
    left = leftovers(erasure.scratch)
    return found + [f"scratch/{folder.name}: left by a killed run" for folder in left]


def _in_file(session: Session, path: Path, root: Path, customer_id: str) -> Iterator[str]:
    name = f"{root.name}/{path.relative_to(root).as_posix()}"
    try:
        columns = pq.read_schema(path).names
    except FileNotFoundError:
        return
    except (pa.ArrowInvalid, OSError):
        yield f"{name}: cannot be read"
        return
    if CUSTOMER in columns:
        rows = session.read([str(path)])
        count = int(rows.filter(rows[CUSTOMER] == customer_id).count().to_pyarrow().as_py())
        if count:
            yield f"{name}: {count:,} rows"


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
