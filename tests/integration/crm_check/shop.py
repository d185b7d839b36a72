"""A shop whose mapping is checked."""

import psycopg2

from mkt_pipeline.contracts.source import Source
from mkt_pipeline.crm.check import check_source
from mkt_pipeline.crm.database import Crm

TABLES = """
CREATE TABLE people (id int, since timestamptz, email text, town text);
INSERT INTO people
SELECT n, '2026-01-01Z'::timestamptz + n * interval '1d', 'x', 'Bath' FROM generate_series(1, 20) n;
CREATE TABLE goods (sku text, label text);
INSERT INTO goods VALUES ('a', 'Apple'), ('b', 'Bread');
CREATE TABLE sold (line int, person int, sku text, at timestamptz, paid numeric, state text);
INSERT INTO sold
SELECT n, 1 + n % 20, 'a', '2026-02-01Z'::timestamptz, 3.5, 'confirmed'
FROM generate_series(1, 100) AS n;
"""
CUSTOMERS = """
SELECT id::text AS customer_id, since AS created_at, since AS updated_at, true AS is_active,
       NULL::integer AS birth_year, NULL::text AS gender, town AS city, NULL::text AS region,
       NULL::text AS country, NULL::text AS acquisition_channel
FROM people
"""
PRODUCTS = """
SELECT sku AS product_id, label AS name, NULL::text AS category, NULL::numeric AS price,
       true AS is_active, NULL::timestamptz AS updated_at
FROM goods
"""
ORDERS = """
SELECT line::text AS order_line_id, line::text AS order_id, person::text AS customer_id,
       sku AS product_id, at AS ordered_at, 1 AS quantity, paid AS amount, state AS status,
       NULL::text AS campaign_id, at AS updated_at
FROM sold
"""
CONSENTS = """
SELECT id::text AS consent_id, id::text AS customer_id, 'email'::text AS channel,
       'granted'::text AS status, since AS effective_at, since AS updated_at
FROM people WHERE email = 'yes'
"""


def execute(url, *statements):
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    connection.close()


def source(*, may_be_empty=(), **queries):
    mapped = {"customers": CUSTOMERS, "products": PRODUCTS, "orders": ORDERS, **queries}
    return Source(
        name="shop",
        description="A shop",
        currency="EUR",
        may_be_empty=frozenset(may_be_empty),
        queries=mapped,
    )


def problems(url, given=None, *, severity="error"):
    report = check_source(Crm(url), given or source())
    return [p for p in report.problems() if p.severity == severity]
