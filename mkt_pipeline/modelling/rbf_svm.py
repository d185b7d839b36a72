"""Candidate: support vector machine with a curved border."""

from collections.abc import Sequence
from typing import Self

import numpy as np
import numpy.typing as npt
from sklearn.kernel_approximation import Nystroem
from sklearn.pipeline import Pipeline, make_pipeline

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.modelling.candidate import Candidate, Options, Parameters, Range
from mkt_pipeline.modelling.encoding import SCALED_NOTES, scaled, with_model
from mkt_pipeline.modelling.linear_svm import machine

Values = npt.NDArray[np.float64]

LANDMARKS = 300
"""Customers that all others are compared with; the exact kernel would compare all with all."""


class Landmarks(Nystroem):  # type: ignore[misc]  # scikit-learn has no types
    """Nyström's method with as many landmarks as there are rows, where these are few."""

    def fit(self, X: Values, y: object = None) -> Self:  # noqa: N803 - scikit-learn's name
        """Choose the landmarks among encoded rows of shape [rows, columns]."""
        self.n_components: int = min(self.n_components, len(X))
        super().fit(X, y)
        return self


def build_rbf_svm(features: Sequence[Feature], seed: int, parameters: Parameters) -> Pipeline:
    """A Gaussian kernel by Nyström's method (Williams and Seeger 2001) before a linear machine.

    ``width`` is the kernel's gamma times the number of features, so that it means the same
    whatever their number.
    """
    kernel = Landmarks(
        gamma=float(parameters["width"]) / max(len(features), 1),
        n_components=LANDMARKS,
        random_state=seed,
    )
    return with_model(scaled(features), make_pipeline(kernel, machine(seed, parameters)))


RBF_SVM = Candidate(
    name="rbf_svm",
    title="Support vector machine with a Gaussian kernel",
    defaults={"C": 0.1, "width": 0.3, "buyers_weigh": 5.0},
    space={
        "C": Range(1e-3, 10, log=True),
        "width": Range(0.03, 3, log=True),
        "buyers_weigh": Options((1.0, 5.0, 20.0)),
    },
    notes={**SCALED_NOTES, "kernel": f"Nyström, {LANDMARKS} landmarks"},
    build=build_rbf_svm,
    weights="model__linearsvc__sample_weight",
)
