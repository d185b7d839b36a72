"""How large a calibration error chance alone makes on so many rows."""

import numpy as np

from mkt_pipeline.modelling.metrics import Values, calibration_bin_numbers

DRAWS = 200
QUANTILE = 0.95


def calibration_error_by_chance(
    propensity: Values, *, calibrated_on: int | None = None, seed: int
) -> float:
    """The calibration error that perfect propensities of shape [rows] stay below 19 times in 20.

    Where they were calibrated on ``calibrated_on`` other rows, chance was at work there as well,
    and the two add up as independent errors do. Outcomes are drawn from the propensities
    themselves, again and again, as in the consistency bars of Broecker and Smith (2007): few rows
    have an error without anybody being wrong.
    """
    random, bins = np.random.default_rng(seed), calibration_bin_numbers(propensity)
    expected = np.bincount(bins, weights=propensity)
    errors = [
        np.abs(expected - np.bincount(bins[drawn], minlength=len(expected))).sum()
        for drawn in (random.random(len(propensity)) < propensity for _ in range(DRAWS))
    ]
    rows = len(propensity)
    twice = 1.0 if calibrated_on is None else float(np.sqrt(1 + rows / calibrated_on))
    return float(np.quantile(errors, QUANTILE) / rows * twice)
