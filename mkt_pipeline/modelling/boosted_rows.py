"""Boosted trees taken apart, so that what a few features move costs a few trees."""

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

Values = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]


@dataclass(frozen=True)
class BoostedRows:
    """Customers as the trees see them, encoded once.

    ``rows`` has shape [customers, columns], ``usual`` is the reference customer of shape [columns],
    ``place`` gives the column of each feature.
    """

    rows: Values
    usual: Values
    place: Places
    trees: BlockwiseBoosting
    calibrator: Calibrator

    @cached_property
    def score(self) -> Values:
        """The trees' log-odds of every customer, of shape [customers]."""
        baseline = float(np.ravel(self.trees._baseline_prediction)[0])
        return np.asarray(baseline + self._by_tree.sum(axis=1), dtype=np.float64)

    @cached_property
    def _by_tree(self) -> Values:
        return self.trees.by_tree(self.rows)

    def propensity(self, score: Values) -> Values:
        """Probabilities of shape [rows] for scores of shape [rows]."""
        return np.asarray(self.calibrator.predict(score), dtype=np.float64)

    def score_without(self, customers: Places, features: Sequence[int]) -> Values:
        """Scores of some customers with some features as usual: only trees that ask for these."""
        columns = self.place[list(features)]
        trees = np.array(self.trees.trees_that_split_on(columns.tolist()), dtype=np.intp)
        changed = self.rows[customers]
        changed[:, columns] = self.usual[columns]
        own = self._by_tree[np.ix_(customers, trees)].sum(axis=1)
        return np.asarray(
            self.score[customers] - own + self.trees.sum_of_trees(changed, trees.tolist())
        )


def boosted_rows(
    model: object, frame: pd.DataFrame, reference: Reference, features: Sequence[Feature]
) -> BoostedRows | None:
    """``frame`` for a calibrated pipeline of boosted trees; None for any other model."""
    pipeline = model.model if isinstance(model, Calibrated) else None
    if not isinstance(pipeline, Pipeline) or len(pipeline) != 2:
        return None
    trees, encoder = pipeline[1], pipeline[0]
    if not isinstance(trees, BlockwiseBoosting) or not isinstance(encoder, ColumnTransformer):
        return None
    place = _places(encoder, features)
    if place is None or not isinstance(model, Calibrated):
        return None
    rows = trees.prepared(encoder.transform(frame))
    usual = trees.prepared(encoder.transform(reference_frame(reference, features)))
    return BoostedRows(rows, usual[0], trees.prepared_place()[place], trees, model.calibrator)


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
