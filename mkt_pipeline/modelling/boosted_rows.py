"""Boosted trees taken apart, so that what a few features move costs a few lookups."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.modelling.boosting import BlockwiseBoosting
from mkt_pipeline.modelling.calibration import Calibrated, Calibrator
from mkt_pipeline.modelling.reference import Reference, reference_frame
from mkt_pipeline.modelling.tree_tables import Codes, TreeTables

Values = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]


@dataclass(frozen=True)
class BoostedRows:
    """Customers as the trees see them, encoded once.

    ``codes`` (of shape [trees, customers]) are their ways through the trees, ``usual`` (of shape
    [trees, 1]) that of the reference customer; ``place`` gives the column of each feature.
    """

    codes: Codes
    usual: Codes
    place: Places
    tables: TreeTables
    calibrator: Calibrator

    @cached_property
    def score(self) -> Values:
        """The trees' log-odds of every customer, of shape [customers]."""
        return self.tables.score(self.codes)

    def propensity(self, score: Values) -> Values:
        """Probabilities of shape [rows] for scores of shape [rows]."""
        return np.asarray(self.calibrator.predict(score), dtype=np.float64)

    def scores_without(self, groups: Sequence[Sequence[int]]) -> Values:
        """Scores with each group of features as usual, of shape [groups, customers]."""
        columns = [frozenset(self.place[list(group)].tolist()) for group in groups]
        return self.score - self.tables.moved(self.codes, self.usual, columns)


def boosted_rows(
    model: object, frame: pd.DataFrame, reference: Reference, features: Sequence[Feature]
) -> BoostedRows | None:
    """``frame`` for a calibrated pipeline of small boosted trees; None for any other model."""
    pipeline = model.model if isinstance(model, Calibrated) else None
    if not isinstance(pipeline, Pipeline) or len(pipeline) != 2:
        return None
    trees, encoder = pipeline[1], pipeline[0]
    if not isinstance(trees, BlockwiseBoosting) or not isinstance(encoder, ColumnTransformer):
        return None
    place, tables = _places(encoder, features), trees.tables
    if place is None or tables is None or not isinstance(model, Calibrated):
        return None
    codes = tables.codes(trees.prepared(encoder.transform(frame)))
    usual = tables.codes(trees.prepared(encoder.transform(reference_frame(reference, features))))
    return BoostedRows(codes, usual, trees.prepared_place()[place], tables, model.calibrator)


def _places(encoder: Any, features: Sequence[Feature]) -> Places | None:  # noqa: ANN401
    """For each feature the encoded column it became; None unless each became exactly one."""
    found: dict[str, int] = {}
    for name, _, columns in encoder.transformers_:
        place = encoder.output_indices_[name]
        if place.stop - place.start != len(columns):
            return None
        found |= dict(zip(columns, range(place.start, place.stop), strict=True))
    if set(found) != {feature.name for feature in features}:
        return None
    return np.array([found[feature.name] for feature in features], dtype=np.intp)
