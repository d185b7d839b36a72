"""Columns of a feature set as arrays that every encoder treats alike."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from mkt_pipeline.contracts.feature import Feature, FeatureKind

UNKNOWN = "(unknown)"
"""Stands for a category that is not known, so that "unknown" is a category like any other."""


def names_of(features: Sequence[Feature], *kinds: FeatureKind) -> list[str]:
    """Names of the features of these kinds, in order."""
    return [feature.name for feature in features if feature.kind in kinds]


def known_text(frame: pd.DataFrame) -> npt.NDArray[np.object_]:
    """Category columns as an object array; None, NaN and NA all become ``(unknown)``."""
    text = frame.astype(object)
    return text.where(frame.notna(), UNKNOWN).to_numpy(dtype=object)


def signed_log(frame: pd.DataFrame | npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """sign(x) ln(1 + abs(x)): counts and money have heavy tails; zero and the sign stay."""
    values = np.asarray(frame, dtype=np.float64)
    return np.asarray(np.copysign(np.log1p(np.abs(values)), values), dtype=np.float64)
