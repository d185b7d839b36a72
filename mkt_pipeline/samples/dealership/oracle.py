"""How well the best possible model does: the true probability against what really happened."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg2.extensions import cursor as Cursor  # noqa: N812  the driver names it so
from scipy.stats import rankdata

from mkt_pipeline.errors import BadInputError, FailNowError
from mkt_pipeline.samples.dealership.database import statement, transaction
from mkt_pipeline.samples.dealership.truth import TARGETS
from mkt_pipeline.samples.dealership.world import read_world


@dataclass(frozen=True)
class Oracle:
    """The truth of one use case, for the window ``[as_of, as_of + horizon_days)``.

    No model can beat ``auc_of_truth`` but by luck of about ``auc_standard_error``.
    """

    use_case: str
    as_of: date
    horizon_days: int
    customers: int
    base_rate: float
    mean_probability: float
    auc_of_truth: float
    auc_standard_error: float


def oracle(url: str, use_case: str) -> Oracle:
    """Measure the stored truth as of the latest day whose window has closed.

    Refused: a use case that has no stored truth, and a sample that has not lived long enough.
    """
    known = tuple(target.use_case for target in TARGETS)
    if use_case not in known:
        raise BadInputError(
            f"the sample knows no truth of {use_case!r}", remedy=f"use one of {', '.join(known)}"
        )
    with transaction(url) as cursor:
        read_world(cursor)
        as_of, horizon_days = _closed_window(cursor, use_case)
        cursor.execute(statement("oracle"), {"use_case": use_case, "as_of": as_of})
        rows = np.array(cursor.fetchall(), dtype=np.float64).reshape(-1, 2)
    probability, happened = rows[:, 0], rows[:, 1].astype(np.bool_)
    auc = area_under_curve(probability, happened)
    return Oracle(
        use_case=use_case,
        as_of=as_of,
        horizon_days=horizon_days,
        customers=len(rows),
        base_rate=float(happened.mean()),
        mean_probability=float(probability.mean()),
        auc_of_truth=auc,
        auc_standard_error=auc_standard_error(
            auc, positives=int(happened.sum()), negatives=int((~happened).sum())
        ),
    )


def area_under_curve(score: NDArray[np.float64], happened: NDArray[np.bool_]) -> float:
    """Area under the ROC curve: how often a positive scores above a negative, ties by half.

    Mann-Whitney's U over the number of pairs; refused where one class is missing.
    """
    positives, negatives = int(happened.sum()), int((~happened).sum())
    if not positives or not negatives:
        raise FailNowError(
            "everybody or nobody had the event, so there is no AUC",
            remedy="load the sample with more customers",
        )
    ranks = rankdata(score)
    above = ranks[happened].sum() - positives * (positives + 1) / 2
    return float(above / (positives * negatives))


def auc_standard_error(auc: float, *, positives: int, negatives: int) -> float:
    """Hanley and McNeil (1982), with their exponential approximation of Q1 and Q2."""
    q1, q2 = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    variance = (
        auc * (1 - auc) + (positives - 1) * (q1 - auc**2) + (negatives - 1) * (q2 - auc**2)
    ) / (positives * negatives)
    return float(np.sqrt(variance))


def _closed_window(cursor: Cursor, use_case: str) -> tuple[Any, int]:
    cursor.execute(statement("closed_truth"), {"use_case": use_case})
    row = cursor.fetchone()
    if row is None:
        raise FailNowError(
            f"no window of {use_case} with stored truth has closed yet",
            remedy="live on with `mkt sample advance`, or load a longer history",
        )
    return row[0], row[1]
