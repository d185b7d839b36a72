"""Propensities of rows from several days, each at the base rate of its day."""

import numpy as np
import numpy.typing as npt

from mkt_pipeline.modelling.calibration import Calibrated
from mkt_pipeline.modelling.labelled import Labelled, rows_by_day
from mkt_pipeline.modelling.propensity import propensity_of

Values = npt.NDArray[np.float64]


def propensity_by_day(model: Calibrated, data: Labelled) -> Values:
    """The probability of the target event, of shape [rows]."""
    if model.season is None:
        return propensity_of(model, data.frame)
    result = np.empty(data.rows)
    for day, rows in rows_by_day(data):
        result[rows] = propensity_of(model.on(day), data.frame[rows])
    return result
