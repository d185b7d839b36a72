"""Which features a model leans on."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.metrics import average_precision_score

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.modelling.calibration import Calibrated
from mkt_pipeline.modelling.labelled import Labelled
from mkt_pipeline.modelling.propensity import Propensity, propensity_of
from mkt_pipeline.modelling.small_trees import small_trees

Values = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

SAMPLE_ROWS = 4_000
REPEATS = 2
ROWS_PER_CALL = 64_000
"""Shuffled copies of several features are stacked for one call of the model, which has a fixed
cost for each of its trees."""


def importance(
    *, model: Propensity, data: Labelled, features: Sequence[Feature], seed: int
) -> pd.DataFrame:
    """Loss of average precision when a feature's values are shuffled between customers.

    Permutation importance (Breiman 2001, Random forests, section 10) on a seeded sample of at
    most ``SAMPLE_ROWS`` rows. Columns ``feature``, ``mean`` and ``spread`` (standard deviation of
    the repeats), most important first. Small boosted trees are looked up in tables.
    """
    random = np.random.default_rng(seed)
    chosen = random.permutation(data.rows)[:SAMPLE_ROWS]
    frame = data.frame.iloc[chosen].reset_index(drop=True)
    label = data.label[chosen]
    orders = [random.permutation(len(frame)) for _ in range(REPEATS)]
    if label.any():
        whole, shuffled = _scores(model, frame, features, orders)
        reached = average_precision_score(label, whole)
        losses = {
            name: [reached - average_precision_score(label, score) for score in scores]
            for name, scores in shuffled
        }
    else:  # there is nothing to lose
        losses = {feature.name: [0.0] for feature in features}
    rows = [(name, float(np.mean(found)), float(np.std(found))) for name, found in losses.items()]
    table = pd.DataFrame(rows, columns=["feature", "mean", "spread"])
    return table.sort_values(["mean", "feature"], ascending=[False, True], ignore_index=True)


def _scores(
    model: Propensity, frame: pd.DataFrame, features: Sequence[Feature], orders: Sequence[Places]
) -> tuple[Values, Iterator[tuple[str, Sequence[Values]]]]:
    """Scores as they are, and by feature those with its values in each of the orders."""
    trees = small_trees(model.model, features) if isinstance(model, Calibrated) else None
    if trees is None:
        return propensity_of(model, frame), _asked(model, frame, features, orders)
    # Calibration keeps the order of customers, which is all that average precision looks at.
    rows = trees.prepared(frame)
    codes = trees.tables.codes(rows)
    score = trees.tables.score(codes)
    return score, (
        (
            feature.name,
            [trees.tables.score_with(codes, score, at, rows[order, at]) for order in orders],
        )
        for feature, at in zip(features, trees.place.tolist(), strict=True)
    )


def _asked(
    model: Propensity, frame: pd.DataFrame, features: Sequence[Feature], orders: Sequence[Places]
) -> Iterator[tuple[str, Sequence[Values]]]:
    together = max(1, ROWS_PER_CALL // (len(frame) * REPEATS))
    for start in range(0, len(features), together):
        names = [feature.name for feature in features[start : start + together]]
        copies = [_shuffled(frame, name, order) for name in names for order in orders]
        scores = propensity_of(model, pd.concat(copies, ignore_index=True))
        yield from zip(names, scores.reshape(len(names), REPEATS, -1), strict=True)


def _shuffled(frame: pd.DataFrame, name: str, order: Places) -> pd.DataFrame:
    return frame.assign(**{name: frame[name].to_numpy()[order]})
