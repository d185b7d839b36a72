"""One small tree taken apart, row by leaf."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.modelling.encoded_columns import feature_places
from mkt_pipeline.modelling.log_odds import log_odds
from mkt_pipeline.modelling.reference import Reference, reference_frame
from mkt_pipeline.modelling.tree import SmallTree
from mkt_pipeline.modelling.tree_shapley import Path, shapley_values

Values = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_LEAF = -1


@dataclass(frozen=True)
class SingleTreeParts:
    """``paths`` go by numbers of nodes, ``usual`` says where the reference customer goes left, and
    ``player_of`` gives the family of each node.
    """

    pipeline: Pipeline
    paths: tuple[Path, ...]
    usual: Bools
    player_of: tuple[int, ...]
    families: int

    def of(self, frame: pd.DataFrame, _: Bools) -> tuple[Values, Values]:
        """Scores of shape [rows], and what each family moves them, of shape [rows, families]."""
        encoded = self.pipeline[0].transform(frame)
        score = np.asarray(self.pipeline[1].decision_function(encoded), dtype=np.float64)
        result = np.zeros((len(score), self.families))
        left = _left(self.pipeline[1].tree_, encoded)
        moves = shapley_values(self.paths, left, self.usual, self.player_of)
        for family, moved in moves.items():
            result[:, family] = moved
        return score, result


def single_tree_parts(
    pipeline: object,
    reference: Reference,
    features: Sequence[Feature],
    related: Sequence[Sequence[int]],
) -> SingleTreeParts | None:
    """A pipeline of ``encoding.plain`` and a small tree; None for any other model."""
    if not isinstance(pipeline, Pipeline) or len(pipeline) != 2:
        return None
    encoder, model = pipeline[0], pipeline[1]
    if not isinstance(model, SmallTree) or not isinstance(encoder, ColumnTransformer):
        return None
    place = feature_places(encoder, features)
    if place is None:
        return None
    family_of = {int(place[f]): number for number, family in enumerate(related) for f in family}
    tree = model.tree_
    usual = _left(tree, encoder.transform(reference_frame(reference, features)))[:, 0]
    players = tuple(family_of[column] for column in np.maximum(tree.feature, 0).tolist())
    return SingleTreeParts(pipeline, _paths(tree), usual, players, len(related))


def _left(tree: Any, encoded: Values) -> Bools:  # noqa: ANN401 - scikit-learn's compiled tree
    """Where each row goes left, of shape [nodes, rows]; as the tree itself, in single precision."""
    values = np.asarray(encoded, dtype=np.float32)[:, np.maximum(tree.feature, 0)].T
    below: Bools = values <= tree.threshold[:, None]
    missing_left = tree.missing_go_to_left.astype(bool)[:, None]
    return np.where(np.isnan(values), missing_left, below)


def _paths(tree: Any) -> tuple[Path, ...]:  # noqa: ANN401 - scikit-learn's compiled tree
    shares = tree.value[:, 0, 1] / tree.value[:, 0].sum(axis=1)
    scores, found = log_odds(shares), []
    below: list[tuple[int, tuple[tuple[int, bool], ...]]] = [(0, ())]
    while below:
        node, way = below.pop()
        if tree.children_left[node] == _LEAF:
            found.append(Path(float(scores[node]), way))
            continue
        below.append((int(tree.children_left[node]), (*way, (node, True))))
        below.append((int(tree.children_right[node]), (*way, (node, False))))
    return tuple(found)
