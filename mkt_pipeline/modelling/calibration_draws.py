"""How sure a calibration error is."""

import numpy as np

from mkt_pipeline.modelling.metrics import (
    Labels,
    Values,
    calibration_bin_numbers,
    calibration_error,
)
from mkt_pipeline.modelling.resampling import Interval, percentile_interval


class CalibrationDraws:
    """The calibration error of propensities of shape [rows] on draws of their customers."""

    def __init__(self, label: Labels, propensity: Values) -> None:
        self._bins, self._gap = calibration_bin_numbers(propensity), propensity - label
        self._value = calibration_error(label, propensity)

    def error(self, weight: Values) -> float:
        """On one draw: how often each row is drawn, of shape [rows]."""
        off = np.bincount(self._bins, weights=weight * self._gap)
        return float(np.abs(off).sum() / weight.sum())

    def interval(self, errors: Values) -> Interval:
        """From the errors of all draws; drawing adds noise of its own, which is taken off."""
        draws = np.maximum(errors - (errors.mean() - self._value), 0.0)
        return percentile_interval(self._value, draws)
