"""The state of an entity as it was known at an instant."""

from datetime import datetime

import ibis
import ibis.expr.types as ir

LOG_COLUMNS = ("known_at", "sequence", "extracted_for", "history", "is_deleted", "row_hash")
"""What the change log adds to the columns of an entity."""


def timeline(log: ir.Table, *, key: str, superseded: ir.Table | None = None) -> ir.Table:
    """Every version with ``superseded_at``: when the next one of its key was known, or null.

    ``log`` holds every version with ``known_at`` and ``sequence``, the order in which versions
    were appended, which decides between versions known at the same instant. ``superseded`` is
    ``superseded_versions`` of the log, where somebody has computed it already.
    """
    versions = log.drop("extracted_for", "history", "row_hash")
    if superseded is None:
        superseded = superseded_versions(log, key=key)
    return versions.left_join(superseded, [key, "sequence"]).drop(
        f"{key}_right", "sequence_right", "sequence"
    )


def superseded_versions(log: ir.Table, *, key: str) -> ir.Table:
    """The versions that a later one has replaced: key, ``sequence`` and ``superseded_at``.

    They are few, and worth computing once: an append holds each key once, and most keys are in the
    first one only, which are neither sorted nor compared. A join with a small table of known size
    also spares the database guesses at how many rows of the log are left.
    """
    versions = log.select(key, "known_at", "sequence")
    appended_again = versions.filter(versions.sequence > versions.sequence.min().as_scalar())
    several = versions.semi_join(appended_again.select(key).distinct(), key)
    order = [several.known_at, several.sequence]
    following = several.known_at.lead().over(group_by=several[key], order_by=order)
    dated = several.mutate(superseded_at=following.cast("timestamp('UTC', 6)"))
    return dated.filter(dated.superseded_at.notnull()).drop("known_at")


def state_as_of(versions: ir.Table, *, cutoff: datetime) -> ir.Table:
    """One row per key of a timeline: the newest version known strictly before ``cutoff``.

    A key whose newest version is a tombstone has none.
    """
    instant = ibis.literal(cutoff)
    known = versions.known_at < instant
    newest = versions.superseded_at.isnull() | (versions.superseded_at >= instant)
    return versions.filter(known, newest, ~versions.is_deleted).drop(
        "known_at", "superseded_at", "is_deleted"
    )
