"""Which features a model leans on."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.metrics import average_precision_score

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.modelling.labelled import Labelled
from mkt_pipeline.modelling.propensity import Propensity, propensity_of

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
    the repeats), most important first.
    """
    random = np.random.default_rng(seed)
    chosen = random.permutation(data.rows)[:SAMPLE_ROWS]
    frame = data.frame.iloc[chosen].reset_index(drop=True)
    label = data.label[chosen]
    whole = average_precision_score(label, propensity_of(model, frame))
    orders = [random.permutation(len(frame)) for _ in range(REPEATS)]
    losses = {}
    together = max(1, ROWS_PER_CALL // (len(frame) * REPEATS))
    for start in range(0, len(features), together):
        names = [feature.name for feature in features[start : start + together]]
        copies = [_shuffled(frame, name, order) for name in names for order in orders]
        scores = propensity_of(model, pd.concat(copies, ignore_index=True))
        for name, repeats in zip(names, scores.reshape(len(names), REPEATS, -1), strict=True):
            losses[name] = [whole - average_precision_score(label, score) for score in repeats]
    rows = [(name, float(np.mean(found)), float(np.std(found))) for name, found in losses.items()]
    table = pd.DataFrame(rows, columns=["feature", "mean", "spread"])
    return table.sort_values(["mean", "feature"], ascending=[False, True], ignore_index=True)


def _shuffled(frame: pd.DataFrame, name: str, order: npt.NDArray[np.intp]) -> pd.DataFrame:
    return frame.assign(**{name: frame[name].to_numpy()[order]})
