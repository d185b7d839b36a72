"""Columns and rows against the contract."""

import pytest

from mkt_pipeline.contracts.source import EntityReading
from mkt_pipeline.crm.check import check_source
from mkt_pipeline.crm.database import Crm

from .shop import CONSENTS, CUSTOMERS, ORDERS, execute, problems, source


def test_a_sound_source_is_usable_and_its_rows_and_newest_update_are_told(shop):
    report = check_source(Crm(shop), source())
    assert report.is_usable
    facts = {e.entity: (e.rows, e.newest_update and e.newest_update.day) for e in report.entities}
    assert facts == {"customers": (20, 21), "products": (2, None), "orders": (100, 1)}
    assert all(column.fits for entity in report.entities for column in entity.columns)


def test_all_columns_that_do_not_fit_are_named_not_only_the_first(shop):
    query = ORDERS.replace("line::text AS order_id", "line AS order_id").replace(
        "sku AS product_id,", ""
    )
    found = problems(shop, source(orders=query))
    assert [p.problem for p in found] == [
        "orders.order_id is integer, the contract wants text",
        "orders.product_id (text) is not in the query",
    ]
    assert found[0].remedy == "write order_id::text"


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE sold SET line = 2 WHERE line < 4", "orders.order_line_id repeats in 3 rows"),
        ("UPDATE sold SET at = NULL WHERE line < 4", "orders.ordered_at is missing in 3 of 100"),
        ("UPDATE sold SET person = 99", "orders.customer_id points nowhere in 100 of 100"),
        ("UPDATE sold SET sku = 'z' WHERE sku > ''", "product_id points nowhere in 100 of 100"),
        (
            "UPDATE sold SET state = 'lost' WHERE line = 1",
            "orders.status holds unknown values in 1 of 100 rows: 'lost'",
        ),
        (
            "UPDATE sold SET at = 'infinity' WHERE line = 1",
            "ordered_at cannot be read in 1 of",
        ),
        ("UPDATE sold SET paid = 1e20 WHERE line = 1", "orders.amount cannot be read in 1 of 100"),
        ("DELETE FROM sold", "orders reads zero rows"),
        ("ALTER TABLE sold RENAME paid TO price", 'column "paid" does not exist'),
        ("DROP TABLE sold", 'relation "sold" does not exist'),
    ],
)
def test_what_is_wrong_with_the_rows_is_an_error_with_a_remedy(shop, statement, problem):
    execute(shop, statement)
    found = problems(shop)
    assert any(problem in each.problem for each in found), found
    assert all(each.remedy for each in found)


def test_a_table_that_breaks_leaves_the_other_entities_checked(shop):
    execute(shop, "DROP TABLE sold")
    report = check_source(Crm(shop), source())
    rows = {entity.entity: entity.rows for entity in report.entities}
    assert rows == {"customers": 20, "products": 2, "orders": None}


def test_bad_rows_within_the_limit_of_the_source_are_only_a_warning(shop):
    execute(shop, "UPDATE sold SET at = NULL WHERE line = 1")
    lenient = source().model_copy(update={"quarantine_limit": 0.01})
    assert problems(shop, lenient) == []
    assert "missing in 1" in problems(shop, lenient, severity="warning")[0].problem


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE sold SET person = 99 WHERE line < 4", "customer_id points nowhere in 3 of 100"),
        (
            "UPDATE sold SET sku = CASE line WHEN 1 THEN 'z' WHEN 2 THEN 'a' END",
            "orders.product_id points nowhere in 1 of 2 rows",
        ),
        (
            "UPDATE sold SET at = now() + interval '1d' WHERE line < 3",
            "orders.ordered_at lies in the future in 2 of 100 rows",
        ),
        ("UPDATE people SET since = '2099-01-01Z' WHERE id = 1", "customers.created_at lies in"),
        (
            "UPDATE people SET town = '2090' WHERE id = 1",
            "customers.birth_year lies in the future in 1 of 20 rows",
        ),
    ],
)
def test_what_a_night_reads_as_it_is_is_only_a_warning(shop, statement, problem):
    execute(shop, statement)
    born = "CASE town WHEN '2090' THEN 2090 ELSE 1990 END AS birth_year"
    given = source(customers=CUSTOMERS.replace("NULL::integer AS birth_year", born))
    found = [each.problem for each in problems(shop, given, severity="warning")]
    assert any(problem in each for each in found), found
    assert problems(shop, given) == []


def test_rows_that_break_different_rules_count_together_and_each_once(shop):
    """As a night counts them, so that neither says that all is well where the other stops."""
    execute(
        shop,
        "UPDATE sold SET state = 'lost' WHERE line IN (1, 2)",
        "UPDATE sold SET at = NULL, paid = 'NaN' WHERE line IN (2, 3)",
        "UPDATE sold SET line = 5 WHERE line IN (3, 4)",
    )
    # 1 and 2; three rows of the key 5, one of which breaks other rules as well.
    for limit, errors in ((0.05, 0), (0.049, 1)):
        given = source().model_copy(update={"quarantine_limit": limit})
        assert len(found := problems(shop, given)) == errors, found
        warned = [each.problem for each in problems(shop, given, severity="warning")]
        assert any("repeats in 3 rows" in each for each in warned)
    assert "together 5 of 100 rows would be set aside, more than 4.90%" in found[0].problem


def test_the_limit_of_an_entity_goes_before_that_of_the_source(shop):
    execute(shop, "UPDATE sold SET state = 'lost' WHERE line = 1")
    lenient = EntityReading(quarantine_limit=0.01)
    given = source().model_copy(update={"reading": {"orders": lenient}})
    assert problems(shop, given) == []
    assert "unknown values in 1 of" in problems(shop, given, severity="warning")[0].problem


def test_zero_rows_are_an_error_unless_the_source_allows_them(shop):
    assert "consents reads zero rows" in problems(shop, source(consents=CONSENTS))[0].problem
    assert problems(shop, source(consents=CONSENTS, may_be_empty=["consents"])) == []


def test_an_update_in_the_future_hints_at_local_time(shop):
    execute(shop, "UPDATE sold SET at = now() + interval '5 hours'")
    assert "in the future" in problems(shop, severity="warning")[0].problem


def test_an_attribute_with_too_many_values_is_no_category(shop):
    execute(shop, "INSERT INTO people SELECT n, now(), n::text FROM generate_series(21, 999) AS n")
    query = CUSTOMERS.replace("FROM people", ", email AS attr_mail, id AS attr_id FROM people")
    found = problems(shop, source(customers=query), severity="warning")
    assert "customers.attr_mail has 980 different texts" in [p.problem for p in found]
