"""How much of an entity a night has to read, so that nothing is lost and little is read."""

from datetime import timedelta

from mkt_pipeline.contracts.reading import LogState, Reading, ServerState, Share
from mkt_pipeline.contracts.source import EntityReading

ALWAYS_WHOLE = frozenset({"consents"})
"""An opt-out that is missed is worse than a full read."""


def plan_reading(
    entity: str, *, state: LogState | None, rules: EntityReading, server: ServerState
) -> Reading:
    """Decide what to read of one entity, given what its last night left behind."""
    if state is None:
        return Reading("first load")
    if entity in ALWAYS_WHOLE:
        return Reading("read whole every night")
    if state.rows is None or state.watermark is None:
        return Reading("the last night kept no watermark")
    if not state.has_times:
        return Reading("no updated_at")
    if state.rows <= rules.compare_whole_up_to_rows:
        return Reading(f"small, {state.rows:,} rows")
    overlap = timedelta(minutes=rules.overlap_minutes)
    if abs(server.clock_offset - state.clock_offset) > overlap.total_seconds() / 2:
        return Reading("the server's clock was moved")
    parts = rules.compare_all_within_nights
    since = state.watermark - overlap
    return Reading(
        f"changes since {since:%Y-%m-%d %H:%M} UTC and one part in {parts}",
        changed_since=since,
        share=Share(state.compared % parts, parts),
        keys=state.since_reconciled + 1 >= rules.reconcile_every_nights,
    )
