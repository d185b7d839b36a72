"""How much each feature moves each customer's propensity."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.modelling.boosted_rows import BoostedRows, boosted_rows
from mkt_pipeline.modelling.families import families
from mkt_pipeline.modelling.log_odds import log_odds
from mkt_pipeline.modelling.propensity import Propensity, propensity_of
from mkt_pipeline.modelling.reference import Reference

Values = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

PAIRS_PER_CALL = 65_536
"""Rows stacked for one call of the model: few calls, and well under a hundred megabytes."""


@dataclass(frozen=True)
class Explained:
    """``propensity`` of shape [rows], ``contributions`` in log-odds of shape [rows, features]."""

    propensity: Values
    contributions: Values


def explained(
    *,
    model: Propensity,
    frame: pd.DataFrame,
    reference: Reference,
    features: Sequence[Feature],
    pairs_per_call: int = PAIRS_PER_CALL,
) -> Explained:
    """The propensity of every row, and the change in its log-odds by each feature.

    Occlusion (Robnik-Šikonja and Kononenko 2008, Explaining classifications for individual
    instances): log-odds of the customer minus log-odds of the same customer with a feature set
    to its ``reference`` value. Positive raises the propensity.

    Features of one family (``families.families``) are occluded together: two visits in 30 days
    with none in 90 is a customer who cannot exist. What the family moves stands at the feature
    that speaks for it, the shortest window in which the customer differs from the reference; its
    other features are 0. A family that is all at its reference contributes exactly 0 and costs
    nothing. ``model`` is asked about the other pairs of customer and family, stacked; small boosted
    trees are looked up in tables, with the same result.
    """
    if frame.empty:
        return Explained(np.zeros(0), np.zeros((0, len(features))))
    frame = frame.reset_index(drop=True)
    related = families(features)
    differs = _differs(frame, reference, features)
    boosted = boosted_rows(model, frame, reference, features)
    if boosted:
        return _of_trees(boosted, differs, related)
    propensity = propensity_of(model, frame)
    result = np.zeros((len(frame), len(features)))
    # Family by family, so that each call replaces few columns.
    family, row = np.nonzero(np.array([differs[:, list(group)].any(axis=1) for group in related]))
    own = log_odds(propensity)
    for start in range(0, len(row), pairs_per_call):
        pairs = slice(start, start + pairs_per_call)
        stacked = _occluded(frame, reference, features, related, row[pairs], family[pairs])
        moved = own[row[pairs]] - log_odds(propensity_of(model, stacked))
        result[row[pairs], _speakers(differs, related, row[pairs], family[pairs])] = moved
    return Explained(propensity, result)


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
    related: Sequence[tuple[int, ...]],
    row: Places,
    family: Places,
) -> pd.DataFrame:
    stacked = frame.take(row)
    replaced = {}
    for position in np.unique(family):
        of_family = family == position
        for member in related[position]:
            name = features[member].name
            replaced[name] = stacked[name].mask(of_family, reference[name])
    return stacked.assign(**replaced)


def _of_trees(
    boosted: BoostedRows, differs: npt.NDArray[np.bool_], related: Sequence[tuple[int, ...]]
) -> Explained:
    """The same of boosted trees, which are asked about all families at once."""
    propensity, result = boosted.propensity(boosted.score), np.zeros(differs.shape)
    own = log_odds(propensity)
    for family, score in enumerate(boosted.scores_without(related)):
        row = np.flatnonzero(differs[:, list(related[family])].any(axis=1))
        if len(row):
            moved = own[row] - log_odds(boosted.propensity(score[row]))
            of_family = np.full(len(row), family)
            result[row, _speakers(differs, related, row, of_family)] = moved
    return Explained(propensity, result)


def _speakers(
    differs: npt.NDArray[np.bool_],
    related: Sequence[tuple[int, ...]],
    row: Places,
    family: Places,
) -> Places:
    speakers = np.empty(len(row), dtype=np.intp)
    for position in np.unique(family):
        members = np.array(related[position])
        pairs = np.flatnonzero(family == position)
        first = np.argmax(differs[np.ix_(row[pairs], members)], axis=1)
        speakers[pairs] = members[first]
    return speakers
