"""Numbers as people are told them, in any language."""

import numpy as np
import numpy.typing as npt

from mkt_pipeline.contracts.feature import Feature

Values = npt.NDArray[np.float64]


def shown(feature: Feature, values: Values) -> Values:
    """Numbers as they are told, of the same shape: whole days, and no decimals that say nothing."""
    if "{value} day(s)" in feature.reason:
        return np.round(values) + 0.0  # so that nothing is told as "-0"
    size = np.abs(values)
    rounded = np.where(size >= 1, np.round(values, 1), np.round(values, 2))
    return np.where(size >= 100, np.round(values), rounded) + 0.0


def written(number: float) -> str:
    """``1,234``, ``12.3`` or ``0.25``."""
    if number.is_integer():
        return f"{number:,.0f}"
    return f"{number:,.1f}" if abs(number) >= 1 else f"{number:.2f}"
