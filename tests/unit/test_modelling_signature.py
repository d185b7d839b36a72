"""Does a model fit a feature set?"""

import numpy as np
import pandas as pd

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.modelling.signature import feature_differences, frame_differences


def feature(name, kind="number", reason=""):
    return Feature(name, "group", kind, "", reason)


def test_the_same_features_in_another_order_and_with_other_words_fit():
    trained = (feature("a"), feature("b", "flag"))
    offered = (feature("b", "flag", reason="other words"), feature("a"))
    assert feature_differences(trained=trained, offered=offered) == ()


def test_missing_new_and_changed_features_are_listed_by_name():
    trained = (feature("a"), feature("b", "flag"), feature("c"))
    offered = (feature("b", "category"), feature("c"), feature("d", "flag"))
    assert feature_differences(trained=trained, offered=offered) == (
        "a is missing (the model was trained with it as number)",
        "b is category (the model was trained with it as flag)",
        "d is new (flag; the model was trained without it)",
    )


def test_a_frame_fits_by_columns_and_types():
    features = (feature("a"), feature("b", "category"), feature("c", "category"))
    frame = pd.DataFrame(
        {
            "a": np.array([1.0, np.nan]),
            "b": pd.Series(["x", None], dtype=object),
            "c": pd.Series(["x", None], dtype="str"),
        }
    )
    assert frame_differences(features=features, frame=frame) == ()


def test_a_frame_with_other_columns_or_types_is_described():
    features = (feature("a"), feature("b", "flag"), feature("c", "category"))
    frame = pd.DataFrame({"b": [True], "c": [1.0], "customer_id": ["x"]})
    assert frame_differences(features=features, frame=frame) == (
        "a is missing",
        "customer_id is not a feature",
        "b is a flag but its column is bool",
        "c is a category but its column is float64",
    )
