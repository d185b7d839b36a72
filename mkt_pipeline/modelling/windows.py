"""Which past days are trained on, calibrated on and tested on."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count, takewhile

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.errors import TrainingRefusedError

MIN_HISTORY_DAYS = 90
"""The first training date needs some past to make features from; a quarter fills the short
look-back windows, and the long ones are then partly empty for everybody alike."""


@dataclass(frozen=True)
class TrainingWindows:
    """As-of dates in time order: all of ``train``, then ``validation``, then ``test``."""

    train: tuple[AsOf, ...]
    validation: AsOf
    test: AsOf

    @property
    def dates(self) -> tuple[AsOf, ...]:
        """Every date for which a labelled feature set is needed, earliest first."""
        return (*self.train, self.validation, self.test)


def training_windows(
    *,
    as_of: AsOf,
    first_day: date,
    horizon_days: int,
    gap_days: int,
    step_days: int,
    max_dates: int,
    min_history_days: int = MIN_HISTORY_DAYS,
) -> TrainingWindows:
    """The dates to learn from when it is ``as_of`` and the data begin on ``first_day``.

    A label window is [D + gap, D + gap + horizon). The test date is the latest whose window has
    closed by ``as_of``; the window of every earlier date closes before the features of the next
    part are cut off, so that nothing learned was still unknown then. Training dates go back in
    steps of ``step_days``, at most ``max_dates`` of them, none with less than
    ``min_history_days`` of data before it. Refused: a history too short for one training date.
    """
    span = gap_days + horizon_days
    test = as_of.shifted(-span)
    validation = test.shifted(-span)
    last = validation.shifted(-span)
    earliest = first_day + timedelta(days=min_history_days)
    if last.day < earliest:
        possible = earliest + timedelta(days=3 * span)
        raise TrainingRefusedError(
            f"the data begin on {first_day}, too late for training as of {as_of}",
            remedy=f"train as of {possible} or later, or shorten the horizon of {horizon_days} "
            f"days (a training, a validation and a test window must follow one another)",
        )
    steps = takewhile(lambda d: d.day >= earliest, (last.shifted(-step_days * k) for k in count()))
    train = tuple(sorted(day for _, day in zip(range(max_dates), steps, strict=False)))
    return TrainingWindows(train, validation, test)
