"""The state of an entity as it was known at an instant."""

from datetime import datetime

import ibis
import ibis.expr.types as ir

LOG_COLUMNS = ("known_at", "sequence", "extracted_for", "history", "is_deleted", "row_hash")
"""What the change log adds to the columns of an entity."""


def timeline(log: ir.Table, *, key: str) -> ir.Table:
    """Every version with ``superseded_at``: when the next one of its key was known, or null.

    ``log`` holds every version with ``known_at`` and ``sequence``, the order in which versions
    were appended, which decides between versions known at the same instant. Worth computing once
    where states of several days are read.

    An append holds each key once. Most keys are in the first one only: those have no next version,
    and are neither sorted nor compared.
    """
    versions = log.drop("extracted_for", "history", "row_hash")
    appended_again = versions.filter(versions.sequence > versions.sequence.min().as_scalar())
    changed = appended_again.select(key).distinct()
    only = versions.anti_join(changed, key).mutate(superseded_at=ibis.null("timestamp('UTC', 6)"))
    several = versions.semi_join(changed, key)
    order = [several.known_at, several.sequence]
    following = several.known_at.lead().over(group_by=several[key], order_by=order)
    dated = several.mutate(superseded_at=following.cast("timestamp('UTC', 6)"))
    return only.union(dated).drop("sequence")


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
