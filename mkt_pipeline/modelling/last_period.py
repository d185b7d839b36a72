"""The rule that everybody will do again what they did in the last period."""

from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin

from mkt_pipeline.errors import TrainingRefusedError

Values = npt.NDArray[np.float64]


class LastPeriodRepeat(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # no types
    """Who ordered more in the last period comes first; ``orders`` is that feature's name."""

    def __init__(self, orders: str) -> None:
        self.orders = orders

    def fit(self, frame: pd.DataFrame, label: npt.NDArray[np.bool_]) -> Self:
        """Nothing is learned; refused where the feature is missing."""
        del label
        if self.orders not in frame.columns:
            raise TrainingRefusedError(
                f"the baseline needs the feature {self.orders}",
                remedy="add it to the feature set, or name another window",
            )
        self.classes_ = np.array([0, 1])
        return self

    def decision_function(self, frame: pd.DataFrame) -> Values:
        """Orders of the last period, of shape [rows]; unknown counts as none."""
        return np.asarray(np.nan_to_num(frame[self.orders].to_numpy(dtype=np.float64), nan=0.0))


def last_period_feature(horizon_days: int, windows_days: tuple[int, ...]) -> str:
    """The feature that counts orders over the window nearest to the horizon, the longer of two."""
    nearest = min(windows_days, key=lambda days: (abs(days - horizon_days), -days))
    return f"orders_{nearest}d"
