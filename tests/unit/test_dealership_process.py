"""The hidden process: draws follow their rates, and the truth is what counting would find."""

import numpy as np
import pytest

from mkt_pipeline.errors import FailNowError
from mkt_pipeline.samples.dealership import dates
from mkt_pipeline.samples.dealership.arrivals import newcomers
from mkt_pipeline.samples.dealership.happenings import draw, first_events, happen
from mkt_pipeline.samples.dealership.oracle import area_under_curve
from mkt_pipeline.samples.dealership.process import fade, rates_at, ripeness, service_pull
from mkt_pipeline.samples.dealership.truth import STEP_DAYS, TARGETS, true_probability

DAY = dates.day_number(dates.date(2026, 5, 4))


def people(count=200, *, seed=1, days_ago=900, owners=0.7):
    rng = np.random.default_rng(seed)
    created = np.full(count, DAY - days_ago, dtype=np.int64)
    return newcomers(created, first_id=1, first_household=1, owners_share=owners, rng=rng)


def test_each_kind_happens_as_often_as_its_rate_says_and_independently():
    rng, count, days = np.random.default_rng(3), 400_000, 5
    rates = tuple(np.full(count, rate, dtype=np.float32) for rate in (0.02, 0.1, 0.3))
    happened = np.zeros((3, count), dtype=bool)
    for kind, who in enumerate(first_events(rates, days=days, rng=rng)):
        happened[kind, who] = True
    expected = 1 - np.exp(-days * np.array([0.02, 0.1, 0.3]))
    assert happened.mean(axis=1) == pytest.approx(expected, abs=0.004)
    assert np.abs(np.corrcoef(happened) - np.eye(3)).max() < 0.01


def test_nothing_happens_to_who_is_gone():
    population = people()
    population.alive[:] = False
    events = draw(
        population, rates_at(population, DAY), day=DAY, days=365, rng=np.random.default_rng(1)
    )
    assert len(events.web) == len(events.purchase) == len(events.service) == 0
    assert all(len(sends.receiver) == 0 for sends in events.sends)


def test_the_longer_a_vehicle_is_owned_the_riper_until_it_is_long_overdue():
    population = people(owners=1.0)
    population.contract[:] = 1
    population.annual_km[:] = 15_000
    of_age = [ripeness(population, DAY - 900 + days).mean() for days in (30, 1200, 1700, 4000)]
    assert of_age[0] < of_age[1] < of_age[2]
    assert of_age[3] < of_age[2]


def test_service_is_due_about_a_year_after_the_last():
    population = people(owners=1.0)
    population.annual_km[:] = 15_000
    pulls = [service_pull(population, DAY - 900 + days).mean() for days in (30, 365, 900)]
    assert pulls[0] < 0.1 < pulls[2] < pulls[1]


@pytest.mark.parametrize("memory", ["web", "drive", "quote", "click", "life", "booking"])
def test_a_remembered_event_makes_a_target_likelier_and_fades(memory):
    population = people()
    before = rates_at(population, DAY)
    getattr(population, memory)[:] += 1
    after = rates_at(population, DAY)
    target = "service" if memory == "booking" else "purchase"
    assert (getattr(after, target) > getattr(before, target)).all()
    fade(population, 3650)
    assert getattr(population, memory).max() < 1e-3


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.use_case)
def test_the_truth_is_the_share_that_counting_finds(target):
    """Living each of few eager customers forward many times, with the target event allowed."""
    times, few = 6_000, 4
    chosen = people(few, seed=11, days_ago=1300, owners=1.0)
    for memory in ("web", "drive", "quote", "booking"):
        getattr(chosen, memory)[:] = 4
    crowd = chosen.chosen(np.repeat(np.arange(few), times))
    truth = true_probability(crowd, target, as_of=DAY, replicates=2, seed=5)
    had = np.zeros(len(crowd), dtype=bool)
    rng = np.random.default_rng(8)
    for day in range(DAY, DAY + target.horizon_days, STEP_DAYS):
        events = draw(crowd, rates_at(crowd, day), day=day, days=STEP_DAYS, rng=rng)
        had[events.purchase if target.use_case == "vehicle_purchase" else events.service] = True
        happen(crowd, events, day=day, days=STEP_DAYS)
    counted, expected = (values.reshape(few, times).mean(axis=1) for values in (had, truth))
    assert counted.max() > 0.3
    assert np.abs(expected - counted).max() < 4 * np.sqrt(0.25 / times)


def test_the_truth_leaves_the_state_alone_and_is_the_same_for_the_same_seed():
    population = people()
    before = {name: array.copy() for name, array in population.columns().items()}
    first, again, other = (
        true_probability(population, TARGETS[0], as_of=DAY, replicates=2, seed=seed)
        for seed in (1, 1, 2)
    )
    assert (first == again).all()
    assert (first != other).any()
    assert all((before[name] == array).all() for name, array in population.columns().items())


def test_mailings_and_discounts_follow_the_calendar():
    year = dates.day_number(dates.date(2026, 1, 1))
    sent = list(dates.mailings_between(year, year + 365))
    assert [dates.day_of(mailing.day).month for mailing in sent] == [3, 4, 6, 9, 10]
    assert len({mailing.mailing_id for mailing in sent}) == 5
    assert sum(dates.is_discounted(day) for day in range(year, year + 365)) == 49


def test_area_under_the_curve_counts_ties_by_half_and_needs_both_classes():
    happened = np.array([True, True, False, False])
    assert area_under_curve(np.array([0.9, 0.4, 0.4, 0.1]), happened) == pytest.approx(0.875)
    with pytest.raises(FailNowError):
        area_under_curve(np.zeros(4), np.zeros(4, dtype=bool))
