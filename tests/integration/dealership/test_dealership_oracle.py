"""The stored truth is calibrated, and better than what a sales person would guess by."""

import numpy as np
import pytest

from mkt_pipeline.errors import BadInputError
from mkt_pipeline.samples.dealership import advance, oracle
from mkt_pipeline.samples.dealership.oracle import area_under_curve

LAST_TARGET = {
    "vehicle_purchase": "SELECT person_id, max(sold_at) FROM dealership.sales"
    " WHERE state = 'confirmed' AND sold_at < %s GROUP BY person_id",
    "service_visit": "SELECT person_id, max(visited_at) FROM dealership.service_visits"
    " WHERE state = 'done' AND visited_at < %s GROUP BY person_id",
}
WEB = (
    "SELECT person_id, max(visited_at) FROM dealership.web_visits WHERE visited_at < %s"
    " GROUP BY person_id"
)
HAPPENED = {
    "vehicle_purchase": "SELECT DISTINCT person_id FROM dealership.sales"
    " WHERE state = 'confirmed' AND sold_at >= %s AND sold_at < %s::date + 90",
    "service_visit": "SELECT DISTINCT person_id FROM dealership.service_visits"
    " WHERE state = 'done' AND visited_at >= %s AND visited_at < %s::date + 60",
}


@pytest.mark.parametrize("use_case", LAST_TARGET)
def test_the_truth_is_calibrated(dealership, use_case):
    measured = oracle(dealership, use_case)
    spread = np.sqrt(measured.base_rate * (1 - measured.base_rate) / measured.customers)
    assert abs(measured.mean_probability - measured.base_rate) < 3.5 * spread


@pytest.mark.parametrize(
    ("use_case", "lowest", "highest"),
    [("vehicle_purchase", 0.80, 0.92), ("service_visit", 0.77, 0.87)],
)
def test_the_truth_separates_as_documented(dealership, use_case, lowest, highest):
    assert lowest < oracle(dealership, use_case).auc_of_truth < highest


@pytest.mark.parametrize("use_case", LAST_TARGET)
def test_the_truth_beats_recency(ask, dealership, use_case):
    measured = oracle(dealership, use_case)
    query = """SELECT customer_id::integer FROM dealership_truth.probabilities
        WHERE use_case = %s AND as_of = %s ORDER BY 1"""
    people = [person for (person,) in ask(dealership, query, (use_case, measured.as_of))]
    day = measured.as_of
    bought = {person for (person,) in ask(dealership, HAPPENED[use_case], (day, day))}
    happened = np.array([person in bought for person in people])
    for rule in (LAST_TARGET[use_case], WEB):
        last = {p: at.timestamp() for p, at in ask(dealership, rule, (day,))}
        recency = np.array([last.get(person, 0.0) for person in people])
        naive = area_under_curve(recency, happened)
        assert max(naive, 1 - naive) < measured.auc_of_truth - 0.02


def test_the_end_of_the_history_can_be_measured_once_its_window_has_closed(ask, copy_of_dealership):
    url = copy_of_dealership()
    first = oracle(url, "service_visit").as_of
    advance(url=url, days=60)
    later = oracle(url, "service_visit")
    assert (later.as_of - first).days == 60
    assert later.auc_of_truth > 0.75
    assert abs(later.mean_probability / later.base_rate - 1) < 0.2


def test_an_unknown_use_case_is_refused(dealership):
    with pytest.raises(BadInputError, match="no truth"):
        oracle(dealership, "repeat_purchase")
