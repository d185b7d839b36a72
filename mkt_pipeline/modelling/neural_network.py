"""Candidate: multilayer perceptron."""

import warnings
from collections.abc import Sequence
from typing import Self

import numpy as np
import numpy.typing as npt
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.modelling.candidate import Candidate, Parameters, Range
from mkt_pipeline.modelling.encoding import SCALED_NOTES, scaled, with_model
from mkt_pipeline.modelling.log_odds import LogOddsScore

Values = npt.NDArray[np.float64]
Labels = npt.NDArray[np.bool_]


class ScoredPerceptron(LogOddsScore, MLPClassifier):  # type: ignore[misc]  # no types there
    """A perceptron with a score of its own, which makes as many passes as it is told."""

    def fit(
        self,
        X: Values,  # noqa: N803 - scikit-learn's name
        y: Labels,
        sample_weight: Values | None = None,
    ) -> Self:
        """Fit on encoded rows of shape [rows, columns]."""
        with warnings.catch_warnings():
            # That it could go on is no news: the number of passes is tuned.
            warnings.simplefilter("ignore", ConvergenceWarning)
            super().fit(X, y, sample_weight)
        return self


def build_neural_network(
    features: Sequence[Feature], seed: int, parameters: Parameters
) -> Pipeline:
    """Two hidden layers, the second half as wide, trained by back-propagation (Rumelhart, Hinton
    and Williams 1986) with Adam.

    The number of passes is fixed: stopping early needs a held-out part, and a random one would
    hold the same customers at neighbouring dates as the part that is learned from.
    """
    width = int(parameters["width"])
    model = ScoredPerceptron(
        hidden_layer_sizes=(width, width // 2),
        alpha=parameters["penalty"],
        learning_rate_init=parameters["step"],
        max_iter=int(parameters["passes"]),
        n_iter_no_change=int(parameters["passes"]),
        random_state=seed,
    )
    return with_model(scaled(features), model)


NEURAL_NETWORK = Candidate(
    name="neural_network",
    title="Multilayer perceptron",
    defaults={"width": 32, "penalty": 1e-2, "step": 1e-3, "passes": 10},
    space={
        "width": Range(8, 64, log=True, whole=True),
        "penalty": Range(1e-4, 1, log=True),
        "step": Range(3e-4, 3e-3, log=True),
        "passes": Range(5, 30, whole=True),
    },
    notes=SCALED_NOTES,
    build=build_neural_network,
)
