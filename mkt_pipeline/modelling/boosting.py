"""Candidate: histogram gradient boosting."""

from collections.abc import Sequence

from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OrdinalEncoder

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.modelling.candidate import Candidate
from mkt_pipeline.modelling.columns import known_text, names_of

LEARNING_RATE = 0.05
TREES = 150
LEAVES = 15
MIN_ROWS_PER_LEAF = 50
L2 = 1.0
RARE_ROWS = 50
MAX_CATEGORIES = 200
"""The trees hold at most 255 bins; rarer categories share one."""


def build_boosting(features: Sequence[Feature], seed: int) -> Pipeline:
    """Numbers as they are (the trees know NaN), categories as native categories.

    The number of trees is fixed: stopping early needs a held-out part, and a random one would
    hold the same customers at neighbouring dates as the part that is learned from.
    """
    numbers = names_of(features, "number", "flag")
    categories = names_of(features, "category")
    encode = ColumnTransformer(
        [
            ("numbers", "passthrough", numbers),
            ("categories", _category_codes(), categories),
        ]
    )
    model = HistGradientBoostingClassifier(
        learning_rate=LEARNING_RATE,
        max_iter=TREES,
        max_leaf_nodes=LEAVES,
        min_samples_leaf=MIN_ROWS_PER_LEAF,
        l2_regularization=L2,
        early_stopping=False,
        categorical_features=list(range(len(numbers), len(numbers) + len(categories))) or None,
        random_state=seed,
    )
    return Pipeline([("encode", encode), ("model", model)])


def _category_codes() -> Pipeline:
    encoder = OrdinalEncoder(
        handle_unknown="use_encoded_value",
        unknown_value=float("nan"),
        min_frequency=RARE_ROWS,
        max_categories=MAX_CATEGORIES,
    )
    return make_pipeline(FunctionTransformer(known_text), encoder)


BOOSTING = Candidate(
    name="boosting",
    title="Histogram gradient boosting",
    parameters={
        "learning_rate": LEARNING_RATE,
        "trees": TREES,
        "leaves": LEAVES,
        "min_rows_per_leaf": MIN_ROWS_PER_LEAF,
        "l2": L2,
        "categories": f"native, at most {MAX_CATEGORIES}, rarer than {RARE_ROWS} rows together",
    },
    build=build_boosting,
)
