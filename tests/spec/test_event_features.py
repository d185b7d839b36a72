"""Interactions, consents, texts and the customer's own row."""

import math

import pytest

from .text_tables import features, of_ann, use_case

PRODUCTS = "product_id category\nsaloon car\noil service"
EVENTS = """
occurred_at  channel   kind   product_id  campaign_id
2026-01-30   web       visit  saloon      -
2026-01-20   web       visit  oil         spring
2025-11-20   showroom  visit  -           -
2025-06-01   showroom  visit  saloon      autumn
"""


@pytest.mark.parametrize(
    ("feature", "value"),
    [
        ("days_since_last_interaction", 1),
        ("interactions_30d", 2),
        ("interactions_90d", 3),
        ("target_interest_30d", 1),
        ("target_interest_90d", 1),
        ("days_since_visit", 1),
        ("visit_30d", 2),
        ("visit_90d", 3),
        ("days_since_test_drive", None),
        ("test_drive_90d", 0),
        ("channel_web_90d", 2),
        ("channel_showroom_90d", 1),
        ("days_since_campaign", 11),
        ("campaign_interactions_90d", 1),
    ],
)
def test_features_of_interactions(feature, value):
    assert of_ann(products=PRODUCTS, interactions=EVENTS)[feature] == value


@pytest.mark.parametrize(
    ("consents", "allowed"),
    [
        ("channel effective_at\nemail 2026-01-01", 1),
        ("channel effective_at status\nemail 2026-01-01 withdrawn", 0),
        ("channel effective_at status\nemail 2026-01-01 granted\nemail 2026-01-02 withdrawn", 0),
        ("channel effective_at status\nemail 2026-01-02 granted\nemail 2026-01-01 withdrawn", 1),
        ("channel effective_at\nsms 2026-01-01", None),
        ("channel effective_at\nemail 2026-02-01", None),
    ],
)
def test_the_newest_consent_before_the_day_counts_and_none_is_unknown(consents, allowed):
    assert of_ann(consents=consents)["consent_email"] == allowed


def test_features_of_texts():
    texts = """
    customer_id  written_at  rating
    ann          2026-01-21  4
    ann          2025-06-01  2
    -            2026-01-30  1
    """
    found = of_ann(texts=texts)
    assert (found["days_since_last_text"], found["texts_90d"], found["mean_rating"]) == (10, 1, 3)


def test_features_of_the_profile():
    customers = """
    customer_id  created_at  birth_year  gender  region  acquisition_channel  attr_size  attr_fleet
    ann          2026-01-01  1990        f       north   web                  2.5        big
    """
    found = of_ann(customers=customers)
    assert (found["tenure_days"], found["age_years"]) == (30, 36)
    assert (found["gender"], found["region"], found["country"]) == ("f", "north", None)
    assert (found["attr_size"], found["attr_fleet"]) == (2.5, "big")
    assert found["season_sine"] == pytest.approx(math.sin(2 * math.pi * 31 / 365.25))


def test_only_active_customers_created_before_the_day_are_eligible():
    customers = """
    customer_id  created_at        is_active
    ann          2026-01-30T23:59  yes
    bob          2026-01-30        no
    eve          2026-01-31        yes
    """
    assert set(features(customers=customers)) == {"ann"}


def test_a_use_case_may_ask_for_tenure_and_for_recent_orders():
    customers = """
    customer_id  created_at
    ann          2025-01-01
    bob          2026-01-20
    eve          2025-01-01
    """
    orders = """
    customer_id  ordered_at
    ann          2025-12-01
    bob          2026-01-25
    eve          2025-02-01
    """
    tenure = use_case(eligibility={"min_tenure_days": 30})
    recent = use_case(eligibility={"ordered_within_days": 90})
    assert set(features(case=tenure, customers=customers, orders=orders)) == {"ann", "eve"}
    assert set(features(case=recent, customers=customers, orders=orders)) == {"ann", "bob"}
