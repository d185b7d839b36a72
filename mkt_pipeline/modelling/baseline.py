"""The rule that every model must beat: recency, frequency, money."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin

from mkt_pipeline.errors import TrainingRefusedError
from mkt_pipeline.modelling.calibration import Calibrated, Calibrator
from mkt_pipeline.modelling.labelled import Labelled

Values = npt.NDArray[np.float64]

GRID = 1001
"""Points of the stored distribution: ranks are exact to a thousandth."""


@dataclass(frozen=True)
class Roles:
    """Which features say how recently, how often and for how much a customer bought."""

    recency: str
    frequency: str
    money: str

    @classmethod
    def of_window(cls, days: int) -> Self:
        """The features' usual names, counted over the last ``days`` days."""
        return cls("days_since_last_order", f"orders_{days}d", f"amount_{days}d")

    @property
    def names(self) -> tuple[str, str, str]:
        """The three names in order."""
        return (self.recency, self.frequency, self.money)


class RecencyFrequencyMoney(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # no types
    """The mean of three ranks: bought lately, often, for much.

    After Hughes (1994), Strategic Database Marketing, with percent ranks of the training rows
    instead of quintiles, so that ties do not handicap the rule. Who never bought ranks last.
    """

    def __init__(self, recency: str, frequency: str, money: str) -> None:
        self.recency = recency
        self.frequency = frequency
        self.money = money

    def fit(self, frame: pd.DataFrame, label: npt.NDArray[np.bool_]) -> Self:
        """Remember how the three are distributed in ``frame``."""
        del label  # the rule learns no weights
        self.classes_ = np.array([0, 1])
        points = np.linspace(0, 1, GRID)
        self.grid_ = np.quantile(self._goodness(frame), points, axis=0, method="inverted_cdf")
        return self

    def decision_function(self, frame: pd.DataFrame) -> Values:
        """The mean rank between 0 and 1, of shape [rows]."""
        goodness = self._goodness(frame)
        ranks = [_midrank(self.grid_[:, k], goodness[:, k]) for k in range(goodness.shape[1])]
        return np.asarray(np.mean(ranks, axis=0), dtype=np.float64)

    def _goodness(self, frame: pd.DataFrame) -> Values:
        columns = frame[[self.recency, self.frequency, self.money]].to_numpy(dtype=np.float64)
        never = np.finfo(np.float64).max
        recency = -np.nan_to_num(columns[:, 0], nan=never)
        return np.column_stack([recency, np.nan_to_num(columns[:, 1:], nan=0.0)])


def train_baseline(train: Labelled, roles: Roles) -> Calibrated:
    """The rule with its probabilities fitted by a sigmoid on the training rows.

    It learns two numbers from them, so that calibrating on rows it has seen flatters it at most.
    Refused: a feature set that lacks one of the three features.
    """
    missing = [name for name in roles.names if name not in train.frame.columns]
    if missing:
        raise TrainingRefusedError(
            f"the baseline needs the features {', '.join(missing)}",
            remedy="add them to the feature set, or name other features for these roles",
        )
    rule = RecencyFrequencyMoney(*roles.names).fit(train.frame, train.label)
    calibrator = Calibrator("sigmoid").fit(rule.decision_function(train.frame), train.label)
    return Calibrated(rule, calibrator)


def _midrank(grid: Values, values: Values) -> Values:
    """Share of the grid below each value, the equal counted half."""
    below = np.searchsorted(grid, values, side="left")
    up_to = np.searchsorted(grid, values, side="right")
    return np.asarray((below + up_to) / (2 * len(grid)), dtype=np.float64)
