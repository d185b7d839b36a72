"""Linear models taken apart: each column moves the score by its weight times its distance."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.pipeline import Pipeline
from sklearn.svm import LinearSVC

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.modelling.encoded_columns import features_of_columns
from mkt_pipeline.modelling.reference import Reference, reference_frame

Values = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class LinearParts:
    """``weights`` (of shape [columns, families]) are each column's, at its family; ``usual`` (of
    shape [columns]) is the reference customer encoded.
    """

    pipeline: Pipeline
    weights: Values
    usual: Values

    def of(self, frame: pd.DataFrame, _: Bools) -> tuple[Values, Values]:
        """Scores of shape [rows], and what each family moves them, of shape [rows, families]."""
        encoded = self.pipeline[0].transform(frame)
        score = np.asarray(self.pipeline[1].decision_function(encoded), dtype=np.float64)
        return score, (encoded - self.usual) @ self.weights


def linear_parts(
    pipeline: object,
    reference: Reference,
    features: Sequence[Feature],
    related: Sequence[Sequence[int]],
) -> LinearParts | None:
    """A pipeline of ``encoding.scaled`` and a linear model; None for any other model."""
    if not isinstance(pipeline, Pipeline) or len(pipeline) != 2:
        return None
    encoder, model = pipeline[0], pipeline[1]
    linear = isinstance(model, LogisticRegression | LinearSVC | SGDClassifier)
    if not linear or not isinstance(encoder, ColumnTransformer):
        return None
    family_of = {features[f].name: n for n, family in enumerate(related) for f in family}
    families = [family_of[name] for name in features_of_columns(encoder)]
    weights = np.zeros((len(families), len(related)))
    weights[np.arange(len(families)), families] = np.ravel(model.coef_)
    usual = np.asarray(encoder.transform(reference_frame(reference, features)))[0]
    return LinearParts(pipeline, weights, usual)
