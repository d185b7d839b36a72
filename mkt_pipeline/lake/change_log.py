"""The change log of an entity: append what a night found, all or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.night import EntityNight
from mkt_pipeline.errors import BadInputError, DataRefusedError
from mkt_pipeline.lake.changes import Night, changed_rows, newest_versions, tombstones
from mkt_pipeline.lake.contract_rules import with_broken_rule
from mkt_pipeline.lake.delta import DeltaStore
from mkt_pipeline.lake.row_hash import row_hash
from mkt_pipeline.lake.session import Session
from mkt_pipeline.lake.staging import stage

SHRINK_LIMIT = 0.2
"""An entity that loses more of its rows in one night is rather a broken query than a fact."""


@dataclass(frozen=True)
class Limits:
    """What stops a night before anything is committed."""

    may_be_empty: bool
    quarantine: float
    shrink: float = SHRINK_LIMIT


@dataclass(frozen=True)
class ChangeLog:
    """Every version of every row of one entity, and what broke the contract beside it."""

    log: DeltaStore
    quarantine: DeltaStore
    source: str
    zone: str

    def covered(self) -> AsOf | None:
        """The newest as-of that a night of this entity covered."""
        facts = next(self.log.facts(), None)
        return None if facts is None else self._day(facts, "covered")

    def first_covered(self) -> AsOf | None:
        """The as-of of the first load: days up to it are reconstructed, later ones observed."""
        facts = next(self.log.facts(), None)
        return None if facts is None else self._day(facts, "first")

    def _day(self, facts: Mapping[str, Any], name: str) -> AsOf:
        if facts["source"] != self.source:
            raise BadInputError(
                f"the lake at {self.log.uri} holds the source {facts['source']}, not {self.source}",
                remedy="set MKT_HOME to another folder for another source",
            )
        return AsOf(date.fromisoformat(facts[name]), self.zone)

    def append(
        self,
        session: Session,
        reader: pa.RecordBatchReader,
        night: Night,
        limits: Limits,
        *,
        dry_run: bool = False,
    ) -> EntityNight:
        """Compare what the CRM holds with the newest versions, and append the difference."""
        staged = session.read([str(stage(reader, session.scratch))])
        checked = session.materialise(with_broken_rule(staged, night.entity))
        bad = checked.filter(checked.broken_rule.notnull())
        read, quarantined = _counts(checked)
        _refuse(night, limits, read=read, quarantined=quarantined)
        good = checked.filter(checked.broken_rule.isnull()).drop("broken_rule")
        good = good.mutate(row_hash=row_hash(good, night.entity))
        current = self._current(session, night)
        changes = session.materialise(_changes(good, staged, current, night))
        counts = _kinds(changes, current, night)
        _refuse_shrinking(night, limits, current, counts["deleted"])
        if not dry_run:
            self._keep_bad(session, bad, night)
            self.log.append(session.stream(changes), facts=self._facts(night, counts))
        return EntityNight(
            night.entity.name,
            read,
            quarantined,
            **counts,
            history=night.history,
            version=self.log.version,
        )

    def _current(self, session: Session, night: Night) -> ir.Table | None:
        if night.covered is None:
            return None
        return session.materialise(newest_versions(session.read(self.log.files()), night.entity))

    def _keep_bad(self, session: Session, bad: ir.Table, night: Night) -> None:
        rows = bad.mutate(as_of=ibis.literal(str(night.as_of)))
        self.quarantine.replace_day(
            session.stream(rows), as_of=str(night.as_of), facts={"as_of": str(night.as_of)}
        )

    def _facts(self, night: Night, counts: dict[str, int]) -> dict[str, Any]:
        newest = night.as_of if night.covered is None else max(night.covered, night.as_of)
        return {
            "source": self.source,
            "as_of": str(night.as_of),
            "covered": str(newest),
            "first": str(self.first_covered() or night.as_of),
            "taken_at": night.taken_at.isoformat(),
            "history": night.history,
            **counts,
        }


def _changes(good: ir.Table, staged: ir.Table, current: ir.Table | None, night: Night) -> ir.Table:
    changed = changed_rows(good, current, night)
    if current is None:
        return changed
    return changed.union(tombstones(staged, current, night, changed))


def _counts(checked: ir.Table) -> tuple[int, int]:
    counted = checked.aggregate(read=checked.count(), bad=checked.broken_rule.count()).to_pyarrow()
    return counted["read"][0].as_py(), counted["bad"][0].as_py()


def _kinds(changes: ir.Table, current: ir.Table | None, night: Night) -> dict[str, int]:
    deleted = int(changes.filter(changes.is_deleted).count().to_pyarrow().as_py())
    written = changes.filter(~changes.is_deleted)
    total = int(written.count().to_pyarrow().as_py())
    if current is None:
        return {"inserted": total, "updated": 0, "deleted": 0}
    before = current.filter(~current.current_deleted)
    updated = int(written.semi_join(before, night.entity.key).count().to_pyarrow().as_py())
    return {"inserted": total - updated, "updated": updated, "deleted": deleted}


def _refuse(night: Night, limits: Limits, *, read: int, quarantined: int) -> None:
    name = night.entity.name
    if read == 0 and not limits.may_be_empty:
        raise DataRefusedError(
            f"{name} read no row; nothing was committed",
            remedy="check the query, the reader's rights and row-level security, or list it"
            " under may_be_empty in source.yaml",
        )
    if quarantined > limits.quarantine * read:
        raise DataRefusedError(
            f"{name}: {quarantined} of {read} rows break the contract, more than"
            f" {limits.quarantine:.2%}; nothing was committed",
            remedy="run `mkt source check`, mend the mapping or the data, or raise"
            " quarantine_limit in source.yaml",
        )


def _refuse_shrinking(night: Night, limits: Limits, current: ir.Table | None, deleted: int) -> None:
    if current is None or deleted == 0:
        return
    before = int((~current.current_deleted).sum().to_pyarrow().as_py())
    if deleted > max(limits.shrink * before, 10):
        raise DataRefusedError(
            f"{night.entity.name}: {deleted} of {before} rows are gone, more than"
            f" {limits.shrink:.0%}; nothing was committed",
            remedy="check the query and the reader's rights; if the CRM really lost them,"
            " start a new lake",
        )
