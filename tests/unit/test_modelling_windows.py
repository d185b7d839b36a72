"""Which past days are trained on: one example worked out by hand, and what is refused."""

from datetime import date

import pytest

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.errors import TrainingRefusedError
from mkt_pipeline.modelling.windows import training_windows


def windows(**changes):
    arguments = {
        "as_of": AsOf(date(2011, 9, 9), "Europe/London"),
        "first_day": date(2009, 12, 1),
        "horizon_days": 90,
        "gap_days": 0,
        "step_days": 30,
        "max_dates": 3,
        "min_history_days": 90,
    }
    return training_windows(**{**arguments, **changes})


def test_three_windows_of_ninety_days_follow_one_another():
    found = windows()
    assert str(found.test) == "2011-06-11"
    assert str(found.validation) == "2011-03-13"
    assert [str(day) for day in found.train] == ["2010-10-14", "2010-11-13", "2010-12-13"]
    assert found.dates[0] == found.train[0]
    assert found.dates[-1] == found.test
    assert {day.zone for day in found.dates} == {"Europe/London"}


def test_the_gap_moves_every_window_apart():
    found = windows(gap_days=7, max_dates=1)
    assert str(found.test) == "2011-06-04"
    assert str(found.train[0]) == "2010-11-22"


def test_training_dates_stop_where_the_history_is_too_short():
    assert len(windows(max_dates=60).train) == 10
    assert str(windows(max_dates=60).train[0]) == "2010-03-18"


def test_a_history_that_is_too_short_names_the_earliest_day_that_works():
    with pytest.raises(TrainingRefusedError, match="2010-11-26 or later"):
        windows(as_of=AsOf(date(2010, 11, 25)))
    assert str(windows(as_of=AsOf(date(2010, 11, 26))).train[0]) == "2010-03-01"
