"""What a random split would have said, to show how much it flatters."""

from collections.abc import Mapping, Sequence

import numpy as np

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.modelling.candidate import Candidate, Parameters
from mkt_pipeline.modelling.labelled import Labelled
from mkt_pipeline.modelling.metrics import evaluate

HELD_OUT = 0.2
MEASURES = ("roc_auc", "average_precision", "base_rate")


def random_split(
    candidate: Candidate,
    features: Sequence[Feature],
    data: Labelled,
    *,
    seed: int,
    parameters: Parameters,
) -> Mapping[str, float]:
    """Figures on a fifth of the rows, drawn at random, of a model fitted on the others.

    The same customers at neighbouring dates lie on both sides, which is what flatters. Empty where
    a side would have one class only.
    """
    held = np.random.default_rng(seed).random(data.rows) < HELD_OUT
    parts = [
        Labelled(data.frame[rows].reset_index(drop=True), data.label[rows], data.as_of[rows])
        for rows in (~held, held)
    ]
    if any(part.positives in (0, part.rows) for part in parts):
        return {}
    learned, measured = parts
    pipeline = candidate.fitted(features, learned, seed, parameters)
    score = pipeline.decision_function(measured.frame)
    # Only the order is looked at; probabilities would have to be calibrated first.
    figures = evaluate(label=measured.label, propensity=1 / (1 + np.exp(-score)), ranking=score)
    return {name: figures[name] for name in MEASURES}
