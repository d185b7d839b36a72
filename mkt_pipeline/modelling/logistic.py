"""Candidate: logistic regression."""

from collections.abc import Sequence

from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.modelling.candidate import Candidate
from mkt_pipeline.modelling.columns import known_text, names_of, signed_log

PENALTY_C = 0.3
RARE_ROWS = 50
"""A category seen in fewer training rows than this shares a column with the other rare ones."""
MAX_CATEGORIES = 30


def build_logistic(features: Sequence[Feature], seed: int) -> Pipeline:
    """Numbers by signed log, scaled; unknown ones take the median and set an indicator."""
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
    encode = ColumnTransformer(
        [
            ("numbers", numbers, names_of(features, "number")),
            ("flags", flags, names_of(features, "flag")),
            ("categories", categories, names_of(features, "category")),
        ]
    )
    model = LogisticRegression(C=PENALTY_C, max_iter=300, random_state=seed)
    return Pipeline([("encode", encode), ("model", model)])


LOGISTIC = Candidate(
    name="logistic",
    title="Logistic regression",
    parameters={
        "C": PENALTY_C,
        "numbers": "signed log, median imputed with indicator, standard scaled",
        "categories": f"one-hot, rarer than {RARE_ROWS} rows together",
    },
    build=build_logistic,
)
