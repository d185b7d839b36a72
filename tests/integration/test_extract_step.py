"""A night of several entities: nothing is committed before all are checked."""

from datetime import date

import psycopg2
import pytest

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.entities import ENTITIES
from mkt_pipeline.contracts.source import Source
from mkt_pipeline.crm.database import Crm
from mkt_pipeline.errors import DataRefusedError, SourceBrokenError
from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.steps.extract import extract_changes

CUSTOMERS = """
SELECT code AS customer_id, since AS created_at, NULL::timestamptz AS updated_at,
       true AS is_active, NULL::integer AS birth_year, NULL::text AS gender, NULL::text AS city,
       NULL::text AS region, NULL::text AS country, NULL::text AS acquisition_channel,
       spare AS attr_spare
FROM person
"""
PRODUCTS = """
SELECT code AS product_id, code AS name, NULL::text AS category, price, true AS is_active,
       NULL::timestamptz AS updated_at
FROM article
"""
TABLES = """
CREATE TABLE person AS
    SELECT 'p' || n AS code, '2026-01-01Z'::timestamptz AS since, n::float8 AS spare
    FROM generate_series(1, 100) AS n;
CREATE TABLE article AS SELECT 'a' || n AS code, n::numeric AS price
    FROM generate_series(1, 100) AS n;
"""
FIRST, SECOND = AsOf(date(2026, 3, 1)), AsOf(date(2026, 3, 2))


@pytest.fixture
def crm(database_url):
    connection = psycopg2.connect(database_url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        yield cursor
    connection.close()


@pytest.fixture
def lake(tmp_path):
    return Lake(str(tmp_path / "lake"), "shop", "UTC", tmp_path / "scratch", "500MB", 2)


@pytest.fixture
def night(crm, lake, database_url):
    def go(as_of, *, dry_run=False, **queries):
        source = Source(
            name="shop",
            description="A shop",
            currency="EUR",
            quarantine_limit=0.05,
            queries={"customers": CUSTOMERS, "products": PRODUCTS, **queries},
        )
        return extract_changes(
            crm=Crm(database_url), lake=lake, source=source, as_of=as_of, dry_run=dry_run
        )

    return go


def quarantined(lake, entity):
    with lake.session() as session:
        rows = lake.quarantined(session, entity)
        return [] if rows is None else rows.to_pyarrow().to_pylist()


def test_an_entity_that_is_refused_keeps_those_before_it_out_of_the_lake(crm, lake, night):
    crm.execute("UPDATE article SET code = NULL WHERE price < 20")
    with pytest.raises(DataRefusedError, match="products: 19 of 100 rows break the contract"):
        night(FIRST)
    assert lake.log_versions() == {}
    assert len(quarantined(lake, "products")) == 19

    crm.execute("UPDATE article SET code = 'a' || price")
    night(FIRST)
    before = lake.log_versions()
    crm.execute("UPDATE person SET spare = 7; DELETE FROM article WHERE price < 50")
    with pytest.raises(DataRefusedError, match="products: 49 of 100 rows are gone"):
        night(SECOND)
    assert lake.log_versions() == before


def test_a_query_that_breaks_keeps_the_entities_before_it_out_of_the_lake(lake, night):
    with pytest.raises(SourceBrokenError, match="nowhere"):
        night(FIRST, orders="SELECT * FROM nowhere")
    assert lake.log_versions() == {}


def test_all_that_holds_a_night_is_told_at_once_and_each_is_held(crm, lake, night):
    crm.execute("UPDATE article SET code = NULL WHERE price < 20")
    crm.execute("UPDATE person SET code = NULL WHERE spare < 30")
    with pytest.raises(DataRefusedError) as refused:
        night(FIRST)
    assert "customers: 29 of 100 rows" in refused.value.problem
    assert "products: 19 of 100 rows" in refused.value.problem
    assert "release customers" in refused.value.remedy
    assert "release products" in refused.value.remedy
    assert {held["entity"] for held in lake.releases.nights()} == {"customers", "products"}


def test_a_value_that_cannot_be_kept_puts_its_row_aside_and_not_the_night(crm, lake, night):
    night(FIRST)
    crm.execute("UPDATE person SET spare = 'NaN', since = 'infinity' WHERE code = 'p7'")
    crm.execute("UPDATE article SET price = 1e20 WHERE code = 'a7'")
    done = {one.entity: one for one in night(SECOND).entities}
    assert [(one.quarantined, one.updated, one.deleted) for one in done.values()] == [(1, 0, 0)] * 2
    (person,) = quarantined(lake, "customers")
    told = "created_at, attr_spare: not a number or a time that can be kept"
    assert (person["customer_id"], person["broken_rule"]) == ("p7", told)
    (article,) = quarantined(lake, "products")
    assert (article["product_id"], article["price"]) == ("a7", None)
    with lake.session() as session:
        logs = lake.logs(session)
        assert set(logs["customers"].columns) >= set(ENTITIES["customers"].column_names)
        assert not any(name.startswith("_") for name in logs["customers"].columns)


def test_a_dry_run_writes_nothing_and_tells_what_would_be(lake, night):
    told = night(FIRST, dry_run=True)
    assert [(one.entity, one.inserted) for one in told.entities] == [
        ("customers", 100),
        ("products", 100),
    ]
    assert lake.log_versions() == {}
    assert [one.version for one in night(FIRST).entities] == [0, 0]
