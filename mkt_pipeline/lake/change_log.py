"""The change log of an entity: what a night found, compared, checked and ready to append."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Any

import ibis
import ibis.expr.types as ir

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.entities import Entity
from mkt_pipeline.contracts.night import EntityNight
from mkt_pipeline.contracts.reading import EntityRows, LogState, Reading
from mkt_pipeline.errors import BadInputError
from mkt_pipeline.lake.changes import RANKED_BY, Night, changed_rows, newest_versions, tombstones
from mkt_pipeline.lake.contract_rules import repeated_keys, with_broken_rule
from mkt_pipeline.lake.delta import DeltaStore
from mkt_pipeline.lake.erased import Erased
from mkt_pipeline.lake.night_limits import Limits, refuse_bad, refuse_empty, refuse_shrunk
from mkt_pipeline.lake.night_rows import NightRows, gather
from mkt_pipeline.lake.prepared_night import PreparedNight
from mkt_pipeline.lake.quoted import quoted
from mkt_pipeline.lake.row_hash import row_hash
from mkt_pipeline.lake.session import Session


@dataclass(frozen=True)
class ChangeLog:
    """Every version of every row of one entity, and what broke the contract beside it."""

    log: DeltaStore
    quarantine: DeltaStore
    source: str
    zone: str
    erased: Erased

    def committed(self) -> Mapping[str, Any] | None:
        """What is kept with the last night of this entity; None before the first."""
        return next(self.log.facts(), None)

    def covered(self) -> AsOf | None:
        """The newest as-of that a night of this entity covered."""
        facts = self.committed()
        return None if facts is None else self._day(facts, "covered")

    def first_covered(self) -> AsOf | None:
        """The as-of of the first load: days up to it are reconstructed, later ones observed."""
        facts = self.committed()
        return None if facts is None else self._day(facts, "first")

    def state(self) -> LogState | None:
        """What the last night left behind; None before the first."""
        facts = self.committed()
        if facts is None:
            return None
        watermark = facts.get("watermark")
        return LogState(
            rows=facts.get("rows"),
            has_times=bool(facts.get("has_times")),
            watermark=datetime.fromisoformat(watermark) if watermark else None,
            compared=int(facts.get("compared", 0)),
            since_reconciled=int(facts.get("since_reconciled", 0)),
            clock_offset=float(facts.get("clock_offset", 0.0)),
        )

    def prepare(
        self,
        session: Session,
        source: EntityRows,
        night: Night,
        limits: Limits,
        *,
        dry_run: bool = False,
    ) -> PreparedNight:
        """Compare what the CRM holds with the newest versions; nothing enters the log yet.

        What breaks the contract is kept in quarantine at once, also where the night is refused.
        """
        entity = night.entity
        files = self.log.files()
        log = session.read(files) if files else None
        again = self._put_aside(session, entity)
        doorkeeper = self.erased.doorkeeper(session, entity)
        found = gather(session, source, key=entity.key, log=log, again=again, doorkeeper=doorkeeper)
        # A name for what was joined from parts, so that it can be joined with itself.
        found = replace(found, rows=session.view(found.rows))
        repeated = session.materialise(repeated_keys(found.rows, entity))
        checked = session.view(with_broken_rule(found.rows, entity, repeated))
        bad = session.materialise(checked.filter(checked.broken_rule.notnull()))
        settle = None if dry_run else self._keep_bad(session, bad, night)
        before = _before(session, log, found, entity)
        rows_before = self._rows_before(before, whole=found.whole)
        total = found.total()
        _refuse(bad, night, limits, total=rows_before if total is None else total)
        changes = _changes(checked, before, found, night)
        if before is not None:  # few; a first load goes from the CRM's rows straight into the log
            changes = session.materialise(changes)
        counts = _kinds(checked, changes, before, night)
        _refuse_shrunk(night, limits, before=rows_before, deleted=counts["deleted"])
        rows = rows_before + counts["inserted"] - counts["deleted"]
        read = _facts_of_reading(self.state(), source.reading, found)
        return PreparedNight(
            session,
            self.log,
            changes,
            facts={**self._facts(night), **counts, **read, "rows": rows},
            after=night.sequence - 1,
            told=EntityNight(
                entity.name,
                number(found.rows),
                number(bad),
                **counts,
                history=night.history,
                version=night.sequence - 1,
                reading=_told(source.reading, found),
            ),
            doorkeeper=doorkeeper,
            turned_away=found.turned_away,
            settle=settle,
        )

    def _day(self, facts: Mapping[str, Any], name: str) -> AsOf:
        if facts["source"] != self.source:
            raise BadInputError(
                f"the lake at {self.log.uri} holds the source {facts['source']}, not {self.source}",
                remedy="another source begins with an empty lake: another MKT_HOME, or with"
                " Docker Compose empty volumes (docs/connect-your-crm.md)",
            )
        return AsOf(date.fromisoformat(facts[name]), self.zone)

    def _put_aside(self, session: Session, entity: Entity) -> list[str]:
        """The keys put aside since the last committed night: mended or not, they are read again.

        Runs after that night put aside what they found and may have been refused: what one of them
        saw mended is not in the log yet.
        """
        newest, committed = next(self.quarantine.facts(), None), self.committed()
        if newest is None:
            return []
        first = min(newest["as_of"], (committed or newest)["as_of"])
        days = {one["as_of"] for one in self.quarantine.table().partitions()}
        since = [day for day in days if day >= first]
        files = [file for day in since for file in self.quarantine.files(as_of=day)]
        rows = session.read(files)[entity.key].to_pyarrow().to_pylist() if files else []
        return sorted({key for key in rows if key is not None})

    def _rows_before(self, before: ir.Table | None, *, whole: bool) -> int:
        if before is None:
            return 0
        if whole:
            return number(before.filter(~before.current_deleted))
        state = self.state()
        return (state.rows if state else None) or 0

    def _keep_bad(self, session: Session, bad: ir.Table, night: Night) -> Callable[[], None] | None:
        """Put rows aside; what an earlier run of this day did stays with them until the commit.

        Returned is what removes it then, None where nothing has to be.
        """
        earlier, day = self._earlier(session, bad, night), str(night.as_of)
        rows = bad if earlier is None else bad.union(earlier)
        put = session.stream(rows.mutate(as_of=ibis.literal(day)))
        self.quarantine.replace_day(put, as_of=day, facts={"as_of": day})
        if earlier is None:
            return None
        keys = earlier[night.entity.key].to_pyarrow().to_pylist()
        return partial(self._take_out, night.entity.key, keys, day)

    def _earlier(self, session: Session, bad: ir.Table, night: Night) -> ir.Table | None:
        files, key = self.quarantine.files(as_of=str(night.as_of)), night.entity.key
        if not files:
            return None
        aside = session.read(files)
        aside = aside.filter(aside[key].notnull()).anti_join(bad, key)
        types = bad.schema().items()
        same = {
            name: aside[name].cast(type_) if name in aside.columns else ibis.null(type_)
            for name, type_ in types
        }
        earlier = session.materialise(aside.select(**same))
        return earlier if number(earlier) else None

    def _take_out(self, key: str, keys: list[str], day: str) -> None:
        # Removed and not written anew: nobody who was erased meanwhile may come back.
        listed = ", ".join(map(quoted, keys))
        self.quarantine.delete(f"as_of = '{day}' AND {key} IN ({listed})", facts=None)

    def _facts(self, night: Night) -> dict[str, Any]:
        newest = night.as_of if night.covered is None else max(night.covered, night.as_of)
        return {
            "source": self.source,
            "as_of": str(night.as_of),
            "covered": str(newest),
            "first": str(self.first_covered() or night.as_of),
            "taken_at": night.taken_at.isoformat(),
            "watermark": night.server.watermark.isoformat(),
            "clock_offset": night.server.clock_offset,
            "history": night.history,
        }


def number(rows: ir.Table) -> int:
    """How many rows there are."""
    return int(rows.count().to_pyarrow().as_py())


def _before(
    session: Session, log: ir.Table | None, found: NightRows, entity: Entity
) -> ir.Table | None:
    """The newest version of every key that the night saw or misses; None on the first load."""
    if log is None:
        return None
    if found.whole:
        return session.materialise(newest_versions(log, entity))
    touched = found.rows.select(entity.key)
    if found.gone is not None:
        touched = touched.union(found.gone)
    # The key alone decides which versions are looked at, so that a long log costs one scan.
    of_touched = log.select(*RANKED_BY, entity.key).semi_join(
        session.materialise(touched.distinct()), entity.key
    )
    return session.materialise(newest_versions(session.materialise(of_touched), entity))


def _changes(
    checked: ir.Table, before: ir.Table | None, found: NightRows, night: Night
) -> ir.Table:
    good = checked.filter(checked.broken_rule.isnull()).drop("broken_rule")
    good = good.mutate(row_hash=row_hash(good, night.entity))
    changed = changed_rows(good, before, night)
    if before is None or found.keys is None:
        return changed
    alive = before.filter(~before.current_deleted)
    if found.gone is None:
        gone = alive.anti_join(found.keys, night.entity.key)
    else:
        gone = alive.semi_join(found.gone, night.entity.key)
    return changed.union(tombstones(gone, night, changed))


def _kinds(
    checked: ir.Table, changes: ir.Table, before: ir.Table | None, night: Night
) -> dict[str, int]:
    if before is None:
        good = number(checked.filter(checked.broken_rule.isnull()))
        return {"inserted": good, "updated": 0, "deleted": 0}
    deleted = number(changes.filter(changes.is_deleted))
    written = changes.filter(~changes.is_deleted)
    alive = before.filter(~before.current_deleted)
    updated = number(written.semi_join(alive, night.entity.key))
    return {"inserted": number(written) - updated, "updated": updated, "deleted": deleted}


def _refuse(bad: ir.Table, night: Night, limits: Limits, *, total: int) -> None:
    name, quarantined = night.entity.name, number(bad)
    refuse_empty(name, limits, total=total)
    if quarantined:
        counted = bad.group_by("broken_rule").aggregate(n=bad.count()).order_by(ibis.desc("n"))
        rules = [f"{one['broken_rule']}, {one['n']:,}" for one in counted.to_pyarrow().to_pylist()]
        refuse_bad(
            name,
            limits,
            day=str(night.as_of),
            total=total,
            quarantined=quarantined,
            rules="; ".join(rules),
        )


def _refuse_shrunk(night: Night, limits: Limits, *, before: int, deleted: int) -> None:
    refuse_shrunk(night.entity.name, limits, day=str(night.as_of), before=before, deleted=deleted)


def _facts_of_reading(state: LogState | None, reading: Reading, found: NightRows) -> dict[str, Any]:
    """What the next night needs to know about how this one read."""
    seen = bool(found.rows.updated_at.notnull().any().to_pyarrow().as_py())
    compared = state.compared if state else 0
    skipped = state.since_reconciled + 1 if state and found.keys is None else 0
    return {
        "has_times": seen or bool(not found.whole and state and state.has_times),
        "compared": compared + (reading.share is not None),
        "since_reconciled": skipped,
    }


def _told(reading: Reading, found: NightRows) -> str:
    if found.whole and not reading.whole:
        return "read whole, for many rows were late"
    return reading.why
