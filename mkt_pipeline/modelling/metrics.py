"""The measures of a model, under the same names everywhere."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score, log_loss, roc_auc_score

from mkt_pipeline.errors import TrainingRefusedError

Values = npt.NDArray[np.float64]
Labels = npt.NDArray[np.bool_]

TOP_PERCENTS = (1, 5, 10, 20)
CALIBRATION_BINS = 10
METRIC_NAMES: tuple[str, ...] = (
    "roc_auc",
    "average_precision",
    "log_loss",
    "brier",
    "calibration_error",
    *(f"lift_at_{percent}" for percent in TOP_PERCENTS),
    *(f"gain_at_{percent}" for percent in TOP_PERCENTS),
    "base_rate",
    "rows",
    "positives",
)


def evaluate(
    *, label: Labels, propensity: Values, ranking: Values | None = None
) -> Mapping[str, float]:
    """Every measure of ``METRIC_NAMES`` for probabilities of shape [rows].

    ``ranking`` (default: the propensity) is what customers are ordered by; a calibrator fitted
    fold by fold would otherwise blur the order. Refused: labels of one class, for which most
    measures have no value.

    - ``roc_auc``: Hanley and McNeil (1982); ties count half.
    - ``average_precision``: sum of (R_k - R_k-1) P_k over distinct scores (Manning, Raghavan and
      Schütze 2008, section 8.4), without interpolation.
    - ``log_loss``: mean of -ln of the probability given to what happened (natural logarithm).
    - ``brier``: mean squared error of the probability (Brier 1950).
    - ``calibration_error``: see ``calibration_error``.
    - ``gain_at_k``: share of all buyers found among the best k percent; ``lift_at_k`` is that
      over k percent. With ties the expectation over every order of the tied.
    """
    rank = propensity if ranking is None else ranking
    _require_both_classes(label)
    gains = {percent: gain_at(label, rank, share=percent / 100) for percent in TOP_PERCENTS}
    values = {
        "roc_auc": roc_auc_score(label, rank),
        "average_precision": average_precision_score(label, rank),
        "log_loss": log_loss(label, propensity, labels=[False, True]),
        "brier": np.mean((propensity - label) ** 2),
        "calibration_error": calibration_error(label, propensity),
        **{f"lift_at_{percent}": gain / (percent / 100) for percent, gain in gains.items()},
        **{f"gain_at_{percent}": gain for percent, gain in gains.items()},
        "base_rate": np.mean(label),
        "rows": len(label),
        "positives": np.count_nonzero(label),
    }
    return MappingProxyType({name: float(values[name]) for name in METRIC_NAMES})


def gain_at(label: Labels, ranking: Values, *, share: float) -> float:
    """Share of all buyers found among the best ``share`` of the rows (0 to 1).

    Within a group of equal ranking the buyers are expected evenly, so the value is the mean over
    every order of the tied, and does not depend on the order of the rows.
    """
    rows, found = cumulative_gain(label, ranking)
    return float(np.interp(share, rows, found))


def cumulative_gain(label: Labels, ranking: Values) -> tuple[Values, Values]:
    """Shares of rows and of buyers, from the best ranked down, one point per distinct ranking."""
    _, group = np.unique(-ranking, return_inverse=True)
    rows = np.cumsum(np.bincount(group))
    found = np.cumsum(np.bincount(group, weights=label))
    return np.insert(rows / rows[-1], 0, 0.0), np.insert(found / found[-1], 0, 0.0)


def calibration_error(label: Labels, propensity: Values) -> float:
    """Expected calibration error over at most ten bins of equally many rows.

    Sum over bins of (rows in bin / rows) x abs(mean propensity - share of buyers), after Naeini,
    Cooper and Hauskrecht (2015), with quantile bins as in Nixon et al. (2019): propensities are
    small, and bins of equal width would put nearly everybody in the first. Equal propensities
    share a bin.
    """
    predicted, happened, rows = calibration_bins(label, propensity)
    return float(np.sum(rows * np.abs(predicted - happened)) / np.sum(rows))


def calibration_bins(label: Labels, propensity: Values) -> tuple[Values, Values, Values]:
    """Mean propensity, share of buyers, and rows of each bin that is not empty."""
    bins = calibration_bin_numbers(propensity)
    rows = np.bincount(bins)
    kept = rows > 0
    predicted = np.bincount(bins, weights=propensity)[kept] / rows[kept]
    happened = np.bincount(bins, weights=label)[kept] / rows[kept]
    return predicted, happened, rows[kept].astype(np.float64)


def calibration_bin_numbers(propensity: Values) -> npt.NDArray[np.int64]:
    """The bin of each row, from 0; equal propensities share one, and some may be empty."""
    inner = np.linspace(0, 1, CALIBRATION_BINS + 1)[1:-1]
    edges = np.unique(np.quantile(propensity, inner, method="inverted_cdf"))
    return np.searchsorted(edges, propensity, side="left")


def _require_both_classes(label: Labels) -> None:
    positives = int(np.count_nonzero(label))
    if positives in (0, len(label)):
        raise TrainingRefusedError(
            f"measures need both classes, and {positives} of {len(label)} rows have the event",
            remedy="measure on a window in which some bought and some did not",
        )
