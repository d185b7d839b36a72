"""Which customer is in which segment, as tables that can be read."""

import numpy as np
import pandas as pd
import pytest

from mkt_pipeline.contracts.use_case import Capacity, Thresholds
from mkt_pipeline.errors import DataRefusedError
from mkt_pipeline.segments.rule import assign, ranks

THRESHOLDS = Thresholds(high=0.6, medium=0.2)

SPECS = {
    "a propensity that equals a threshold reaches it": (
        THRESHOLDS,
        """
        a | 0.61 | high
        b | 0.60 | high
        c | 0.59 | medium
        d | 0.20 | medium
        e | 0.19 | low
        f | 0.00 | low
        """,
    ),
    "capacity takes the best, whatever order they come in": (
        Capacity(rule="capacity", high=1, medium=2),
        """
        a | 0.10 | medium
        b | 0.90 | high
        c | 0.05 | low
        d | 0.30 | medium
        """,
    ),
    "capacity is exact among equals, and the smaller id goes first": (
        Capacity(rule="capacity", high=2, medium=1),
        """
        d | 0.5 | low
        b | 0.5 | high
        c | 0.5 | medium
        a | 0.5 | high
        """,
    ),
    "ids are compared as text": (
        Capacity(rule="capacity", high=1, medium=1),
        """
        9  | 0.5 | low
        10 | 0.5 | high
        2  | 0.5 | medium
        """,
    ),
    "capacity beyond the customers makes all of them high": (
        Capacity(rule="capacity", high=5, medium=5),
        """
        a | 0.0 | high
        b | 1.0 | high
        """,
    ),
}


def parsed(text: str) -> pd.DataFrame:
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    return pd.DataFrame(lines, columns=["customer_id", "propensity", "segment"])


@pytest.mark.parametrize("title", SPECS)
def test_segments(title: str):
    rule, text = SPECS[title]
    table = parsed(text)
    segments = assign(
        propensities=table["propensity"].astype(float),
        customer_ids=table["customer_id"],
        rule=rule,
    )
    assert segments.tolist() == table["segment"].tolist()


def test_nobody_is_in_no_segment():
    nobody = np.array([], dtype=object)
    assert assign(propensities=nobody, customer_ids=nobody, rule=THRESHOLDS).tolist() == []
    capacity = Capacity(rule="capacity", high=1, medium=1)
    assert assign(propensities=nobody, customer_ids=nobody, rule=capacity).tolist() == []


def test_ranks_count_from_the_best():
    places = ranks(propensities=np.array([0.1, 0.9, 0.1]), customer_ids=np.array(["b", "c", "a"]))
    assert places.tolist() == [3, 1, 2]


@pytest.mark.parametrize("wrong", [float("nan"), -0.1, 1.1])
def test_what_is_no_probability_is_refused(wrong: float):
    with pytest.raises(DataRefusedError, match="1 of 2 propensities"):
        assign(
            propensities=np.array([0.5, wrong]),
            customer_ids=np.array(["a", "b"]),
            rule=THRESHOLDS,
        )


def test_a_customer_without_an_id_is_refused():
    with pytest.raises(DataRefusedError, match="customer id is missing"):
        ranks(propensities=np.array([0.5]), customer_ids=np.array([None]))
