"""What the segments of a window were promised, and what happened."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mkt_pipeline.modelling.metrics import Labels, Values
from mkt_pipeline.modelling.resampling import Interval
from mkt_pipeline.modelling.share_interval import share_interval
from mkt_pipeline.modelling.slices import promise_off


@dataclass(frozen=True)
class SegmentPromise:
    """The mean propensity of a segment beside the share that had the event, with its interval.

    ``off`` is what is worse than chance explains, as a share of those who had the event.
    """

    segment: str
    rows: int
    promised: float
    happened: Interval
    off: float

    @property
    def name(self) -> str:
        """How it is called beside slices."""
        return f"segment {self.segment}"


def segment_promises(
    *, label: Labels, propensity: Values, segment: npt.NDArray[np.object_], names: Sequence[str]
) -> tuple[SegmentPromise, ...]:
    """Those of ``names`` that have customers; label, propensity and segment have shape [rows]."""
    parts = ((name, np.asarray(segment == name, dtype=bool)) for name in names)
    return tuple(
        SegmentPromise(
            name,
            int(rows.sum()),
            float(propensity[rows].mean()),
            share_interval(int(label[rows].sum()), int(rows.sum())),
            promise_off(label[rows], propensity[rows]),
        )
        for name, rows in parts
        if rows.any()
    )
