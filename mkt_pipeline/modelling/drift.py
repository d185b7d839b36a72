"""Whether a night is still like what the champion was trained on.

Sizes of an effect, not tests: of a million customers every difference is significant, and hardly
any matters. The population stability index is Kullback and Leibler's divergence both ways
(Jeffreys 1946; Siddiqi 2006, Credit risk scorecards), which grows without end where a bin was
nearly empty. The Jensen-Shannon distance lies between 0 and 1 and is a metric: a night that is
farther from the training as a whole than any single training date was, by so much, is at least so
far from each of those dates.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from mkt_pipeline.contracts.model_health import DriftSign, Level, SignKind
from mkt_pipeline.contracts.monitoring import MonitoringRules, TwoLimits
from mkt_pipeline.modelling.reference_distribution import (
    Bins,
    ReferenceDistribution,
    distance,
)

Values = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

FLOOR = 1e-4
"""The least share of a bin: an empty one would make the index infinite. A share and not a count,
so that the index does not grow with the number of customers."""
TENTHS = 10
LEAST_EVENT_DAYS = 14
"""Days with events below which nobody can say how long a usual pause is."""


def stability_index(expected: Values, found: Values) -> float:
    """Sum over bins of (found - expected) ln(found / expected), for shares of shape [bins]."""
    p, q = _floored(expected), _floored(found)
    return float(np.sum((q - p) * np.log(q / p)))


def score_stability(before: Values, after: Values) -> float:
    """The index of the scores ``after`` among the tenths of those ``before``, both [rows]."""
    inner = np.linspace(0, 1, TENTHS + 1)[1:-1]
    edges = np.unique(np.quantile(before, inner))
    expected, found = (
        np.bincount(np.searchsorted(edges, scores), minlength=len(edges) + 1) / len(scores)
        for scores in (before, after)
    )
    return stability_index(expected, found)


def drift_signs(
    *,
    reference: ReferenceDistribution,
    features: Mapping[str, Counts],
    score: Counts,
    rules: MonitoringRules,
) -> tuple[DriftSign, ...]:
    """A sign for the scores and for each feature, and one for the unseen of each category.

    ``features`` and ``score`` are the rows of the night in each bin, by feature.
    """
    found = [_shifted("score", reference.score, score, rules)]
    for bins in reference.features:
        counts = features[bins.name]
        found.append(_shifted("feature", bins, counts, rules))
        if bins.is_category:
            share = float(counts[bins.unseen] / counts.sum())
            found.append(DriftSign("unknown", bins.name, share, level_of(share, rules.unknown)))
    return tuple(found)


def freshness_sign(
    *, entity: str, days_before: Sequence[int], rules: MonitoringRules
) -> DriftSign | None:
    """How old the newest event is, beside the longest pause between days with events.

    ``days_before`` are the days with events, as whole days before the night (0 is the last day).
    None where there are too few to know what is usual.
    """
    days = np.unique(np.asarray(days_before, dtype=np.int64))
    if len(days) < LEAST_EVENT_DAYS:
        return None
    usual, age = float(np.diff(days).max()), float(days[0] + 1)
    level = level_of(age / usual, rules.freshness)
    return DriftSign("freshness", entity, age, level, usual=usual)


def level_of(value: float, limits: TwoLimits) -> Level:
    """Which of the two limits a value reaches."""
    return "alarm" if value >= limits.alarm else "warn" if value >= limits.warn else "ok"


def _shifted(kind: SignKind, bins: Bins, counts: Counts, rules: MonitoringRules) -> DriftSign:
    expected, found = np.array(bins.shares), counts / counts.sum()
    index, apart = stability_index(expected, found), distance(expected, found)
    farther = apart - bins.usual
    levels = (level_of(index, rules.stability_index), level_of(farther, rules.distance))
    level = min(levels, key=("ok", "warn", "alarm").index)
    return DriftSign(kind, bins.name, index, level, distance=apart, usual=bins.usual)


def _floored(shares: Values) -> Values:
    raised = np.maximum(shares / shares.sum(), FLOOR)
    return np.asarray(raised / raised.sum())
