"""Candidate: one decision tree, small enough to be read."""

from collections.abc import Sequence

from sklearn.pipeline import Pipeline
from sklearn.tree import DecisionTreeClassifier, export_text

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.modelling.candidate import Candidate, Parameters, Range
from mkt_pipeline.modelling.columns import names_of
from mkt_pipeline.modelling.encoding import PLAIN_NOTES, plain, with_model
from mkt_pipeline.modelling.log_odds import LogOddsScore

MOST_LEVELS = 5
"""Thirty-two leaves are as much as a person reads."""


class SmallTree(LogOddsScore, DecisionTreeClassifier):  # type: ignore[misc]  # no types there
    """A tree with a score of its own."""


def build_tree(features: Sequence[Feature], seed: int, parameters: Parameters) -> Pipeline:
    """CART (Breiman et al. 1984), stopped early instead of pruned."""
    model = SmallTree(
        criterion="log_loss",
        max_depth=int(parameters["levels"]),
        min_samples_leaf=int(parameters["rows_per_leaf"]),
        random_state=seed,
    )
    return with_model(plain(features, seed), model)


def rules(pipeline: Pipeline, features: Sequence[Feature]) -> str:
    """The fitted tree as text, a line per split and leaf."""
    names = [*names_of(features, "number", "flag"), *names_of(features, "category")]
    told: str = export_text(
        pipeline["model"], feature_names=names, class_names=["no", "yes"], show_weights=True
    )
    return told


TREE = Candidate(
    name="tree",
    title="Decision tree",
    defaults={"levels": 4, "rows_per_leaf": 200},
    space={
        "levels": Range(2, MOST_LEVELS, whole=True),
        "rows_per_leaf": Range(50, 2000, log=True, whole=True),
    },
    notes=PLAIN_NOTES,
    build=build_tree,
)
