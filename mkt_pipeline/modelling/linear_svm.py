"""Candidate: support vector machine with a straight border."""

from collections.abc import Sequence

from sklearn.pipeline import Pipeline
from sklearn.svm import LinearSVC

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.modelling.candidate import Candidate, Options, Parameters, Range
from mkt_pipeline.modelling.encoding import SCALED_NOTES, scaled, with_model


def machine(seed: int, parameters: Parameters) -> LinearSVC:
    """Squared hinge loss, solved in the primal (Fan et al. 2008, LIBLINEAR).

    ``buyers_weigh`` is by how much more a buyer counts than somebody else: with few buyers the
    border otherwise lies where nobody is one. What that does to probabilities, calibration undoes.
    """
    return LinearSVC(
        C=parameters["C"],
        class_weight={False: 1.0, True: float(parameters["buyers_weigh"])},
        dual=False,
        max_iter=2000,
        random_state=seed,
    )


def build_linear_svm(features: Sequence[Feature], seed: int, parameters: Parameters) -> Pipeline:
    """The machine on scaled features."""
    return with_model(scaled(features), machine(seed, parameters))


LINEAR_SVM = Candidate(
    name="linear_svm",
    title="Linear support vector machine",
    defaults={"C": 0.01, "buyers_weigh": 5.0},
    space={"C": Range(1e-4, 1, log=True), "buyers_weigh": Options((1.0, 5.0, 20.0))},
    notes=SCALED_NOTES,
    build=build_linear_svm,
)
