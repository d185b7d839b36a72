"""BG/NBD and gamma-gamma beside published figures and beside customers who live by them."""

import numpy as np
import pytest

from bench.quality.bg_nbd import BgNbd, GammaGamma, Purchases, fit_bg_nbd, fit_gamma_gamma

CDNOW = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
"""Fader, Hardie and Lee (2005), table 2: the CDNOW customers, time in weeks."""


def one(repeats, last, age):
    return Purchases(np.array([repeats]), np.array([last]), np.array([age]))


def test_expected_purchases_are_those_published_for_a_cdnow_customer():
    # Fader and Hardie, Implementing the BG/NBD model in Excel: customer 0001, 39 weeks ahead.
    found = CDNOW.expected_purchases(one(2.0, 30.43, 38.86), 39.0)
    assert found == pytest.approx([1.226], abs=5e-4)


def lived(model, customers, seed):
    """Customers who buy and drop out as the model says, seen for 20 to 39 weeks, and 13 more."""
    rng = np.random.default_rng(seed)
    rate = rng.gamma(model.r, 1 / model.alpha, customers)
    leaves = rng.beta(model.a, model.b, customers)
    age = rng.uniform(20, 39, customers)
    repeats, last, later = np.zeros(customers), np.zeros(customers), np.zeros(customers, bool)
    for who in range(customers):
        at, alive = 0.0, True
        while alive:
            at += rng.exponential(1 / rate[who])
            if at > age[who] + 13:
                break
            if at > age[who]:
                later[who] = True
                break
            repeats[who], last[who] = repeats[who] + 1, at
            alive = rng.random() > leaves[who]
    return Purchases(repeats, last, age), later


def test_the_parameters_of_simulated_customers_are_found_again():
    true = BgNbd(r=0.8, alpha=6.0, a=0.9, b=2.5)
    seen, _ = lived(true, 8_000, seed=1)
    found = fit_bg_nbd(seen)
    assert found.log_likelihood(seen) >= true.log_likelihood(seen)
    assert found.r / found.alpha == pytest.approx(true.r / true.alpha, rel=0.15)
    assert found.a / (found.a + found.b) == pytest.approx(true.a / (true.a + true.b), rel=0.15)


def test_as_many_buy_within_a_quarter_as_the_model_says():
    true = BgNbd(r=0.8, alpha=6.0, a=0.9, b=2.5)
    seen, later = lived(true, 8_000, seed=2)
    told = true.buys_within(seen, 13.0)
    for part in (told < np.median(told), told >= np.median(told)):
        assert told[part].mean() == pytest.approx(later[part].mean(), abs=0.02)


def test_the_amounts_of_simulated_customers_are_found_again():
    rng = np.random.default_rng(3)
    true = GammaGamma(p=6.0, q=4.0, gamma=15.0)
    repeats = rng.integers(0, 12, 6_000).astype(float)
    nu = rng.gamma(true.q, 1 / true.gamma, len(repeats))
    shape = np.where(repeats > 0, true.p * repeats, 1.0)
    mean = np.where(repeats > 0, rng.gamma(shape, 1 / nu) / np.maximum(repeats, 1), 0.0)
    found = fit_gamma_gamma(repeats, mean)
    population = true.p * true.gamma / (true.q - 1)
    assert found.p * found.gamma / (found.q - 1) == pytest.approx(population, rel=0.05)
    told = true.expected_amount(repeats, mean)
    off = np.abs(found.expected_amount(repeats, mean) / told - 1)
    assert off.mean() < 0.04
