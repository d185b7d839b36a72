"""A feature set with what happened afterwards."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from mkt_pipeline.errors import TrainingRefusedError


@dataclass(frozen=True)
class Labelled:
    """Customers as they were known at one or several as-of dates, and whether they bought.

    ``frame`` holds one row per customer and as-of, and the features as its only columns;
    ``label`` (bool) and ``as_of`` (datetime64[D]) have one value per row of it. Refused: lengths
    that differ.
    """

    frame: pd.DataFrame
    label: npt.NDArray[np.bool_]
    as_of: npt.NDArray[np.datetime64]

    def __post_init__(self) -> None:
        lengths = (len(self.frame), len(self.label), len(self.as_of))
        if len(set(lengths)) > 1:
            raise TrainingRefusedError(
                f"{lengths[0]} feature rows, {lengths[1]} labels and {lengths[2]} dates",
                remedy="give one label and one as-of date for each row",
            )

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.frame)

    @property
    def positives(self) -> int:
        """How many rows have the target event in their label window."""
        return int(np.count_nonzero(self.label))


def rows_by_day(data: Labelled) -> Iterator[tuple[date, npt.NDArray[np.bool_]]]:
    """Each as-of date, and which rows are of it."""
    days = data.as_of.astype("datetime64[D]")
    for day in np.unique(days):
        yield day.astype(date), days == day


def require_both_classes(data: Labelled, *, window: str) -> None:
    """Refuse a window without rows, without a buyer, or with nothing but buyers."""
    if data.rows == 0:
        raise TrainingRefusedError(
            f"the {window} window has no eligible customer",
            remedy="loosen the eligibility of the use case, or train as of a later day",
        )
    if data.positives in (0, data.rows):
        raise TrainingRefusedError(
            f"the {window} window has one class only: {data.positives} of {data.rows} rows "
            "with the target event",
            remedy="check the target's status and categories, or change the horizon",
        )
