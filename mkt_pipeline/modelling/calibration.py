"""From a model's score to the propensity: the share of customers like this one who buy."""

import copy
from datetime import date
from typing import Literal, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold

from mkt_pipeline.modelling.propensity import Scores
from mkt_pipeline.modelling.season import Season, shifted

Method = Literal["sigmoid", "isotonic"]
Values = npt.NDArray[np.float64]
Labels = npt.NDArray[np.bool_]

METHODS: tuple[Method, ...] = ("sigmoid", "isotonic")
MAX_FOLDS = 5
RANK_SHARE = 1e-4
"""Isotonic steps tie many customers; this share of the sigmoid keeps the model's own order."""


class Calibrator(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """A strictly increasing map from score to probability.

    ``sigmoid``: Platt (1999), Probabilistic outputs for support vector machines.
    ``isotonic``: Zadrozny and Elkan (2002), Transforming classifier scores into accurate
    multiclass probability estimates, kept between 1/(n+2) and 1 - 1/(n+2) (Laplace), for no
    sample of n rows shows that something never happens.
    """

    shift = 0.0
    """Log-odds that are added, because the base rate of the day is another one."""

    def __init__(self, method: Method = "sigmoid") -> None:
        self.method = method

    def fit(self, score: Values, label: Labels) -> Self:
        """Fit on scores of shape [rows] that the model did not learn from."""
        column = score.reshape(-1, 1)
        self.sigmoid_ = LogisticRegression(C=1e6, max_iter=1000).fit(column, label)
        self.isotonic_ = None
        if self.method == "isotonic":
            floor = 1 / (len(label) + 2)
            steps = IsotonicRegression(y_min=floor, y_max=1 - floor, out_of_bounds="clip")
            self.isotonic_ = steps.fit(score, label.astype(float))
        return self

    @property
    def slope(self) -> float:
        """Log-odds of the sigmoid by unit of the score; isotonic steps go up and down beside it."""
        return float(self.sigmoid_.coef_[0, 0])

    def log_odds(self, score: Values) -> Values:
        """On the sigmoid scale, of shape [rows]."""
        return np.asarray(self.sigmoid_.decision_function(score.reshape(-1, 1))) + self.shift

    def shifted(self, log_odds: float) -> "Calibrator":
        """The same one at another base rate; itself where nothing is added."""
        if not log_odds:
            return self
        other = copy.copy(self)
        other.shift = log_odds
        return other

    def predict(self, score: Values) -> Values:
        """Probabilities of shape [rows]."""
        smooth: Values = self.sigmoid_.predict_proba(score.reshape(-1, 1))[:, 1]
        if self.isotonic_ is None:
            return shifted(smooth, self.shift)
        steps: Values = self.isotonic_.predict(score)
        return shifted((1 - RANK_SHARE) * steps + RANK_SHARE * smooth, self.shift)


class Calibrated(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # no types there
    """A fitted model whose ``predict_proba`` is calibrated; what is scored with and registered.

    It gives the propensities of the day on which it was calibrated; ``on`` gives those of another
    day, where a season was found.
    """

    season: Season | None = None  # of models that were registered before there was one

    def __init__(self, model: Scores, calibrator: Calibrator, season: Season | None = None) -> None:
        self.model = model
        self.calibrator = calibrator
        self.season = season
        self.classes_ = np.array([0, 1])

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def on(self, day: date) -> "Calibrated":
        """The same model at the base rate of ``day``."""
        if self.season is None:
            return self
        return Calibrated(self.model, self.calibrator.shifted(self.season.on(day)))

    def decision_function(self, frame: pd.DataFrame) -> Values:
        """The model's own score of shape [rows], before calibration."""
        return np.asarray(self.model.decision_function(frame), dtype=np.float64)

    def predict_proba(self, frame: pd.DataFrame) -> Values:
        """Probabilities of not buying and of buying, of shape [rows, 2]."""
        propensity = self.calibrator.predict(self.decision_function(frame))
        return np.column_stack([1 - propensity, propensity])

    def predict(self, frame: pd.DataFrame) -> npt.NDArray[np.int64]:
        """1 where buying is likelier than not."""
        return (self.predict_proba(frame)[:, 1] >= 0.5).astype(np.int64)


def cross_fitted(method: Method, score: Values, label: Labels, *, seed: int) -> Values:
    """Probabilities of shape [rows], each from a calibrator that has not seen the row."""
    folds = min(MAX_FOLDS, int(label.sum()), int((~label).sum()))
    if folds < 2:  # one buyer cannot be held out and learned from
        return Calibrator(method).fit(score, label).predict(score)
    result = np.empty(len(score))
    split = StratifiedKFold(folds, shuffle=True, random_state=seed)
    for seen, held_out in split.split(score, label):
        calibrator = Calibrator(method).fit(score[seen], label[seen])
        result[held_out] = calibrator.predict(score[held_out])
    return result


def choose_method(score: Values, label: Labels, *, seed: int) -> tuple[Method, Values]:
    """The method of least cross-fitted log loss, and its cross-fitted probabilities."""
    tried = {m: cross_fitted(m, score, label, seed=seed) for m in METHODS}
    best = min(METHODS, key=lambda m: float(log_loss(label, tried[m], labels=[False, True])))
    return best, tried[best]
