"""Candidate: logistic regression."""

from collections.abc import Sequence

from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.modelling.candidate import Candidate, Parameters, Range
from mkt_pipeline.modelling.encoding import SCALED_NOTES, scaled, with_model


def build_logistic(features: Sequence[Feature], seed: int, parameters: Parameters) -> Pipeline:
    """L2-penalised; ``C`` is the inverse of the penalty."""
    model = LogisticRegression(C=parameters["C"], max_iter=300, random_state=seed)
    return with_model(scaled(features), model)


LOGISTIC = Candidate(
    name="logistic",
    title="Logistic regression",
    defaults={"C": 0.3},
    space={"C": Range(1e-3, 10, log=True)},
    notes=SCALED_NOTES,
    build=build_logistic,
)
