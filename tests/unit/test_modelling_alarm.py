"""An alarm takes several nights, is raised once, and clears."""

from datetime import date, timedelta

import pytest

from mkt_pipeline.contracts.model_health import AlarmDecision, StandingAlarm
from mkt_pipeline.contracts.monitoring import MonitoringRules, TwoLimits
from mkt_pipeline.modelling.alarm import decide_alarm

RULES = MonitoringRules(nights=3, again_weeks=2)
TODAY = date(2026, 6, 1)


def decided(*levels, standing=None, **more):
    """Levels of the feature a, tonight first; ``more`` are other signs as strings of nights."""
    nights = [
        {"feature a": level, **{name: found[n] for name, found in more.items()}}
        for n, level in enumerate(levels)
    ]
    return decide_alarm(nights=nights, standing=standing, as_of=TODAY, rules=RULES)


def stands(days=1, *subjects):
    return StandingAlarm(1, TODAY - timedelta(days=days), subjects or ("feature a",))


def test_it_takes_the_nights_that_the_rules_say():
    assert decided("alarm") == decided("alarm", "alarm") == AlarmDecision()
    assert decided("alarm", "alarm", "alarm") == AlarmDecision(raised=("feature a",))
    assert decided("alarm", "alarm", "warn", "alarm") == AlarmDecision()


def test_one_that_stands_is_not_raised_again():
    assert decided("alarm", "alarm", "alarm", standing=stands()) == AlarmDecision()
    more = {"score": ["alarm"] * 3}
    assert decided("alarm", "alarm", "alarm", standing=stands(), **more) == AlarmDecision()


def test_it_stands_until_it_is_below_the_first_limit():
    assert decided("warn", "alarm", "alarm", standing=stands()) == AlarmDecision()
    assert decided("ok", "warn", "alarm", standing=stands()) == AlarmDecision(ends=True)


def test_what_is_looked_at_no_longer_does_not_keep_it():
    assert decided("ok", "ok", "ok", standing=stands(1, "feature gone")) == AlarmDecision(ends=True)


def test_another_that_lasts_is_a_new_one():
    more = {"score": ["alarm"] * 3}
    found = decided("ok", "alarm", "alarm", standing=stands(), **more)
    assert found == AlarmDecision(raised=("score",), ends=True)


def test_after_some_weeks_it_is_raised_again():
    lasting = ("alarm", "alarm", "alarm")
    assert decided(*lasting, standing=stands(13)) == AlarmDecision()
    found = decided(*lasting, standing=stands(14))
    assert found == AlarmDecision(raised=("feature a",), ends=True)


def test_limits_in_the_wrong_order_are_refused():
    with pytest.raises(ValueError, match="must lie below"):
        TwoLimits(warn=0.3, alarm=0.2)
