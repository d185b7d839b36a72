"""A pipeline of boosted trees that have tables, and where its features stand."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.modelling.boosting import BlockwiseBoosting
from mkt_pipeline.modelling.encoded_columns import Places, feature_places
from mkt_pipeline.modelling.tree_tables import TreeTables

Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class SmallTrees:
    """``place`` (of shape [features]) gives the column of each feature among the prepared ones."""

    encoder: ColumnTransformer
    trees: BlockwiseBoosting
    tables: TreeTables
    place: Places

    def prepared(self, frame: pd.DataFrame) -> Values:
        """Customers as the tables take them, of shape [rows, columns]."""
        return self.trees.prepared(self.encoder.transform(frame))


def small_trees(pipeline: object, features: Sequence[Feature]) -> SmallTrees | None:
    """The parts of such a pipeline; None for any other model."""
    if not isinstance(pipeline, Pipeline) or len(pipeline) != 2:
        return None
    encoder, trees = pipeline[0], pipeline[1]
    if not isinstance(trees, BlockwiseBoosting) or not isinstance(encoder, ColumnTransformer):
        return None
    encoded, tables = feature_places(encoder, features), trees.tables
    if encoded is None or tables is None:
        return None
    return SmallTrees(encoder, trees, tables, np.asarray(trees.prepared_place()[encoded]))
