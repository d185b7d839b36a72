"""The season of the base rate: found where it is, not found where it is not."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from mkt_pipeline.modelling.calibrated_days import propensity_by_day
from mkt_pipeline.modelling.calibration import Calibrated, Calibrator
from mkt_pipeline.modelling.labelled import Labelled
from mkt_pipeline.modelling.season import BaseRate, Season, season_days, season_of, shifted

LATEST, SPAN = date(2026, 7, 4), 60
CUSTOMERS = 50_000


def rates(log_odds, *, days=None):
    found = []
    for day in days or season_days(LATEST, span_days=SPAN):
        share = 1 / (1 + np.exp(-log_odds(day)))
        found.append(BaseRate(day, CUSTOMERS, round(CUSTOMERS * share)))
    return found


def turn(day):
    return 2 * np.pi * day.timetuple().tm_yday / 365.25


def yearly(day):
    return -2.4 + 0.2 * np.sin(turn(day)) + 0.1 * np.cos(2 * turn(day))


def years_after(day):
    return (day - LATEST).days / 365.25


def test_a_season_foretells_how_the_base_rate_moves():
    found = season_of(rates(yearly), span_days=SPAN)
    assert found.season is not None
    for ahead in (30, 60, 120, 200, 300):
        day = LATEST + timedelta(days=ahead)
        assert found.season.on(day) == pytest.approx(yearly(day) - yearly(LATEST), abs=0.03)
    assert found.season.on(LATEST) == 0
    assert found.error < 0.02 < found.error_without


def test_growth_from_year_to_year_is_no_season():
    grown = season_of(rates(lambda day: yearly(day) + 0.3 * years_after(day)), span_days=SPAN)
    plain = season_of(rates(yearly), span_days=SPAN)
    assert grown.season.log_odds == pytest.approx(plain.season.log_odds, abs=0.01)


def test_no_season_is_found_in_chance():
    random = np.random.default_rng(3)
    found = season_of(rates(lambda _: -2.4 + 0.1 * random.standard_normal()), span_days=SPAN)
    assert found.season is None
    assert found.error > 0.8 * found.error_without


def test_one_odd_year_is_no_season():
    found = season_of(rates(lambda day: yearly(day) if day.year == 2025 else -2.4), span_days=SPAN)
    assert found.season is None


def test_a_history_ends_where_hardly_anybody_had_the_event():
    known = rates(yearly)
    cut = [
        rate if rate.day > date(2025, 1, 1) else BaseRate(rate.day, CUSTOMERS, 3) for rate in known
    ]
    found = season_of(cut, span_days=SPAN)
    assert found.season is None
    assert "takes base rates of 2.2 years, 1.6 are known" in found.sentence


def test_two_years_and_a_label_window_are_enough():
    known = rates(yearly)
    assert season_of(known[:26], span_days=SPAN).season is not None
    assert season_of(known[:25], span_days=SPAN).season is None


def test_a_label_window_of_a_year_has_no_season():
    days = season_days(LATEST, span_days=365)
    found = season_of(rates(yearly, days=days), span_days=365)
    assert found.season is None
    assert "as long as the year" in found.sentence


def test_nothing_is_looked_at_after_the_latest_day():
    assert max(season_days(LATEST, span_days=SPAN)) == LATEST


def test_the_next_year_is_like_this_one():
    season = Season("2026-07-04", list(np.linspace(0, 1.1, 12)))
    assert season.on(date(2027, 10, 4)) == pytest.approx(season.on(date(2026, 10, 4)), abs=0.01)
    assert season.on(date(2026, 7, 4)) == 0


class Plain:
    def decision_function(self, frame):
        return frame["score"].to_numpy()


@pytest.mark.parametrize("method", ["sigmoid", "isotonic"])
def test_another_day_moves_every_customer_by_the_same_log_odds(method):
    random = np.random.default_rng(1)
    score = random.normal(size=4_000)
    label = random.random(4_000) < 1 / (1 + np.exp(2 - score))
    season = Season("2026-07-04", [0.0, 0.3, *[0.0] * 10])
    model = Calibrated(Plain(), Calibrator(method).fit(score, label), season)
    frame = pd.DataFrame({"score": np.sort(score)})

    def log_odds(day):
        propensity = model.on(day).predict_proba(frame)[:, 1]
        return np.log(propensity / (1 - propensity))

    then, later = date(2026, 7, 4), date(2026, 8, 4)
    assert log_odds(later) - log_odds(then) == pytest.approx(season.on(later))
    assert model.on(later).calibrator.log_odds(score) - model.calibrator.log_odds(
        score
    ) == pytest.approx(season.on(later))
    assert model.calibrator.shift == 0


def test_scores_without_their_season_are_what_they_were():
    propensity = np.array([1e-6, 0.0296, 0.5, 1 - 1e-6])
    back = shifted(shifted(propensity, 0.3), -0.3)
    assert back == pytest.approx(propensity, rel=1e-12)
    assert shifted(propensity, 0.0) is propensity


def test_rows_of_several_days_have_the_base_rate_of_their_day():
    score = np.array([-1.0, 0.0, 1.0, 2.0])
    calibrator = Calibrator().fit(np.linspace(-3, 3, 50), np.arange(50) % 3 == 0)
    model = Calibrated(Plain(), calibrator, Season("2026-07-04", [0.0, 0.3, *[0.0] * 10]))
    days = np.array(["2026-08-04", "2026-07-04", "2026-08-04", "2026-07-04"], "datetime64[D]")
    given = Labelled(pd.DataFrame({"score": score}), np.array([True, False, True, False]), days)
    found = propensity_by_day(model, given)
    plain = model.predict_proba(given.frame)[:, 1]
    assert (found[[0, 2]] > plain[[0, 2]]).all()
    assert found[[1, 3]].tolist() == plain[[1, 3]].tolist()
