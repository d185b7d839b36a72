"""What is known only later changes no feature of an earlier day."""

import pytest

from mkt_pipeline.errors import TrainingRefusedError
from mkt_pipeline.features.labels import target_customers

from .text_tables import as_of, features, of_ann, timelines, use_case

PRODUCTS = "product_id category\nsaloon car\noil service"


def test_the_newest_version_known_before_the_day_counts():
    orders = """
    order_line_id  ordered_at  known_at    amount  status
    1              2026-01-10  2026-01-10  10      confirmed
    1              2026-01-10  2026-01-20  10      cancelled
    """
    assert of_ann("2026-01-20", orders=orders)["orders_30d"] == 1
    assert of_ann("2026-01-21", orders=orders)["orders_30d"] == 0


def test_of_two_versions_known_at_once_the_one_appended_later_counts():
    orders = """
    order_line_id  ordered_at  known_at    amount
    1              2026-01-10  2026-01-10  10
    1              2026-01-10  2026-01-10  99
    """
    assert of_ann(orders=orders)["amount_30d"] == 99


def test_an_order_that_became_known_late_is_not_there_before():
    orders = "ordered_at known_at\n2026-01-10 2026-01-20"
    assert of_ann("2026-01-20", orders=orders)["orders_30d"] == 0
    assert of_ann("2026-01-21", orders=orders)["orders_30d"] == 1


def test_a_tombstone_ends_a_row_and_a_customer():
    customers = """
    customer_id  created_at  known_at    is_deleted
    ann          2025-01-01  2025-01-01  no
    ann          2025-01-01  2026-01-20  yes
    """
    assert set(features("2026-01-20", customers=customers)) == {"ann"}
    assert set(features("2026-01-21", customers=customers)) == set()


def test_a_row_that_comes_back_after_its_tombstone_counts_again():
    orders = """
    order_line_id  ordered_at  known_at    is_deleted
    1              2026-01-02  2026-01-02  no
    1              2026-01-02  2026-01-10  yes
    1              2026-01-02  2026-01-20  no
    """
    counts = [of_ann(f"2026-01-{day}", orders=orders)["orders_30d"] for day in (10, 11, 21)]
    assert counts == [1, 0, 1]


def happened(day, known, orders, **changes):
    logs = timelines(products=PRODUCTS, orders=orders)
    found = target_customers(
        logs, use_case=use_case(**changes), as_of=as_of(day), known=as_of(known)
    )
    return sorted(row["customer_id"] for row in found.to_pyarrow().to_pylist())


LABELS = """
customer_id  product_id  ordered_at        status
ann          saloon      2026-01-31        confirmed
bob          saloon      2026-03-01T23:59  confirmed
cat          saloon      2026-03-02        confirmed
dan          oil         2026-02-10        confirmed
eve          saloon      2026-02-10        quote
fay          saloon      2026-01-30T23:59  confirmed
"""


def test_a_label_window_begins_on_the_day_and_ends_before_the_day_after_the_horizon():
    assert happened("2026-01-31", "2026-03-31", LABELS) == ["ann", "bob"]


def test_a_gap_moves_the_label_window():
    assert happened("2026-01-31", "2026-03-31", LABELS, gap_days=5) == ["bob", "cat"]


def test_without_categories_every_order_of_the_status_counts():
    found = happened("2026-01-31", "2026-03-31", LABELS, target={"status": "confirmed"})
    assert found == ["ann", "bob", "dan"]


def test_outcomes_are_read_as_known_at_the_day_of_training():
    late = "product_id ordered_at known_at\nsaloon 2026-02-01 2026-03-15"
    assert happened("2026-01-31", "2026-03-10", late) == []
    assert happened("2026-01-31", "2026-03-20", late) == ["ann"]


def test_a_window_that_is_not_closed_is_refused():
    with pytest.raises(TrainingRefusedError, match="closes on 2026-03-02, after 2026-03-01"):
        happened("2026-01-31", "2026-03-01", LABELS)
