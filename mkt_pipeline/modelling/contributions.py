"""How much each feature moves each customer's propensity."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.modelling.propensity import Propensity, propensity_of
from mkt_pipeline.modelling.reference import Reference

Values = npt.NDArray[np.float64]

PAIRS_PER_CALL = 200_000
"""Rows stacked for one call of the model: few calls, some hundred megabytes."""
SMALLEST = 1e-6
"""Probabilities are kept this far from 0 and 1, so that log-odds stay finite."""


def contributions(
    *,
    model: Propensity,
    frame: pd.DataFrame,
    reference: Reference,
    features: Sequence[Feature],
    pairs_per_call: int = PAIRS_PER_CALL,
) -> Values:
    """Change in log-odds by each feature, of shape [rows, features].

    Occlusion (Robnik-Šikonja and Kononenko 2008, Explaining classifications for individual
    instances): log-odds of the customer minus log-odds of the same customer with this one feature
    set to its ``reference`` value. Positive raises the propensity. A feature that already has
    its reference value contributes exactly 0 and costs nothing; ``model`` is asked about all
    other pairs of row and feature, stacked. Needs no more of the model than ``predict_proba``.
    """
    result = np.zeros((len(frame), len(features)))
    frame = frame.reset_index(drop=True)
    # Feature-major, so that each call replaces few columns.
    column, row = np.nonzero(_differs(frame, reference, features).T)
    own = _log_odds(model, frame) if len(frame) else np.zeros(0)
    for start in range(0, len(row), pairs_per_call):
        rows = row[start : start + pairs_per_call]
        columns = column[start : start + pairs_per_call]
        occluded = _occluded(frame, reference, features, rows, columns)
        result[rows, columns] = own[rows] - _log_odds(model, occluded)
    return result


def _differs(
    frame: pd.DataFrame, reference: Reference, features: Sequence[Feature]
) -> npt.NDArray[np.bool_]:
    columns = []
    for feature in features:
        values, usual = frame[feature.name], reference[feature.name]
        same = values.isna() if pd.isna(usual) else (values == usual).fillna(value=False)
        columns.append(~same.to_numpy(dtype=bool))
    return np.column_stack(columns)


def _occluded(
    frame: pd.DataFrame,
    reference: Reference,
    features: Sequence[Feature],
    rows: npt.NDArray[np.intp],
    columns: npt.NDArray[np.intp],
) -> pd.DataFrame:
    stacked = frame.take(rows)
    replaced = {}
    for column in np.unique(columns):
        name = features[column].name
        replaced[name] = stacked[name].mask(columns == column, reference[name])
    return stacked.assign(**replaced)


def _log_odds(model: Propensity, frame: pd.DataFrame) -> Values:
    propensity = np.clip(propensity_of(model, frame), SMALLEST, 1 - SMALLEST)
    return np.asarray(np.log(propensity) - np.log1p(-propensity))
