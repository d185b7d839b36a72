"""The state of an entity as it was known at an instant."""

from datetime import datetime

import ibis
import ibis.expr.types as ir

LOG_COLUMNS = ("known_at", "sequence", "extracted_for", "history", "is_deleted", "row_hash")
"""What the change log adds to the columns of an entity."""


def state_as_of(log: ir.Table, *, key: str, cutoff: datetime) -> ir.Table:
    """One row per key: the newest version known strictly before ``cutoff``, unless deleted.

    ``log`` holds every version with ``known_at`` and ``sequence`` (the order in which versions
    were appended, which decides between versions known at the same instant).
    """
    known = log.filter(log.known_at < ibis.literal(cutoff))
    newest = ibis.row_number().over(
        group_by=known[key], order_by=[known.known_at.desc(), known.sequence.desc()]
    )
    ranked = known.mutate(_rank=newest)
    return ranked.filter((ranked._rank == 0) & ~ranked.is_deleted).drop("_rank", *LOG_COLUMNS)
