"""Boosted trees taken apart by tables: what a family moves costs a lookup per tree."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.modelling.reference import Reference, reference_frame
from mkt_pipeline.modelling.small_trees import SmallTrees, small_trees
from mkt_pipeline.modelling.tree_tables import MoveTables

Values = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class BoostedParts:
    """Small boosted trees, and what families move in them against a usual customer."""

    trees: SmallTrees
    moves: MoveTables

    def of(self, frame: pd.DataFrame, _: Bools) -> tuple[Values, Values]:
        """Scores of shape [rows], and what each family moves them, of shape [rows, families]."""
        codes = self.trees.tables.codes(self.trees.prepared(frame))
        return self.trees.tables.score(codes), self.moves.of(codes).T


def boosted_parts(
    pipeline: object,
    reference: Reference,
    features: Sequence[Feature],
    related: Sequence[Sequence[int]],
) -> BoostedParts | None:
    """A pipeline of small boosted trees; None for any other model."""
    trees = small_trees(pipeline, features)
    if trees is None:
        return None
    usual = trees.tables.codes(trees.prepared(reference_frame(reference, features)))
    groups = [frozenset(trees.place[list(family)].tolist()) for family in related]
    return BoostedParts(trees, trees.tables.moves(usual, groups))
