"""The parts of a test window that a model is looked at in: slices and segments."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mkt_pipeline.contracts.segment_names import SEGMENTS
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.modelling.segment_promises import SegmentPromise, segment_promises
from mkt_pipeline.modelling.slices import Slice, slices
from mkt_pipeline.segments.rule import assign
from mkt_pipeline.steps.training_data import TrainingData


@dataclass(frozen=True)
class WindowParts:
    """A model in each of them."""

    slices: tuple[Slice, ...]
    segments: tuple[SegmentPromise, ...]

    @property
    def promise_off(self) -> Mapping[str, float]:
        """By how much promises are off beyond chance, by the name of slice or segment."""
        off = {one.name: one.promise_off for one in self.slices}
        return off | {one.name: one.off for one in self.segments}

    @property
    def ranking_off(self) -> Mapping[str, float]:
        """By how much slices are surely ranked worse than all, by name."""
        return {one.name: one.ranking_off for one in self.slices}


def window_parts(
    use_case: UseCase, data: TrainingData, propensity: npt.NDArray[np.float64]
) -> WindowParts:
    """Of a model with these propensities of the test rows, of shape [rows].

    Slices look at all features, also those that no model may use. Segments are those that the use
    case's rule would give to the customers of the window; who is before whom among equals is
    chance here, for a training knows no customer ids.
    """
    label, rows = data.test.label, np.arange(data.test.rows).astype(str)
    segment = assign(propensities=propensity, customer_ids=rows, rule=use_case.segments)
    return WindowParts(
        slices(frame=data.offered_test, features=data.offered, label=label, propensity=propensity),
        segment_promises(label=label, propensity=propensity, segment=segment, names=SEGMENTS),
    )
