from datetime import UTC, date, datetime

from mkt_pipeline.contracts.as_of import AsOf


def test_a_day_begins_at_midnight_of_the_business_time_zone():
    assert AsOf(date(2026, 7, 1), "Europe/Berlin").cutoff == datetime(2026, 6, 30, 22, tzinfo=UTC)
    assert AsOf(date(2026, 7, 1), "UTC").cutoff == datetime(2026, 7, 1, tzinfo=UTC)


def test_a_day_on_which_clocks_change_has_23_hours():
    spring = AsOf(date(2026, 3, 29), "Europe/Berlin")
    assert (spring.shifted(1).cutoff - spring.cutoff).total_seconds() == 23 * 3600


def test_days_are_counted_on_the_calendar():
    assert str(AsOf(date(2026, 3, 1)).shifted(-1)) == "2026-02-28"
    assert AsOf(date(2026, 3, 1)) < AsOf(date(2026, 3, 2))
