"""A real Odoo 17 database: the totals to the cent, and what a day changes."""

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pyarrow.compute as pc
import pytest

from mkt_pipeline.contracts.entities import ENTITIES
from mkt_pipeline.crm.check import check_source
from mkt_pipeline.crm.database import Crm
from mkt_pipeline.crm.source_folder import load_source

SOURCE = Path(__file__).resolve().parents[2] / "sources" / "odoo17"


def everything(url):
    source = load_source(SOURCE)
    with Crm(url).snapshot() as snapshot:
        return {
            name: snapshot.read(ENTITIES[name], query).read_all()
            for name, query in source.queries.items()
        }


def pairs(table, key, value):
    return dict(zip(table[key].to_pylist(), table[value].to_pylist(), strict=True))


@pytest.fixture(scope="module")
def day1(odoo):
    return everything(odoo["day1"])


@pytest.fixture(scope="module")
def day2(odoo):
    return everything(odoo["day2"])


@pytest.mark.parametrize(
    ("status", "orders", "lines", "amount"),
    [
        ("confirmed", 3_920, 6_996, "7312366.27"),
        ("cancelled", 490, 869, "923655.83"),
        ("quote", 605, 1_061, "1112575.42"),
    ],
)
def test_the_totals_equal_the_truth_to_the_cent(day1, status, orders, lines, amount):
    rows = day1["orders"].filter(pc.equal(day1["orders"]["status"], status))
    assert rows.num_rows == lines
    assert pc.count_distinct(rows["order_id"]).as_py() == orders
    assert pc.sum(rows["amount"]).as_py() == Decimal(amount)


def test_customers_are_those_who_can_buy(day1):
    customers, orders = day1["customers"], day1["orders"]
    confirmed = orders.filter(pc.equal(orders["status"], "confirmed"))
    buyers = set(confirmed["customer_id"].to_pylist())
    assert customers.num_rows == 2_557
    assert len(set(customers["customer_id"].to_pylist()) - buyers) == 1_379
    assert pc.sum(pc.invert(customers["is_active"])).as_py() == 63


def test_archived_customers_and_products_keep_their_orders(day1):
    customers, orders, products = day1["customers"], day1["orders"], day1["products"]
    archived = customers.filter(pc.invert(customers["is_active"]))["customer_id"]
    gone = products.filter(pc.invert(products["is_active"]))["product_id"]
    of_archived = orders.filter(pc.is_in(orders["customer_id"], archived))
    with_gone = orders.filter(pc.is_in(orders["product_id"], gone))
    assert pc.count_distinct(of_archived["order_id"]).as_py() == 77
    assert pc.count_distinct(with_gone["order_id"]).as_py() == 1_149


def test_who_is_out_of_each_channel(day1):
    consents = day1["consents"].select(["channel", "status"]).to_pylist()
    counted = Counter((row["channel"], row["status"]) for row in consents)
    assert counted[("email", "withdrawn")] == 209
    assert counted[("sms", "withdrawn")] == 60


def test_nothing_in_any_column_is_an_address_or_a_number(day1):
    for table in day1.values():
        texts = [c for c in table.columns if str(c.type) == "string"]
        assert not any(pc.any(pc.match_substring(c, "@")).as_py() for c in texts)
        assert not any(
            pc.any(pc.match_substring_regex(c, r"^\+?[0-9 ()/-]{8,}$")).as_py() for c in texts
        )


def test_interactions_hold_events_and_not_what_became_of_them(day1):
    kinds = Counter(day1["interactions"]["kind"].to_pylist())
    assert set(kinds) == {
        "lead",
        "mailing_sent",
        "mailing_opened",
        "mailing_clicked",
        "mailing_replied",
        "meeting",
        "message_received",
        "message_sent",
    }
    assert kinds["lead"] == 433


def test_no_lead_counts_before_its_customer_was_known(day1):
    created = pairs(day1["customers"], "customer_id", "created_at")
    leads = day1["interactions"].filter(pc.equal(day1["interactions"]["kind"], "lead"))
    assert all(row["occurred_at"] >= created[row["customer_id"]] for row in leads.to_pylist())


def test_the_check_finds_no_error(odoo):
    report = check_source(Crm(odoo["day1"]), load_source(SOURCE))
    assert [p for p in report.problems() if p.severity == "error"] == []
    assert {e.entity: e.rows for e in report.entities}["customers"] == 2_557


@pytest.fixture(scope="module")
def truth(shared_data):
    return json.loads((shared_data / "odoo17" / "day2_truth.json").read_text())


def owners(orders):
    return pairs(orders, "order_id", "customer_id")


def test_a_day_later_deleted_orders_and_merged_customers_are_gone(day1, day2, truth):
    before, after = owners(day1["orders"]), owners(day2["orders"])
    assert {int(order) for order in before.keys() - after.keys()} == set(
        truth["hard_deleted_orders"]
    )
    customers = set(day2["customers"]["customer_id"].to_pylist())
    assert not customers & {str(merge["gone"]) for merge in truth["merged"]}


def test_orders_of_merged_customers_are_found_by_content_though_no_time_moved(day1, day2, truth):
    before, after = owners(day1["orders"]), owners(day2["orders"])
    for merge in truth["merged"]:
        for order in map(str, merge["orders_reassigned_without_write_date"]):
            assert after[order] == str(merge["kept"])
            assert before.get(order, str(merge["gone"])) == str(merge["gone"])


def test_a_blacklisting_and_its_end_are_seen_in_the_consents(day1, day2, truth):
    def standing(tables):
        return pairs(tables["consents"], "consent_id", "status")

    after = standing(day2)
    out = [after[f"{customer}-email"] for customer in truth["email_blacklisted"]]
    assert out == ["withdrawn"] * len(truth["email_blacklisted"])
    returned = [k for k, v in standing(day1).items() if v == "withdrawn" and after.get(k) != v]
    assert returned
