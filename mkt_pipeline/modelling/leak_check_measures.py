"""Measures of the leak check: separation by one feature alone, shift, and shares with bounds."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Codes = npt.NDArray[np.intp]
Labels = npt.NDArray[np.bool_]

BINS = 20
MOST_CATEGORIES = 30
CLEAR = 3.0
"""Standard errors by which a limit must be passed: a thousandth of chance for each feature."""
LEAST = 30
"""Customers of either kind below which nothing is said."""


@dataclass(frozen=True)
class Separation:
    """ROC AUC of one feature alone with its standard error."""

    auc: float
    error: float

    @property
    def least(self) -> float:
        """The lower bound."""
        return self.auc - CLEAR * self.error

    @property
    def most(self) -> float:
        """The upper bound."""
        return self.auc + CLEAR * self.error


def coded(values: pd.Series) -> Codes:
    """Each value as the number of its bin: unknown is 0, numbers fall into twentieths."""
    if pd.api.types.is_numeric_dtype(values.dtype):
        numbers = values.to_numpy(dtype=np.float64)
        known = numbers[~np.isnan(numbers)]
        if not len(known):
            return np.zeros(len(numbers), dtype=np.intp)
        edges = np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1), method="inverted_cdf"))
        return np.where(np.isnan(numbers), 0, 1 + np.searchsorted(edges, numbers)).astype(np.intp)
    common = values.value_counts().index[:MOST_CATEGORIES]
    found = common.get_indexer(pd.Index(values))
    rare = np.asarray((found < 0) & values.notna().to_numpy())
    return np.where(rare, len(common) + 1, found + 1)


def separation(codes: Codes, label: Labels, *, dates: int) -> Separation | None:
    """How well one feature separates the classes, whatever the shape of its relation.

    Customers are ranked by the share of events in their bin, learned from the other half of the
    rows. The standard error is that of Hanley and McNeil (1982); a customer's rows of several
    ``dates`` are no new evidence, so that only one date's worth of rows counts. None where either
    class is too small.
    """
    positives = int(np.count_nonzero(label))
    if min(positives, len(label) - positives) / dates < LEAST:
        return None
    half = np.arange(len(label)) % 2 == 0
    score = np.empty(len(label))
    for learn, use in ((half, ~half), (~half, half)):
        score[use] = _rates(codes[learn], label[learn], size=int(codes.max()) + 1)[codes[use]]
    auc = max(0.5, _auc(score, label))
    return Separation(auc, _error(auc, positives / dates, (len(label) - positives) / dates))


def shift(before: Codes, after: Codes) -> tuple[float, float]:
    """Population stability index of two samples in the same bins, and what chance gives at most.

    Without a difference its mean is (bins - 1) (1/n + 1/m) and it goes like chi-squared
    (Yurdakul 2018), which gives the second number.
    """
    size = int(max(before.max(), after.max())) + 1
    counts = [np.bincount(codes, minlength=size) for codes in (before, after)]
    used = (counts[0] + counts[1]) > 0
    p, q = ((c[used] + 0.5) / (c[used] + 0.5).sum() for c in counts)
    free = max(int(used.sum()) - 1, 1)
    noise = (free + CLEAR * np.sqrt(2 * free)) * (1 / len(before) + 1 / len(after))
    return float(np.sum((p - q) * np.log(p / q))), float(noise)


def least_ratio(changed: Labels, label: Labels) -> float:
    """How many times more often something changed with the event than without, at least.

    The lower bound of the risk ratio (Katz and others 1978), with half a change added to both.
    """
    n, m = int(label.sum()), int((~label).sum())
    a, b = float(changed[label].sum()) + 0.5, float(changed[~label].sum()) + 0.5
    error = np.sqrt(max(1 / a - 1 / (n + 1) + 1 / b - 1 / (m + 1), 0.0))
    return float(np.exp(np.log((a / (n + 1)) / (b / (m + 1))) - CLEAR * error))


def _rates(codes: Codes, label: Labels, *, size: int) -> npt.NDArray[np.float64]:
    rows = np.bincount(codes, minlength=size)
    events = np.bincount(codes, weights=label, minlength=size)
    # Ten rows of the overall share keep a small bin from looking certain.
    return np.asarray((events + 10 * label.mean()) / (rows + 10), dtype=np.float64)


def _auc(score: npt.NDArray[np.float64], label: Labels) -> float:
    _, group = np.unique(score, return_inverse=True)
    events = np.bincount(group, weights=label)
    others = np.bincount(group) - events
    below = np.cumsum(others) - others
    return float(np.sum(events * (below + others / 2)) / (events.sum() * others.sum()))


def _error(auc: float, positives: float, negatives: float) -> float:
    q1, q2 = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    spread = auc * (1 - auc) + (positives - 1) * (q1 - auc**2) + (negatives - 1) * (q2 - auc**2)
    return float(np.sqrt(max(spread, 0.0) / (positives * negatives)))
