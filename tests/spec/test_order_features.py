import pytest

from .text_tables import of_ann

PRODUCTS = """
product_id  category
saloon      car
estate      car
oil         service
"""
ORDERS = """
order_line_id  order_id  product_id  ordered_at        amount  status
1              a         saloon      2025-11-02        900     confirmed
2              a         oil         2025-11-02        50      confirmed
3              b         oil         2026-01-01        70.5    confirmed
4              c         oil         2026-01-21        30      confirmed
5              d         estate      2026-01-26        1000    quote
6              e         oil         2026-01-27        20      cancelled
7              f         oil         2026-01-28        -50     returned
"""


@pytest.mark.parametrize(
    ("feature", "value"),
    [
        ("days_since_last_order", 10),
        ("days_since_first_order", 90),
        ("orders_30d", 2),
        ("orders_90d", 3),
        ("amount_30d", 100.5),
        ("amount_90d", 1050.5),
        ("orders_trend", 3),
        ("amount_trend", 1050.5),
        ("orders_total", 3),
        ("amount_per_order", 1050.5 / 3),
        ("days_between_orders", 40),
        ("order_overdue", 0.25),
        ("products_bought", 2),
        ("categories_bought", 2),
        ("returns_total", 1),
        ("campaign_orders_total", 0),
        ("days_since_last_target", 90),
        ("target_orders_total", 1),
        ("last_target_amount", 900),
        ("orders_in_car", 1),
        ("orders_in_service", 3),
        ("days_since_order_in_car", 90),
        ("days_since_order_in_service", 10),
        ("days_since_last_quote", 5),
        ("quotes_30d", 1),
        ("quotes_90d", 1),
        ("open_quotes", 1),
    ],
)
def test_features_of_a_customer_with_orders(feature, value):
    assert of_ann(products=PRODUCTS, orders=ORDERS)[feature] == pytest.approx(value)


@pytest.mark.parametrize(
    ("feature", "value"),
    [
        ("orders_30d", 0),
        ("amount_90d", 0),
        ("orders_total", 0),
        ("days_since_last_order", None),
        ("days_between_orders", None),
        ("amount_per_order", None),
        ("days_since_last_target", None),
        ("quotes_30d", 0),
    ],
)
def test_counts_of_a_customer_without_orders_are_zero_and_times_unknown(feature, value):
    assert of_ann()[feature] == value


def test_one_order_has_no_rhythm():
    found = of_ann(orders="ordered_at\n2026-01-01")
    assert (found["days_between_orders"], found["order_overdue"]) == (None, None)


def test_a_window_begins_so_many_days_before_the_day_and_ends_before_it():
    orders = "ordered_at\n2026-01-01\n2025-12-31\n2026-01-30T23:59\n2026-01-31"
    found = of_ann(orders=orders)
    assert (found["orders_30d"], found["orders_90d"]) == (2, 3)


def test_a_quote_before_the_last_purchase_of_its_kind_is_not_open():
    orders = """
    product_id  ordered_at  status
    saloon      2026-01-10  quote
    saloon      2026-01-20  confirmed
    """
    assert of_ann(products=PRODUCTS, orders=orders)["open_quotes"] == 0


def test_an_order_that_a_campaign_brought():
    assert of_ann(orders="ordered_at campaign_id\n2026-01-10 spring")["campaign_orders_total"] == 1


def test_money_is_summed_as_decimals_whatever_the_order_of_rows():
    amounts = ["0.1", "0.2", "0.3", "1000000000.01"]
    lines = ["ordered_at amount", *(f"2026-01-10 {a}" for a in amounts)]
    turned = [lines[0], *reversed(lines[1:])]
    one, other = of_ann(orders="\n".join(lines)), of_ann(orders="\n".join(turned))
    assert one["amount_30d"] == other["amount_30d"] == 1000000000.61
