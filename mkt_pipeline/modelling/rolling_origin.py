"""Folds in time order: learn from earlier dates, measure on a later one, several times.

Rolling-origin evaluation after Tashman (2000): the test date is in none of the folds.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mkt_pipeline.modelling.labelled import Labelled


@dataclass(frozen=True)
class Fold:
    """Every label window of ``train`` had closed when the features of ``validation`` were made."""

    train: Labelled
    validation: Labelled


def rolling_folds(
    *, train: Labelled, validation: Labelled, span_days: int, folds: int
) -> tuple[Fold, ...]:
    """At most ``folds`` folds, the earliest first; the last is ``train`` and ``validation``.

    The others are measured on training dates, the latest first, as long as two dates or more whose
    label windows (of ``span_days`` with the gap) had closed by then lie before them. A short
    history has fewer folds, and a date whose rows have one class is skipped.
    """
    found = [Fold(train, validation)]
    dates = np.unique(train.as_of)
    for later in dates[::-1]:
        known = dates[dates + np.timedelta64(span_days, "D") <= later]
        if len(found) >= folds or len(known) < 2:
            break
        fold = Fold(_at(train, known), _at(train, np.array([later])))
        if _has_both(fold.train) and _has_both(fold.validation):
            found.append(fold)
    return tuple(reversed(found))


def _at(data: Labelled, dates: npt.NDArray[np.datetime64]) -> Labelled:
    rows = np.isin(data.as_of, dates)
    frame = data.frame[rows].reset_index(drop=True)
    return Labelled(frame, data.label[rows], data.as_of[rows])


def _has_both(data: Labelled) -> bool:
    return 0 < data.positives < data.rows
