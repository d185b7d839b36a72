"""Whatever the horizon, gap and step: nothing that is learned was unknown at the time."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.errors import TrainingRefusedError
from mkt_pipeline.modelling.windows import training_windows

days = st.integers(1, 400)


@given(
    history=st.integers(0, 3000),
    horizon=days,
    gap=st.integers(0, 60),
    step=days,
    max_dates=st.integers(1, 60),
    least=st.integers(0, 400),
)
def test_label_windows_close_before_the_features_that_follow(
    history, horizon, gap, step, max_dates, least
):
    as_of = AsOf(date(2026, 6, 1))
    first_day = as_of.day - timedelta(days=history)
    span = timedelta(days=gap + horizon)
    earliest = first_day + timedelta(days=least)
    try:
        found = training_windows(
            as_of=as_of,
            first_day=first_day,
            horizon_days=horizon,
            gap_days=gap,
            step_days=step,
            max_dates=max_dates,
            min_history_days=least,
        )
    except TrainingRefusedError:
        assert as_of.day - 3 * span < earliest
        return
    assert found.test.day + span == as_of.day
    assert found.validation.day + span <= found.test.day
    assert all(day.day + span <= found.validation.day for day in found.train)
    assert all(day.day >= earliest for day in found.train)
    assert 1 <= len(found.train) <= max_dates
    assert list(found.train) == sorted(set(found.train))
