"""Log-odds: what models add up in, and a score for those that only know probabilities."""

from typing import Any

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]

NEVER_CERTAIN = 1e-6
"""Probabilities are kept this far from 0 and 1, so that log-odds stay finite."""


def log_odds(probability: Values) -> Values:
    """ln(p / (1 - p)), of the shape of ``probability``."""
    probability = np.clip(probability, NEVER_CERTAIN, 1 - NEVER_CERTAIN)
    return np.asarray(np.log(probability) - np.log1p(-probability))


class LogOddsScore:
    """Adds ``decision_function``, the log-odds of ``predict_proba``; the order is the same."""

    def decision_function(self: Any, X: Values) -> Values:  # noqa: N803 - scikit-learn's name
        """Scores of shape [rows] for encoded rows of shape [rows, columns]."""
        return log_odds(self.predict_proba(X)[:, 1].astype(np.float64))
