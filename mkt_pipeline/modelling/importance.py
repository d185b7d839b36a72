"""Which features a model leans on."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.modelling.labelled import Labelled
from mkt_pipeline.modelling.propensity import Propensity, propensity_of

SAMPLE_ROWS = 5_000
REPEATS = 3


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
    stacked = pd.concat([frame] * REPEATS, ignore_index=True)
    rows = []
    for feature in features:
        column = pd.concat([frame[feature.name].iloc[order] for order in orders])
        shuffled = stacked.assign(**{feature.name: column.to_numpy()})
        scores = propensity_of(model, shuffled).reshape(REPEATS, -1)
        losses = [whole - average_precision_score(label, score) for score in scores]
        rows.append((feature.name, float(np.mean(losses)), float(np.std(losses))))
    table = pd.DataFrame(rows, columns=["feature", "mean", "spread"])
    return table.sort_values(["mean", "feature"], ascending=[False, True], ignore_index=True)
