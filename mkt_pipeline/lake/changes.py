"""What a night adds to a change log: new and changed rows, and tombstones of those gone."""

from dataclasses import dataclass
from datetime import UTC, datetime

import ibis
import ibis.expr.types as ir

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.entities import Entity
from mkt_pipeline.contracts.reading import ServerState

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
"""Rows of a first load without an event time count as known from here."""


@dataclass(frozen=True)
class Night:
    """One night of one entity.

    ``covered`` is the newest as-of that an earlier night covered (None for the first load):
    nothing that this night finds may be known before it, for features of that day are final.
    ``server`` is the CRM's at the instant of the snapshot, ``sequence`` the number of the commit.
    """

    entity: Entity
    as_of: AsOf
    server: ServerState
    sequence: int
    covered: AsOf | None

    @property
    def taken_at(self) -> datetime:
        """The instant of the CRM's snapshot."""
        return self.server.taken_at

    @property
    def history(self) -> str:
        """Whether versions were seen when they came to be, or made out afterwards."""
        return "reconstructed" if self.covered is None else "observed"


RANKED_BY = ("row_hash", "known_at", "sequence", "is_deleted")
"""The columns of a change log that tell the newest version of a key, beside the key."""


def newest_versions(log: ir.Table, entity: Entity) -> ir.Table:
    """The newest version of each key, tombstones included: key, fingerprint, ``known_at``.

    An append holds each key once. Most keys are in the first one only, and are not ranked.
    """
    log = log.select(entity.key, *RANKED_BY)
    appended_again = log.filter(log.sequence > log.sequence.min().as_scalar())
    changed = appended_again.select(entity.key).distinct()
    several = log.semi_join(changed, entity.key)
    order = [several.known_at.desc(), several.sequence.desc()]
    rank = ibis.row_number().over(group_by=several[entity.key], order_by=order)
    ranked = several.mutate(_rank=rank).filter(ibis._._rank == 0).drop("_rank")
    return (
        log.anti_join(changed, entity.key)
        .union(ranked)
        .select(
            entity.key,
            current_hash="row_hash",
            current_known_at="known_at",
            current_deleted="is_deleted",
        )
    )


def changed_rows(good: ir.Table, current: ir.Table | None, night: Night) -> ir.Table:
    """Versions to append for rows (with ``row_hash``) that are new or differ from ``current``."""
    if current is None and night.covered is None:
        return _as_log(good, night, known_at=_event_time(good, night.entity))
    if current is None:
        # Nights before found nothing: what is here now was not known then.
        first = good.mutate(current_known_at=ibis.null("timestamp('UTC', 6)"))
        known_at = _observed(first, night)
        return _as_log(first, night, known_at=known_at).drop("current_known_at")
    joined = good.left_join(current, night.entity.key).drop(f"{night.entity.key}_right")
    is_new = joined.current_hash.isnull() | joined.current_deleted
    changed = joined.filter(is_new | (joined.current_hash != joined.row_hash))
    return _as_log(changed, night, known_at=_observed(changed, night)).drop(
        "current_hash", "current_known_at", "current_deleted"
    )


def tombstones(gone: ir.Table, night: Night, columns: ir.Table) -> ir.Table:
    """One deleted version for each of the newest versions ``gone``, which the CRM no longer has.

    When it was deleted is not known, only that it was there at the last night: it counts as gone
    from that night's as-of on. ``columns`` gives names and types of the log.
    """
    key = night.entity.key
    known_at = _not_before_covered(ibis.null("timestamp('UTC', 6)"), gone, night)
    empty = {
        name: ibis.null(columns[name].type())
        for name in columns.columns
        if name not in (key, "known_at", "row_hash")
    }
    rows = gone.select(key, known_at=known_at, row_hash=ibis.literal(""), **empty)
    return _stamped(rows, night, is_deleted=True).select(*columns.columns)


def _event_time(rows: ir.Table, entity: Entity) -> ir.TimestampValue:
    beginning = ibis.literal(BEGINNING, "timestamp('UTC', 6)")
    if entity.event_time is None:
        return beginning
    return rows[entity.event_time].fill_null(beginning)


def _observed(rows: ir.Table, night: Night) -> ir.TimestampValue:
    time = ibis.least(rows.updated_at, ibis.literal(night.taken_at))
    return _not_before_covered(time, rows, night)


def _not_before_covered(time: ir.TimestampValue, rows: ir.Table, night: Night) -> ir.TimestampValue:
    assert night.covered is not None  # noqa: S101 - only nights after the first come here
    covered = ibis.literal(night.covered.cutoff, "timestamp('UTC', 6)")
    floor = ibis.greatest(covered, rows.current_known_at.fill_null(covered))
    return ibis.greatest(time.fill_null(floor), floor)


def _as_log(rows: ir.Table, night: Night, *, known_at: ir.TimestampValue) -> ir.Table:
    return _stamped(rows.mutate(known_at=known_at), night, is_deleted=False)


def _stamped(rows: ir.Table, night: Night, *, is_deleted: bool) -> ir.Table:
    return rows.mutate(
        known_at=rows.known_at.cast("timestamp('UTC', 6)"),
        sequence=ibis.literal(night.sequence, "int64"),
        extracted_for=ibis.literal(night.as_of.day.isoformat()),
        history=ibis.literal(night.history),
        is_deleted=ibis.literal(is_deleted),
    )
