"""Candidate: logistic regression by stochastic gradient descent, also where memory is short."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.linear_model import SGDClassifier
from sklearn.pipeline import Pipeline

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.errors import TrainingRefusedError
from mkt_pipeline.modelling.candidate import Candidate, Parameters, Range
from mkt_pipeline.modelling.encoding import SCALED_NOTES, scaled, with_model
from mkt_pipeline.modelling.labelled import Labelled


def build_online_logistic(
    features: Sequence[Feature], seed: int, parameters: Parameters
) -> Pipeline:
    """The mean of all steps is kept (Polyak and Juditsky 1992): single ones jump about."""
    model = SGDClassifier(
        loss="log_loss",
        alpha=parameters["penalty"],
        average=True,
        max_iter=int(parameters["passes"]),
        tol=None,
        random_state=seed,
    )
    return with_model(scaled(features), model)


def fit_in_parts(pipeline: Pipeline, parts: Callable[[], Iterable[Labelled]]) -> Pipeline:
    """Learn from one part after the other, as often as the model makes passes.

    ``parts`` reads them anew for every pass; one is in memory at a time. The first part says how
    features are encoded (medians, spreads, categories), so that it should be as mixed as the
    whole. Refused: no part at all, and a first part with one class only.
    """
    encode, model = pipeline["encode"], pipeline["model"]
    encode.fit(*_first(parts()))
    for _ in range(model.max_iter):
        for part in parts():
            rows = encode.transform(part.frame)
            model.partial_fit(rows, part.label, classes=np.array([False, True]))
    return pipeline


def _first(parts: Iterable[Labelled]) -> tuple[pd.DataFrame, npt.NDArray[np.bool_]]:
    part = next(iter(parts), None)
    if part is None:
        raise TrainingRefusedError("there is no part to learn from", remedy="give at least one")
    if part.positives in (0, part.rows):
        raise TrainingRefusedError(
            f"the first part has {part.positives} of {part.rows} rows with the event",
            remedy="mix the rows before they are cut into parts",
        )
    return part.frame, part.label


ONLINE_LOGISTIC = Candidate(
    name="online_logistic",
    title="Logistic regression by stochastic gradient descent",
    defaults={"penalty": 1e-4, "passes": 5},
    space={"penalty": Range(1e-6, 1e-2, log=True), "passes": Range(2, 20, whole=True)},
    notes=SCALED_NOTES,
    build=build_online_logistic,
)
