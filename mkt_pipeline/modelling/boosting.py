"""Candidate: histogram gradient boosting."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OrdinalEncoder
from threadpoolctl import threadpool_limits

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.modelling.candidate import Candidate, Parameters, Range
from mkt_pipeline.modelling.columns import known_text, names_of
from mkt_pipeline.modelling.tree_tables import MOST_SPLITS, TreeTables, tree_tables

Values = npt.NDArray[np.float64]
Labels = npt.NDArray[np.bool_]

BLOCK_ROWS = 4096
VALUES_FOR_THREADS = 20_000_000
"""Rows x columns; below, a fit in one thread takes at most some 20 seconds of one processor."""
MOST_LEAVES = MOST_SPLITS + 1
"""Larger trees have no tables, and cost a night many times as much for the reasons."""
RARE_ROWS = 50
MAX_CATEGORIES = 200
"""The trees hold at most 255 bins; rarer categories share one."""


class BlockwiseBoosting(HistGradientBoostingClassifier):  # type: ignore[misc]  # no types there
    """The same kind of model, easier on the machine.

    Scoring walks over all rows once per tree, and over all memory where they are many: in blocks
    that stay in the processor's cache it costs less than half. Threads meet after every step of
    every tree, and where other programs hold the processors (the night's own scheduler, say)
    they mostly wait for each other: only a large fit has several. With weights, scikit-learn 1.9
    sorts every column once for each of its 254 bins, which takes longer than all trees together:
    here the edges of the bins are quantiles of the rows, and the weights count in the trees alone.
    """

    def fit(
        self,
        X: Values,  # noqa: N803 - scikit-learn's name
        y: Labels,
        sample_weight: Values | None = None,
    ) -> Self:
        """Fit on encoded rows of shape [rows, columns]; in one thread where they are few."""
        if "_tables" in vars(self):  # of an earlier fit
            del self._tables
        # A column without a single value cannot be binned; as a constant it is never split on.
        nowhere_known = np.isnan(X).all(axis=0)
        X = np.where(nowhere_known, 0.0, X) if nowhere_known.any() else X  # noqa: N806 - as above
        threads = None if X.size >= VALUES_FOR_THREADS else 1
        with threadpool_limits(threads, user_api="openmp"):
            super().fit(X, y, sample_weight)
        return self

    def _bin_data(
        self,
        X: Values,  # noqa: N803 - scikit-learn's name
        sample_weight: Values | None,  # noqa: ARG002 - scikit-learn hands it over
        is_training_data: bool,
    ) -> npt.NDArray[np.uint8]:
        return super()._bin_data(X, None, is_training_data)  # type: ignore[no-any-return]

    def decision_function(self, X: Values) -> Values:  # noqa: N803 - scikit-learn's name
        """Log-odds of shape [rows] for encoded rows of shape [rows, columns]."""
        score = super().decision_function
        starts = range(0, max(len(X), 1), BLOCK_ROWS)
        with threadpool_limits(1, user_api="openmp"):
            return np.concatenate([score(X[start : start + BLOCK_ROWS]) for start in starts])

    def prepared(self, X: Values) -> Values:  # noqa: N803 - scikit-learn's name
        """Encoded rows as the trees see them: categories first, in Fortran order."""
        return np.asfortranarray(self._preprocess_X(X, reset=False), dtype=np.float64)

    def prepared_place(self) -> npt.NDArray[np.intp]:
        """For each encoded column its place among the prepared ones."""
        is_category = self.is_categorical_
        if is_category is None:
            return np.arange(self.n_features_in_)
        order = np.concatenate([np.flatnonzero(is_category), np.flatnonzero(~is_category)])
        return np.argsort(order)

    @property
    def tables(self) -> TreeTables | None:
        """The fitted trees as tables, made once; None where a tree has too many splits."""
        if "_tables" not in vars(self):
            self._tables = tree_tables(self)
        return self._tables

    def __getstate__(self) -> dict[str, Any]:
        """What is kept of a model: not the tables, which are made again."""
        return {k: v for k, v in super().__getstate__().items() if k != "_tables"}


def build_boosting(features: Sequence[Feature], seed: int, parameters: Parameters) -> Pipeline:
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
    model = BlockwiseBoosting(
        learning_rate=parameters["learning_rate"],
        max_iter=int(parameters["trees"]),
        max_leaf_nodes=int(parameters["leaves"]),
        min_samples_leaf=int(parameters["rows_per_leaf"]),
        l2_regularization=parameters["l2"],
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
    defaults={"learning_rate": 0.1, "trees": 80, "leaves": 15, "rows_per_leaf": 50, "l2": 1.0},
    space={
        "learning_rate": Range(0.03, 0.3, log=True),
        "trees": Range(40, 160, whole=True),
        "leaves": Range(4, MOST_LEAVES, whole=True),
        "rows_per_leaf": Range(20, 500, log=True, whole=True),
        "l2": Range(0.01, 100, log=True),
    },
    notes={
        "categories": f"native, at most {MAX_CATEGORIES}, rarer than {RARE_ROWS} rows together",
    },
    build=build_boosting,
)
