"""Whether what a model may use gives away what it may not use.

An attribute that is left out can come back through others: a first name tells the gender, a
quarter of the town the origin. For each attribute a model of its own tries to tell it from the
features that are in use, on customers that it has not learned from.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.metrics import roc_auc_score

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.modelling.boosting import BOOSTING

ROWS = 20_000
GIVEN_AWAY = 0.75
"""Area under the curve from which on an attribute counts as given away; 0.5 tells nothing."""
NAMED = 3
FEWEST = 50
"""Customers of either kind; with fewer nothing can be said."""


@dataclass(frozen=True)
class StandIn:
    """How well an attribute can be told from the features in use.

    ``what`` is what was to be told: a value against all others, or the upper half of a number.
    ``by`` names the single features that tell it best, with their areas under the curve.
    """

    attribute: str
    what: str
    roc_auc: float
    by: tuple[tuple[str, float], ...]

    @property
    def is_given_away(self) -> bool:
        """Whether the features in use tell the attribute."""
        return self.roc_auc >= GIVEN_AWAY

    @property
    def words(self) -> str:
        """One line for a person."""
        by = ", ".join(f"{name} ({auc:.2f})" for name, auc in self.by)
        return (
            f"{self.attribute} ({self.what}) can be told with ROC AUC {self.roc_auc:.2f}; alone by"
            f" {by}"
        )


def stand_ins(
    *,
    frame: pd.DataFrame,
    features: Sequence[Feature],
    attributes: pd.DataFrame,
    seed: int,
) -> tuple[StandIn, ...]:
    """Try to tell each column of ``attributes`` from ``frame``, which has a column per feature.

    Both have one row per customer, in the same order. Attributes with too few customers of either
    kind are left out.
    """
    random = np.random.default_rng(seed)
    rows = random.permutation(len(frame))[:ROWS]
    frame = frame.iloc[rows].reset_index(drop=True)
    learned = np.arange(len(frame)) % 2 == 0
    found = []
    for name in attributes.columns:
        asked = _asked(attributes[name].iloc[rows].reset_index(drop=True))
        if asked is not None:
            found.append(_told(name, *asked, frame, features, learned, seed))
    return tuple(found)


def _asked(column: pd.Series) -> tuple[str, npt.NDArray[np.bool_]] | None:
    """What is to be told, and for whom it is true."""
    if pd.api.types.is_numeric_dtype(column):
        middle = float(column.median())
        what, true = f"above {middle:g}", (column > middle).to_numpy(dtype=bool)
    else:
        counts = column.dropna().value_counts()
        if counts.empty:
            return None
        what = str(counts.index[0])
        true = (column == counts.index[0]).fillna(False).to_numpy(dtype=bool)
    if min(int(true.sum()), int((~true).sum())) < FEWEST:
        return None
    return what, true


def _told(
    name: str,
    what: str,
    true: npt.NDArray[np.bool_],
    frame: pd.DataFrame,
    features: Sequence[Feature],
    learned: npt.NDArray[np.bool_],
    seed: int,
) -> StandIn:
    pipeline = BOOSTING.pipeline(features, seed).fit(frame[learned], true[learned])
    score = pipeline.decision_function(frame[~learned])
    auc = float(roc_auc_score(true[~learned], score))
    alone = sorted(
        ((f.name, _alone(frame[f.name], true)) for f in features), key=lambda one: -one[1]
    )
    return StandIn(name, what, auc, tuple(alone[:NAMED]))


def _alone(column: pd.Series, true: npt.NDArray[np.bool_]) -> float:
    """Area under the curve of one feature, whichever way it points; unknown comes first."""
    if not pd.api.types.is_numeric_dtype(column):
        # A category points by how often its customers are of the kind.
        column = column.map(pd.Series(true).groupby(column.to_numpy()).mean())
    values = column.to_numpy(dtype=np.float64)
    known = np.where(np.isnan(values), -np.finfo(np.float64).max, values)
    auc = float(roc_auc_score(true, known))
    return max(auc, 1 - auc)
