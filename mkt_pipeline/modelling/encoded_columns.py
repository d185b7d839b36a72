"""Which feature each column of an encoder's output comes from."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder

from mkt_pipeline.contracts.feature import Feature

Places = npt.NDArray[np.intp]


def feature_places(encoder: ColumnTransformer, features: Sequence[Feature]) -> Places | None:
    """For each feature the column it became; None unless each became exactly one."""
    found: dict[str, int] = {}
    for name, _, columns in encoder.transformers_:
        place = encoder.output_indices_[name]
        if place.stop - place.start != len(columns):
            return None
        found |= dict(zip(columns, range(place.start, place.stop), strict=True))
    if set(found) != {feature.name for feature in features}:
        return None
    return np.array([found[feature.name] for feature in features], dtype=np.intp)


def features_of_columns(encoder: ColumnTransformer) -> list[str]:
    """For each column of the output of ``encoding.scaled`` the feature that it was made of."""
    result = []
    for name, transformer, columns in encoder.transformers_:
        place = encoder.output_indices_[name]
        if place.stop > place.start:
            result += [columns[one] for one in _inputs(transformer, len(columns))]
    return result


def _inputs(transformer: Any, columns: int) -> list[int]:  # noqa: ANN401 - any transformer
    """For each output column the number of the input column."""
    steps = [step for _, step in transformer.steps] if isinstance(transformer, Pipeline) else []
    for step in steps or [transformer]:
        if isinstance(step, OneHotEncoder):
            numbered = step.get_feature_names_out([str(one) for one in range(columns)])
            return [int(name.split("_", 1)[0]) for name in numbered]
        if isinstance(step, SimpleImputer):
            indicator = step.indicator_
            known_missing = [] if indicator is None else indicator.features_.tolist()
            return [*range(columns), *known_missing]
    return list(range(columns))
