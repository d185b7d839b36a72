"""Boosted trees taken apart by tables: what a family moves costs a lookup per tree."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.modelling.boosting import BlockwiseBoosting
from mkt_pipeline.modelling.encoded_columns import feature_places
from mkt_pipeline.modelling.reference import Reference, reference_frame
from mkt_pipeline.modelling.tree_tables import MoveTables, TreeTables

Values = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class BoostedParts:
    """A pipeline of an encoder and small boosted trees, and what families move against a usual
    customer.
    """

    encoder: ColumnTransformer
    trees: BlockwiseBoosting
    tables: TreeTables
    moves: MoveTables

    def of(self, frame: pd.DataFrame, _: Bools) -> tuple[Values, Values]:
        """Scores of shape [rows], and what each family moves them, of shape [rows, families]."""
        codes = self.tables.codes(self.trees.prepared(self.encoder.transform(frame)))
        return self.tables.score(codes), self.moves.of(codes).T


def boosted_parts(
    pipeline: object,
    reference: Reference,
    features: Sequence[Feature],
    related: Sequence[Sequence[int]],
) -> BoostedParts | None:
    """A pipeline of small boosted trees; None for any other model."""
    if not isinstance(pipeline, Pipeline) or len(pipeline) != 2:
        return None
    encoder, trees = pipeline[0], pipeline[1]
    if not isinstance(trees, BlockwiseBoosting) or not isinstance(encoder, ColumnTransformer):
        return None
    encoded, tables = feature_places(encoder, features), trees.tables
    if encoded is None or tables is None:
        return None
    place = trees.prepared_place()[encoded]
    usual = tables.codes(trees.prepared(encoder.transform(reference_frame(reference, features))))
    groups = [frozenset(place[list(family)].tolist()) for family in related]
    return BoostedParts(encoder, trees, tables, tables.moves(usual, groups))
