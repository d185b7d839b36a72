"""The rows that one night of an entity looks at, and the keys that it knows to be there."""

from collections.abc import Iterable
from dataclasses import dataclass

import ibis.expr.types as ir
import pyarrow as pa

from mkt_pipeline.contracts.reading import EntityRows
from mkt_pipeline.lake.erased import Doorkeeper
from mkt_pipeline.lake.key_difference import KeyDifference, key_difference
from mkt_pipeline.lake.session import Session
from mkt_pipeline.lake.staging import stage

FETCHED_BY_KEY = 20_000
"""Above this many rows that the reading missed, reading everything is quicker."""


@dataclass(frozen=True)
class NightRows:
    """``rows`` as the CRM holds them now.

    ``keys`` has one column with the key of every row of the CRM, or is None where this night does
    not reconcile keys. ``whole`` says that ``rows`` are all there are. Rows of erased persons are
    in neither; ``turned_away`` has the keys of those that a part of the rows held. ``gone`` has the
    keys of the log that are not among ``keys``; None where nobody looked, because all rows were
    read or because keys are not reconciled.
    """

    rows: ir.Table
    keys: ir.Table | None
    whole: bool
    turned_away: tuple[ir.Table, ...] = ()
    gone: ir.Table | None = None

    def total(self) -> int | None:
        """The number of rows in the CRM, as far as this night knows."""
        counted = self.rows if self.whole else self.keys
        return None if counted is None else int(counted.count().to_pyarrow().as_py())


def gather(
    session: Session,
    source: EntityRows,
    *,
    key: str,
    log: ir.Table | None,
    again: Iterable[str],
    doorkeeper: Doorkeeper | None = None,
) -> NightRows:
    """Read what the night has to see, in bounded memory.

    Beside what the reading asks for, these are rows whose key is in the CRM but not alive in the
    log (late rows, and deleted ones that came back), and those of the keys ``again``, which were
    put aside the night before. Nothing of erased persons passes the ``doorkeeper``.
    """
    entrance = _Entrance(session, doorkeeper)
    changed = entrance.rows(source.changed(), "changed")
    if source.reading.whole or log is None:
        return NightRows(changed, changed.select(key), whole=True)
    keys = difference = None
    if source.reading.keys:
        keys = session.read([str(stage(source.keys(), session.scratch, "keys"))])
        difference = key_difference(session, crm=keys, log=log, key=key)
    missed = _Missed(session, changed.select(key), keys, difference, log, key, doorkeeper)
    wanted = missed.keys(frozenset(again))
    if len(wanted) > FETCHED_BY_KEY:
        everything = entrance.rows(source.every(), "every")
        return NightRows(everything, everything.select(key), whole=True)
    if wanted:
        changed = changed.union(entrance.rows(source.of(wanted), "missed"))
    gone = None if difference is None else difference.gone
    for away in entrance.away:
        # A row that has become an erased person's is gone, whosever it was before.
        keys = None if keys is None else keys.anti_join(away, key)
        gone = None if gone is None else gone.union(away.select(key))
    away = tuple(entrance.away)
    return NightRows(changed, keys, whole=False, turned_away=away, gone=gone)


class _Entrance:
    """Where streams become tables, without the rows of erased persons."""

    def __init__(self, session: Session, doorkeeper: Doorkeeper | None) -> None:
        self._session, self._doorkeeper = session, doorkeeper
        self.away: list[ir.Table] = []

    def rows(self, stream: pa.RecordBatchReader, name: str) -> ir.Table:
        rows = self._session.read([str(stage(stream, self._session.scratch, name))])
        if self._doorkeeper is None:
            return rows
        rows, away = self._doorkeeper.let_in(rows)
        self.away.append(away)
        return rows


@dataclass(frozen=True)
class _Missed:
    """Which rows the reading missed, of those that the night ``seen`` as changed."""

    session: Session
    seen: ir.Table
    known: ir.Table | None
    difference: KeyDifference | None
    log: ir.Table
    key: str
    doorkeeper: Doorkeeper | None

    def keys(self, again: frozenset[str]) -> list[str]:
        """Keys to read by themselves."""
        found: set[str] = set()
        if self.known is not None and self.difference is not None:
            missed = self._not_alive(self.known, self.difference)
            found |= _values(self.session, missed, self.key)
        if again:
            # Looked up here, for a list of a million keys has no place in a statement.
            read = self.seen.filter(self.seen[self.key].isin(sorted(again)))
            found |= again - _values(self.session, read, self.key)
        return sorted(found)

    def _not_alive(self, known: ir.Table, difference: KeyDifference) -> ir.Table:
        buried = self.log.filter(self.log.is_deleted).select(self.key).distinct()
        back = known.semi_join(buried, self.key)
        missed = difference.new.union(back).anti_join(self.seen, self.key)
        return missed if self.doorkeeper is None else self.doorkeeper.strangers(missed)


def _values(session: Session, rows: ir.Table, key: str) -> set[str]:
    limited = rows.distinct().limit(FETCHED_BY_KEY + 1)
    return set(session.stream(limited).read_all()[key].to_pylist())
