"""Vehicles owned, from what was acquired and what was given up."""

import numpy as np

from mkt_pipeline.samples.dealership.journal import Columns


def vehicle_rows(acquired: Columns | None, disposals: Columns | None) -> Columns | None:
    """Columns of the table ``vehicles_owned``; ``acquired`` has ascending ids."""
    if acquired is None:
        return None
    disposed_at = np.zeros_like(acquired["acquired_at"])
    if disposals is not None:
        at = np.searchsorted(acquired["vehicle_id"], disposals["vehicle_id"])
        disposed_at[at] = disposals["disposed_at"]
    updated_at = np.maximum(acquired["acquired_at"], disposed_at)
    return {**acquired, "disposed_at": disposed_at, "updated_at": updated_at}
