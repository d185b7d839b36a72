"""The customer that everybody is compared with."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from mkt_pipeline.contracts.feature import Feature

Reference = Mapping[str, float | str | None]
"""One value per feature, by name; NaN or None where most customers have none."""


def reference_of(frame: pd.DataFrame, features: Sequence[Feature]) -> dict[str, float | str | None]:
    """The median of each number and the most frequent value of each flag and category.

    A number is NaN, a category None, where it is unknown for most rows.
    """
    return {
        feature.name: _median(frame[feature.name])
        if feature.kind == "number"
        else _most_frequent(frame[feature.name], text=feature.kind == "category")
        for feature in features
    }


def reference_frame(reference: Reference, features: Sequence[Feature]) -> pd.DataFrame:
    """The reference as a feature set of one row; it belongs to no real customer."""
    return pd.DataFrame(
        {
            feature.name: pd.Series(
                [reference[feature.name]],
                dtype=object if feature.kind == "category" else np.float64,
            )
            for feature in features
        }
    )


def _median(values: pd.Series) -> float:
    if values.isna().mean() > 0.5:  # unknown for most
        return float("nan")
    return float(values.median())


def _most_frequent(values: pd.Series, *, text: bool) -> float | str | None:
    unknown = int(values.isna().sum())
    counts = values.dropna().value_counts(sort=False)
    if counts.empty or int(counts.max()) < unknown:
        return None if text else float("nan")
    # The first by name of equally frequent values, so that the order of rows does not matter.
    value = min(counts.index[counts == counts.max()])
    return str(value) if text else float(value)
