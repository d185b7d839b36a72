"""Which features a training can learn from."""

from collections.abc import Sequence

import numpy as np

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.modelling.labelled import Labelled

SEASONS_DAYS = 365 - 31
"""From the first to the last date; with monthly dates every month is then among them."""


def informative(features: Sequence[Feature], train: Labelled) -> tuple[Feature, ...]:
    """Leave out what has one value only, and what tells the date alone from too few dates.

    The season is the same for everybody on a day. Where the dates do not cover a year, a model
    that learns from it tells the future by a season that it has never seen.
    """
    dates = np.unique(train.as_of)
    covered = (dates[-1] - dates[0]) / np.timedelta64(1, "D") >= SEASONS_DAYS
    several = [f for f in features if train.frame[f.name].nunique(dropna=False) > 1]
    return tuple(f for f in several if covered or not _tells_the_date(f.name, train))


def _tells_the_date(name: str, train: Labelled) -> bool:
    values = train.frame[name].groupby(train.as_of).nunique(dropna=False)
    return bool((values <= 1).all())
