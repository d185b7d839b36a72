"""The rule that every model must beat: recency, frequency, money."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import rankdata
from sklearn.base import BaseEstimator, ClassifierMixin

from mkt_pipeline.errors import TrainingRefusedError
from mkt_pipeline.modelling.calibration import Calibrated, Calibrator
from mkt_pipeline.modelling.labelled import Labelled
from mkt_pipeline.modelling.propensity import Scores

Values = npt.NDArray[np.float64]

GRID = 1001
"""Points of the stored distribution: ranks are exact to a thousandth."""

USUAL = np.array([-1.0, 1.0, 1.0])
"""Few days since the last order are good, and so are many orders and much money."""

CLEAR = 2.0
"""Standard errors beyond which a direction is no chance (a twentieth, both sides together)."""


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
    instead of quintiles, so that ties do not handicap the rule.

    For some events it works the other way: who was at the workshop yesterday does not come
    tomorrow. Each part therefore counts in the direction in which it goes with the event among
    those who bought before, and in its usual direction where the training rows do not clearly
    say otherwise. Who never bought is no extreme case of who bought long ago and little: such
    customers have no recency, and their zeros would blur the other two. They come together after
    all others, or before all others where the event is clearly more frequent among them.
    """

    def __init__(self, recency: str, frequency: str, money: str) -> None:
        self.recency = recency
        self.frequency = frequency
        self.money = money

    def fit(self, frame: pd.DataFrame, label: npt.NDArray[np.bool_]) -> Self:
        """Learn the directions and remember how the three are distributed in ``frame``."""
        self.classes_ = np.array([0, 1])
        values, never = self._parts(frame), self._never(frame)
        found = [_leaning(column[~never], label[~never]) for column in values.T]
        turned = np.array(found) * USUAL < -CLEAR
        self.signs_ = np.where(turned, -USUAL, USUAL)
        self.never_first_ = bool(_leaning(never.astype(np.float64), label) > CLEAR)
        return self._ranked_among(frame)

    def decision_function(self, frame: pd.DataFrame) -> Values:
        """The mean rank between 0 and 1, of shape [rows]."""
        goodness = self._goodness(frame)
        ranks = [_midrank(self.grid_[:, k], goodness[:, k]) for k in range(goodness.shape[1])]
        return np.asarray(np.mean(ranks, axis=0), dtype=np.float64)

    @classmethod
    def remembered(cls, roles: Roles, learned: Mapping[str, str], frame: pd.DataFrame) -> Self:
        """The rule with the directions of an earlier ``learned``, and ranks among ``frame``."""
        rule = cls(*roles.names)
        rule.classes_ = np.array([0, 1])
        first = (("recency", "long ago"), ("frequency", "often"), ("money", "much"))
        high = [learned[f"{part}_first"] == word for part, word in first]
        rule.signs_ = np.where(high, 1.0, -1.0)
        rule.never_first_ = learned["never_bought"] == "first"
        return rule._ranked_among(frame)

    @property
    def learned(self) -> dict[str, str]:
        """What ranks first in each part, and where those come who never bought."""
        recency, frequency, money = self.signs_
        return {
            "recency_first": "long ago" if recency > 0 else "lately",
            "frequency_first": "often" if frequency > 0 else "seldom",
            "money_first": "much" if money > 0 else "little",
            "never_bought": "first" if self.never_first_ else "last",
        }

    def _ranked_among(self, frame: pd.DataFrame) -> Self:
        points = np.linspace(0, 1, GRID)
        self.grid_ = np.quantile(self._goodness(frame), points, axis=0, method="inverted_cdf")
        return self

    def _parts(self, frame: pd.DataFrame) -> Values:
        columns = frame[[self.recency, self.frequency, self.money]].to_numpy(dtype=np.float64)
        return np.asarray(np.nan_to_num(columns, nan=0.0))

    def _never(self, frame: pd.DataFrame) -> npt.NDArray[np.bool_]:
        return np.asarray(np.isnan(frame[self.recency].to_numpy(dtype=np.float64)))

    def _goodness(self, frame: pd.DataFrame) -> Values:
        end = np.finfo(np.float64).max if self.never_first_ else np.finfo(np.float64).min
        never = self._never(frame)[:, np.newaxis]
        return np.where(never, end, self._parts(frame) * self.signs_)


def fit_rule(train: Labelled, roles: Roles) -> RecencyFrequencyMoney:
    """The rule, its directions and ranks learned from the training rows.

    Refused: a feature set that lacks one of the three features.
    """
    missing = [name for name in roles.names if name not in train.frame.columns]
    if missing:
        raise TrainingRefusedError(
            f"the baseline needs the features {', '.join(missing)}",
            remedy="add them to the feature set, or name other features for these roles",
        )
    return RecencyFrequencyMoney(*roles.names).fit(train.frame, train.label)


def calibrated_rule(rule: Scores, train: Labelled) -> Calibrated:
    """A rule of thumb with its probabilities fitted by a sigmoid on the training rows.

    Rule and sigmoid learn six numbers from the labels at most, so that calibrating on rows that
    were seen flatters it at most.
    """
    calibrator = Calibrator("sigmoid").fit(rule.decision_function(train.frame), train.label)
    return Calibrated(rule, calibrator)


def _leaning(values: Values, label: npt.NDArray[np.bool_]) -> float:
    """How clearly the event goes with high (above 0) or low (below 0) ``values``.

    The z of the rank-sum test, corrected for ties (Mann and Whitney 1947; Lehmann 1975, section
    1.4); 0 where all values are equal or the label has one class only.
    """
    rows, positives = len(values), int(np.count_nonzero(label))
    tied = np.unique(values, return_counts=True)[1].astype(np.float64)
    if len(tied) < 2 or positives in (0, rows):
        return 0.0
    excess = rankdata(values)[label].sum() - positives * (rows + 1) / 2
    ties = np.sum(tied**3 - tied) / (rows * (rows - 1))
    variance = positives * (rows - positives) / 12 * (rows + 1 - ties)
    return float(excess / np.sqrt(variance))


def _midrank(grid: Values, values: Values) -> Values:
    """Share of the grid below each value, the equal counted half."""
    below = np.searchsorted(grid, values, side="left")
    up_to = np.searchsorted(grid, values, side="right")
    return np.asarray((below + up_to) / (2 * len(grid)), dtype=np.float64)
