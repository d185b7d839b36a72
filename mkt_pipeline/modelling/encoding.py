"""Feature sets as arrays of numbers, for the models that need it."""

from collections.abc import Sequence

from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler, TargetEncoder

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.modelling.columns import known_text, names_of, signed_log

RARE_ROWS = 50
"""A category seen in fewer training rows than this shares a column with the other rare ones."""
FOLDS = 5
MAX_CATEGORIES = 30
"""One-hot columns per feature; with more categories, the rarest share one."""

SCALED_NOTES = {
    "numbers": "signed log, median imputed with indicator, standard scaled",
    "categories": f"one-hot, at most {MAX_CATEGORIES}, rarer than {RARE_ROWS} rows together",
}
PLAIN_NOTES = {
    "numbers": "as they are, missing ones as missing",
    "categories": "mean of the target, cross-fitted",
}


def scaled(features: Sequence[Feature]) -> ColumnTransformer:
    """For models that measure distances or add up: everything is of the order of one."""
    numbers = make_pipeline(
        FunctionTransformer(signed_log),
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
        StandardScaler(),
    )
    flags = SimpleImputer(strategy="most_frequent", add_indicator=True, keep_empty_features=True)
    categories = make_pipeline(
        FunctionTransformer(known_text),
        OneHotEncoder(
            handle_unknown="infrequent_if_exist",
            min_frequency=RARE_ROWS,
            max_categories=MAX_CATEGORIES,
            sparse_output=False,
        ),
    )
    return ColumnTransformer(
        [
            ("numbers", numbers, names_of(features, "number")),
            ("flags", flags, names_of(features, "flag")),
            ("categories", categories, names_of(features, "category")),
        ]
    )


def plain(features: Sequence[Feature], seed: int) -> ColumnTransformer:
    """For trees: numbers as they are, and each category as the share of buyers in it.

    The share is smoothed towards that of everybody, so that rare categories say little, and what
    a row is learned with comes from other rows only (Micci-Barreca 2001, A preprocessing scheme
    for high-cardinality categorical attributes; cross-fitted by scikit-learn's TargetEncoder).
    """
    categories = make_pipeline(
        FunctionTransformer(known_text),
        TargetEncoder(
            target_type="binary", cv=StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
        ),
    )
    return ColumnTransformer(
        [
            ("numbers", "passthrough", names_of(features, "number", "flag")),
            ("categories", categories, names_of(features, "category")),
        ]
    )


def with_model(encode: ColumnTransformer, model: object) -> Pipeline:
    """The two steps that every candidate has."""
    return Pipeline([("encode", encode), ("model", model)])
