"""What every model that scores customers can do."""

from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

Values = npt.NDArray[np.float64]


class Scores(Protocol):
    """A fitted model with a score of its own, in any unit, higher for likelier buyers."""

    def decision_function(self, frame: pd.DataFrame, /) -> Values:
        """Scores of shape [rows]."""


class Propensity(Protocol):
    """A fitted model that gives probabilities, as scikit-learn's classifiers do."""

    def predict_proba(self, frame: pd.DataFrame, /) -> Values:
        """Probabilities of not buying and of buying, of shape [rows, 2]."""


def propensity_of(model: Propensity, frame: pd.DataFrame) -> Values:
    """The probability of the target event, of shape [rows]."""
    return np.asarray(model.predict_proba(frame)[:, 1], dtype=np.float64)
