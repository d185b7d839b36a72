"""Which past windows ways to recommend are compared on."""

from datetime import date, timedelta

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.errors import TrainingRefusedError
from mkt_pipeline.modelling.windows import MIN_HISTORY_DAYS


def recommender_windows(use_case: UseCase, *, as_of: AsOf, first_day: date) -> tuple[AsOf, AsOf]:
    """The day before the window that a way is chosen on, and that before the latest one.

    The latest window has just closed by ``as_of``, the other one when the latest begins. Refused:
    data that begin less than 90 days before.
    """
    span = use_case.gap_days + use_case.horizon_days
    latest = as_of.shifted(-span)
    choice = latest.shifted(-span)
    if choice.day < first_day + timedelta(days=MIN_HISTORY_DAYS):
        possible = first_day + timedelta(days=MIN_HISTORY_DAYS + 2 * span)
        raise TrainingRefusedError(
            f"the data begin on {first_day}, too late to compare recommendations as of {as_of}",
            remedy=f"compare as of {possible} or later; until then nights use item to item",
        )
    return choice, latest
