"""The rows that one night of an entity looks at, and the keys that it knows to be there."""

from collections.abc import Iterable
from dataclasses import dataclass

import ibis.expr.types as ir

from mkt_pipeline.contracts.reading import EntityRows
from mkt_pipeline.lake.session import Session
from mkt_pipeline.lake.staging import stage

FETCHED_BY_KEY = 20_000
"""Above this many rows that the reading missed, reading everything is quicker."""


@dataclass(frozen=True)
class NightRows:
    """``rows`` as the CRM holds them now.

    ``keys`` has one column with the key of every row of the CRM, or is None where this night does
    not reconcile keys. ``whole`` says that ``rows`` are all there are.
    """

    rows: ir.Table
    keys: ir.Table | None
    whole: bool

    def total(self) -> int | None:
        """The number of rows in the CRM, as far as this night knows."""
        counted = self.rows if self.whole else self.keys
        return None if counted is None else int(counted.count().to_pyarrow().as_py())


def gather(
    session: Session, source: EntityRows, *, key: str, log: ir.Table | None, again: Iterable[str]
) -> NightRows:
    """Read what the night has to see, in bounded memory.

    Beside what the reading asks for, these are rows whose key is in the CRM but not alive in the
    log (late rows, and deleted ones that came back), and those of the keys ``again``, which were
    put aside the night before.
    """
    changed = session.read([str(stage(source.changed(), session.scratch, "changed"))])
    if source.reading.whole or log is None:
        return NightRows(changed, changed.select(key), whole=True)
    keys = None
    if source.reading.keys:
        keys = session.read([str(stage(source.keys(), session.scratch, "keys"))])
    wanted = _missed(session, changed, keys, log, key, frozenset(again))
    if len(wanted) > FETCHED_BY_KEY:
        everything = session.read([str(stage(source.every(), session.scratch, "every"))])
        return NightRows(everything, everything.select(key), whole=True)
    if wanted:
        fetched = session.read([str(stage(source.of(wanted), session.scratch, "missed"))])
        changed = changed.union(fetched)
    return NightRows(changed, keys, whole=False)


def _missed(
    session: Session,
    changed: ir.Table,
    keys: ir.Table | None,
    log: ir.Table,
    key: str,
    again: frozenset[str],
) -> list[str]:
    seen = changed.select(key)
    found: set[str] = set()
    if keys is not None:
        new = keys.anti_join(log.select(key), key)
        buried = log.filter(log.is_deleted).select(key).distinct()
        back = keys.semi_join(buried, key)
        found |= _values(session, new.union(back).anti_join(seen, key), key)
    if again:
        # Looked up here, for a list of a million keys has no place in a statement.
        read = _values(session, seen.filter(seen[key].isin(sorted(again))), key)
        found |= again - read
    return sorted(found)


def _values(session: Session, rows: ir.Table, key: str) -> set[str]:
    limited = rows.distinct().limit(FETCHED_BY_KEY + 1)
    return set(session.stream(limited).read_all()[key].to_pylist())
