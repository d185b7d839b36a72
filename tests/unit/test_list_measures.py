"""Measures of lists against numbers worked out by hand."""

from math import log2

import numpy as np
import pytest
from scipy import sparse

from mkt_pipeline.segments.list_measures import coverage, measures, ndcg, recall

BOUGHT = sparse.csr_matrix(
    np.array(
        [
            [1, 0, 0, 0, 0],  # one purchase
            [1, 1, 0, 0, 0],  # two
            [1, 1, 1, 1, 0],  # more than a list holds
            [0, 0, 0, 0, 1],
        ],
        dtype=np.float32,
    )
)
LISTS = np.array([[2, 0, 3], [0, 2, 1], [3, 4, 0], [0, -1, -1]])
"""Hits: second place; first and third; first and third; none, and a list of one."""

BEST = [1.0, 1 + 1 / log2(3), 1 + 1 / log2(3) + 1 / 2]
"""What the best list gains with one, two and three hits."""


def test_recall_is_the_share_of_what_a_list_could_find():
    assert recall(LISTS, BOUGHT).tolist() == pytest.approx([1, 2 / 2, 2 / 3, 0])


def test_ndcg_counts_places_and_is_one_for_the_best_list():
    expected = [(1 / log2(3)) / BEST[0], 1.5 / BEST[1], 1.5 / BEST[2], 0]
    assert ndcg(LISTS, BOUGHT).tolist() == pytest.approx(expected)
    best = np.array([[0, 2, 3], [1, 0, 4], [3, 0, 1], [4, -1, -1]])
    assert ndcg(best, BOUGHT).tolist() == pytest.approx([1] * 4)


def test_a_place_that_is_empty_is_no_hit_though_its_number_is_a_product_from_the_end():
    empty = np.full((4, 3), -1)
    assert {name: values.tolist() for name, values in measures(empty, BOUGHT).items()} == {
        "ndcg": [0] * 4,
        "recall": [0] * 4,
    }


def test_coverage_is_the_share_of_products_that_somebody_who_counts_is_offered():
    everybody, two = np.ones(4), np.array([0, 3.0, 0, 1.0])
    assert coverage(LISTS, candidates=5, weight=everybody) == 1.0
    assert coverage(LISTS, candidates=5, weight=two) == pytest.approx(3 / 5)
    assert coverage(LISTS, candidates=10, weight=everybody) == pytest.approx(5 / 10)
