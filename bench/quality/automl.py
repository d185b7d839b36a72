"""An AutoML of the field on the same rows, with as many seconds."""

import warnings
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.modelling.labelled import Labelled

Values = npt.NDArray[np.float64]


def flaml_propensity(
    *,
    features: Sequence[Feature],
    learned: Labelled,
    validation: Labelled,
    test: Labelled,
    seconds: float,
    seed: int,
) -> tuple[Values, str]:
    """Propensities of the test rows, of shape [rows], and what was chosen.

    FLAML is given the validation window as such, so that it chooses on later data as we do.
    """
    from flaml import AutoML

    automl = AutoML()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        automl.fit(
            X_train=_plain(learned.frame, features),
            y_train=learned.label.astype(int),
            X_val=_plain(validation.frame, features),
            y_val=validation.label.astype(int),
            task="classification",
            metric="ap",
            time_budget=seconds,
            seed=seed,
            n_jobs=2,
            verbose=0,
        )
        found = automl.predict_proba(_plain(test.frame, features))[:, 1]
    return np.asarray(found, dtype=np.float64), str(automl.best_estimator)


def _plain(frame: pd.DataFrame, features: Sequence[Feature]) -> pd.DataFrame:
    """Categories as pandas has them; numbers as they are."""
    text = {
        one.name: frame[one.name].astype("category") for one in features if one.kind == "category"
    }
    return frame[[one.name for one in features]].assign(**text)
