"""What the parts of a night are handed, and what is said where there are none."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "dags"))

from mkt_airflow.parts import plan_of, tasks_of
from mkt_pipeline.errors import BadInputError, FailNowError

PLANS = [{"use_case": "buys", "parts": 2}, {"use_case": "visits", "parts": 1}]


def test_all_use_cases_are_in_one_list_part_by_part():
    found = [(one["use_case"], one["part"], one["plan"]["parts"]) for one in tasks_of(PLANS)]
    assert found == [("buys", 1, 2), ("buys", 2, 2), ("visits", 1, 1)]


def test_more_parts_than_airflow_maps_are_refused_before_any_is_scored():
    assert len(tasks_of([{"use_case": "u", "parts": 1024}])) == 1024
    with pytest.raises(BadInputError, match=r"1,025 parts.*lower MKT_SCORE_PARTS"):
        tasks_of([{"use_case": "u", "parts": 1025}])


def test_a_use_case_without_a_plan_is_told():
    assert plan_of(PLANS, "visits") == PLANS[1]
    with pytest.raises(FailNowError, match="buys_cars was not planned"):
        plan_of(PLANS, "buys_cars")
