"""Does a model fit a feature set? If not, in what does it differ?"""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from pandas.api.types import is_bool_dtype, is_float_dtype, is_object_dtype, is_string_dtype

from mkt_pipeline.contracts.feature import Feature


def feature_differences(
    *, trained: Sequence[Feature], offered: Sequence[Feature]
) -> tuple[str, ...]:
    """What keeps a model trained on ``trained`` from scoring a feature set of ``offered``.

    One readable line per feature that is missing, new or of another kind, by name; empty where
    the model fits. The order of features does not matter, and neither do their descriptions.
    """
    was = {feature.name: feature.kind for feature in trained}
    now = {feature.name: feature.kind for feature in offered}
    lines = []
    for name in sorted(was.keys() | now.keys()):
        if name not in now:
            lines.append(f"{name} is missing (the model was trained with it as {was[name]})")
        elif name not in was:
            lines.append(f"{name} is new ({now[name]}; the model was trained without it)")
        elif was[name] != now[name]:
            lines.append(f"{name} is {now[name]} (the model was trained with it as {was[name]})")
    return tuple(lines)


def frame_differences(*, features: Sequence[Feature], frame: pd.DataFrame) -> tuple[str, ...]:
    """Columns of ``frame`` that are missing, too many, or of a type other than their feature's."""
    kinds = {feature.name: feature.kind for feature in features}
    lines = [f"{name} is missing" for name in kinds if name not in frame.columns]
    lines += [f"{name} is not a feature" for name in frame.columns if name not in kinds]
    for name, kind in kinds.items():
        if name in frame.columns and not _fits(frame[name], text=kind == "category"):
            lines.append(f"{name} is a {kind} but its column is {frame[name].dtype}")
    return tuple(lines)


def _fits(values: "pd.Series[Any]", *, text: bool) -> bool:
    if text:
        return is_object_dtype(values.dtype) or is_string_dtype(values.dtype)
    return is_float_dtype(values.dtype) and not is_bool_dtype(values.dtype)
