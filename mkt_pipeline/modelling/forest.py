"""Candidate: random forest."""

from collections.abc import Sequence

from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import Pipeline

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.modelling.candidate import Candidate, Parameters, Range
from mkt_pipeline.modelling.encoding import PLAIN_NOTES, plain, with_model
from mkt_pipeline.modelling.log_odds import LogOddsScore

TREES = 150


class ScoredForest(LogOddsScore, RandomForestClassifier):  # type: ignore[misc]  # no types there
    """A forest with a score of its own."""


def build_forest(features: Sequence[Feature], seed: int, parameters: Parameters) -> Pipeline:
    """Breiman (2001); each tree on a sample of the rows, each split on some of the columns."""
    model = ScoredForest(
        n_estimators=TREES,
        max_features=parameters["columns_per_split"],
        min_samples_leaf=int(parameters["rows_per_leaf"]),
        max_samples=0.5,
        random_state=seed,
    )
    return with_model(plain(features, seed), model)


FOREST = Candidate(
    name="forest",
    title="Random forest",
    defaults={"rows_per_leaf": 50, "columns_per_split": 0.15},
    space={
        "rows_per_leaf": Range(10, 500, log=True, whole=True),
        "columns_per_split": Range(0.05, 0.5),
    },
    notes={**PLAIN_NOTES, "trees": TREES},
    build=build_forest,
)
